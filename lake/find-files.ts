import { readdir } from "node:fs/promises";
import { join, parse, sep } from "node:path";

const WILDCARD = /[*?[]/;

/** True if the path has a wildcard, as a shell knows them. */
export const isPattern = (path: string): boolean => WILDCARD.test(path);

/**
 * The paths that match a pattern, for a shell that does not expand it: `*` and `?` within a name, `[abc]`, and `**` for any
 * number of folders. As in a shell, names that begin with a dot must be asked for.
 */
export async function findFiles(pattern: string): Promise<string[]> {
  const { root } = parse(pattern);
  const parts = pattern.slice(root.length).split(sep === "/" ? "/" : /[\\/]/);
  return (
    await matches(
      root,
      parts.filter((part) => part !== ""),
    )
  ).sort();
}

async function matches(folder: string, [part, ...rest]: readonly string[]): Promise<string[]> {
  if (part === undefined) return [folder];
  if (!isPattern(part)) return matches(join(folder, part), rest);
  const entries = await readdir(folder || ".", { withFileTypes: true }).catch(() => []);
  const visible = entries.filter(({ name }) => !name.startsWith(".") || part.startsWith("."));
  if (part === "**") {
    const deeper = visible
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => matches(join(folder, name), [part, ...rest]));
    return [...(await matches(folder, rest)), ...(await Promise.all(deeper)).flat()];
  }
  const name = nameOf(part);
  const found = visible.filter(
    (entry) => name.test(entry.name) && (rest.length === 0 || entry.isDirectory()),
  );
  return (await Promise.all(found.map((entry) => matches(join(folder, entry.name), rest)))).flat();
}

/** The regular expression of a part of a pattern. */
function nameOf(part: string): RegExp {
  const text = part
    .replaceAll(/[.+^${}()|\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".")
    .replaceAll("[!", "[^");
  return new RegExp(`^${text}$`, "s");
}
