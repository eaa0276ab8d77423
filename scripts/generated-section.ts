const begin = (name: string) => `<!-- ${name}: written by npm run docs -->`;
const end = (name: string) => `<!-- ${name}: end -->`;

/**
 * Replaces a generated section in a handwritten page.
 *
 * @throws Error if the page does not contain the section
 */
export function withSection(page: string, name: string, section: string): string {
  const [from, to] = [page.indexOf(begin(name)), page.indexOf(end(name))];
  if (from < 0 || to < from) throw new Error(`expected "${begin(name)}", then "${end(name)}"`);
  return `${page.slice(0, from)}${begin(name)}\n${section}\n${page.slice(to)}`;
}
