import type { LogDelivery } from "./delivery";
import type { ObjectKind } from "./object-kind";
import type { PersonalKind } from "./privacy";
import type { TokenKind } from "./tokens";

/** Types of the typed table. */
export type ColumnType = "string" | "int" | "bigint" | "double" | "date" | "timestamp";

export interface Column {
  /** Name in AWS's own Athena documentation, so that existing queries keep working. */
  readonly name: string;
  /** Type of its value; that of the typed `time` is a timestamp, whatever stands here. */
  readonly type: ColumnType;
  /** One sentence for the Glue comment and the documentation table. */
  readonly doc: string;
  /** Set if it can tell of a person: the typed tables then hold what the privacy options leave of it. */
  readonly personal?: PersonalKind;
}

/** One field of a log line as AWS writes it. Most fields are one column; `ip:port` and the request are more. */
export interface Field {
  /** AWS's own name of the field, e.g. `client:port` or `cs(User-Agent)`. */
  readonly name: string;
  readonly token: TokenKind;
  readonly columns: readonly [Column, ...Column[]];
  /** True from the first field that older files may lack: it and every later one are then NULL. */
  readonly optional?: true;
  /** True if this field and those after it are unknown ones where the text has another form. */
  readonly orUnknown?: true;
}

/** What a `#Fields:` header can say of the lines that follow it. */
export interface FieldsHeader {
  /** Names that other logs of the same service have, too: a header that names no field but these is of another log. */
  readonly sharedFields: readonly string[];
  /** What Athena, which does not see the header, makes of lines with other fields; for the documentation. */
  readonly byPosition: string;
}

/**
 * Everything the project knows about one kind of access log. The Glue table, `athena.ddl`, the DuckDB relation,
 * the JavaScript reader, the documentation and the permissions to deliver are functions of it: nothing outside asks which
 * format it is.
 */
export interface LogFormat {
  /** Short name used in settings, e.g. `alb`. */
  readonly id: string;
  /** Name of the typed table; the text as delivered is `<table>_raw`. */
  readonly table: string;
  readonly title: string;
  /** AWS page that defines the fields, with the month it was read. */
  readonly source: string;
  /** What stands between two fields. */
  readonly separator: " " | "\t";
  /** Set if files may have a `#Fields:` header, which may name other fields than these, or these in another order. */
  readonly header?: FieldsHeader;
  readonly fields: readonly Field[];
  /** Made-up lines in the form that AWS writes: none has other fields than these, and each column has a value in one of them. */
  readonly samples: readonly [string, string, ...string[]];
  /**
   * Raw columns whose texts, joined by a space, are the typed `time` (UTC). One name: the column itself is the
   * timestamp. Two names: a date and a time of day; the typed table then has both `date` and `time`.
   */
  readonly time: readonly ["time"] | readonly [date: string, time: "time"];
  /** How soon after an hour's end its last file may come, in hours (sets how long an hour can stay open, and a source silent). */
  readonly lateByHours: number;
  readonly delivery: LogDelivery;
  /**
   * Says what an object is by its key alone.
   *
   * @param key object key as S3 stores it, already URL-decoded
   */
  readonly classify: (key: string) => ObjectKind;
}

export const column = (name: string, type: ColumnType, doc: string, personal?: PersonalKind): Column => ({
  name,
  type,
  doc,
  ...(personal === undefined ? {} : { personal }),
});

/** How many fields the shortest line has. */
export function mandatoryFieldsOf({ fields }: LogFormat): number {
  const firstOptional = fields.findIndex(({ optional }) => optional);
  return firstOptional < 0 ? fields.length : firstOptional;
}

/** Every column of a raw row, in order. */
export const columnsOf = (format: LogFormat): readonly Column[] =>
  format.fields.flatMap((field) => [...field.columns]);

/** Name of the table that holds the text as delivered. */
export const rawTableOf = (format: LogFormat): string => `${format.table}_raw`;

/** Name of the table with the text of every line, over the same files. */
export const linesTableOf = (format: LogFormat): string => `${format.table}_lines`;

/** Name of the view of the lines that are neither rows nor headers. */
export const unparsedViewOf = (format: LogFormat): string => `${format.table}_unparsed`;
