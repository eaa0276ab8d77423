import type { Columns } from "./columns";
import type { ParquetColumn, ParquetType } from "./parquet-file";

/** A column of the file, with the field of the rows that has its values. */
export interface SourceColumn extends ParquetColumn {
  /** Number of the field. */
  readonly field: number | typeof FILE_FIELD;
  /** Bytes before every value in the field. */
  readonly prefix: number;
}

/** The name of the file of a row, which is in no field. */
export const FILE_FIELD = "file";

/** A field of lines: its form, by its number in the program, and what the form needs to know. */
export interface LineField {
  readonly form: number;
  /** True if it may be a dash alone, which is no value. */
  readonly isOptional: boolean;
  /** True if lines can end before it, and objects can lack it. */
  readonly canLack: boolean;
  /** Number of digits, and of those after a point. */
  readonly least: number;
  readonly most: number;
  readonly fraction: number;
}

/** What stands at a place in JSON objects: the first is the object itself, and others are inside of one before them. */
export interface JsonName {
  /** Number of the name that it is in: as a member, as all items of a list, or as those with a text. */
  readonly parent: number;
  readonly kind: "whole" | "member" | "items" | "choice";
  /** Key of the member; of items, that by which they are chosen, if they are; of a choice, its text in lower case. */
  readonly text: string;
  /** Number of the field by name that gets its text. */
  readonly field: number | undefined;
  readonly isInList: boolean;
  /** True if an object with a text here is of this format. */
  readonly isProof: boolean;
}

/** What files have in their lines, and what is written of it. */
export interface RowSource {
  /** Byte between two fields of a line. */
  readonly separator: number;
  /** True if clients' quotes are in the lines as they are. */
  readonly hasBareQuotes: boolean;
  /** Fields by position. */
  readonly lineFields: readonly LineField[];
  /** Fields of lines that are JSON objects. */
  readonly namedFields: readonly LineField[];
  readonly names: readonly JsonName[];
  /** Number of fields of a row. */
  readonly rowFields: number;
  readonly columns: readonly SourceColumn[];
}

/** Numbers of the types in the program, and the length of a value. */
export const TYPES: Readonly<Record<ParquetType, { readonly number: number; readonly bytes?: number }>> = {
  VARCHAR: { number: 0 },
  INTEGER: { number: 1, bytes: 4 },
  BIGINT: { number: 2, bytes: 8 },
  DOUBLE: { number: 3, bytes: 8 },
  DATE: { number: 4, bytes: 4 },
  TIMESTAMP: { number: 5, bytes: 8 },
};
/** No field has this number in the program. */
const NO_FIELD = -1;

/** Tells the program which rows follow. @param columns those of the source that are collected */
export function beginRows(
  program: Columns,
  { separator, hasBareQuotes, lineFields, namedFields, names, rowFields }: RowSource,
  columns: readonly SourceColumn[],
): void {
  const fileField = program.begin(rowFields, separator, hasBareQuotes);
  const fields = [
    [false, lineFields],
    [true, namedFields],
  ] as const;
  for (const [isNamed, own] of fields)
    for (const { form, isOptional, canLack, least, most, fraction } of own)
      program.addField(isNamed, form, isOptional, canLack, least, most, fraction);
  for (const name of names) addName(program, name);
  for (const { field, type, prefix } of columns)
    program.addColumn(field === FILE_FIELD ? fileField : field, TYPES[type].number, prefix);
}

/**
 * Tells the program the order of the fields in the lines that follow.
 *
 * @param order their names; none for the fields by position
 */
export function setOrder(program: Columns, { names }: RowSource, order: readonly string[]): void {
  program.forgetOrder();
  for (const wanted of order) {
    const name = names.findIndex(
      ({ parent, kind, text }) => parent === 0 && kind === "member" && text === wanted,
    );
    program.addOrdered(name < 0 ? NO_FIELD : name);
  }
}

function addName(
  program: Columns,
  { parent, kind, text, field = NO_FIELD, isInList, isProof }: JsonName,
): void {
  if (kind === "whole") return void program.setWholeField(field);
  const name =
    kind === "items"
      ? program.addItems(parent, field, isProof)
      : program.addName(parent, field, isInList, isProof);
  const bytes = Buffer.from(kind === "choice" || text === "" ? text : `${JSON.stringify(text)}:`);
  const start = program.nameText(name, bytes.length);
  new Uint8Array(program.memory.buffer).set(bytes, start);
}
