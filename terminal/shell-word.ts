const PLAIN = /^[\w@%+=:,./][\w@%+=:,./-]*$/;

/** A text as one word of a POSIX shell: nothing in it is run, and none of it is an option. */
export function shellWord(text: string): string {
  const named = text.startsWith("-") ? `./${text}` : text;
  return PLAIN.test(named) ? named : `'${named.replaceAll("'", "'\\''")}'`;
}
