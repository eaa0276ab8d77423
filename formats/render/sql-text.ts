/** Names that Athena and DuckDB accept without quotes; every name that a user can choose is checked against it. */
export const IDENTIFIER = /^[a-z_][a-z0-9_]{0,127}$/;

/** Name without quotes, for statements that accept no quotes. @throws if it is not a lower-case identifier */
export function bareIdentifier(name: string): string {
  if (IDENTIFIER.test(name)) return name;
  throw new Error(
    `"${name}" cannot be a name in SQL: expected a lower-case letter or "_", then letters, digits or "_", at most 128`,
  );
}

/** Name in Hive DDL (Athena's CREATE and ALTER). @throws if it is not a lower-case identifier */
export const hiveIdentifier = (name: string): string => `\`${bareIdentifier(name)}\``;

/** Name in Trino or DuckDB. @throws if it is not a lower-case identifier */
export const sqlIdentifier = (name: string): string => `"${bareIdentifier(name)}"`;

/** Athena's hidden column: the location of a row's file. */
export const sqlPath = '"$path"';

/** Text in Hive DDL, where a backslash escapes. */
export const hiveString = (text: string): string =>
  `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

/** Text in Trino or DuckDB, where only the quote is special. */
export const sqlString = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A time in Trino or DuckDB, in UTC and whole seconds. */
export const sqlTimestamp = (instant: number): string =>
  `TIMESTAMP ${sqlString(new Date(instant).toISOString().slice(0, 19).replace("T", " "))}`;
