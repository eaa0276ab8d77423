import type { DeliveredLayout } from "./delivered-layout";
import type { LogDelivery } from "./delivery";
import type { ObjectKind } from "./object-kind";
import type { PersonalKind } from "./privacy";
import type { TimeForm } from "./time-form";
import type { TokenKind } from "./tokens";

/** Types of the typed table. */
export type ColumnType = "string" | "int" | "bigint" | "double" | "date" | "timestamp";

export interface Column {
  /** Name in the Athena documentation of AWS, so that existing queries continue to work. */
  readonly name: string;
  /** Type of its value. The typed `time` is always a timestamp, whatever type is given here. */
  readonly type: ColumnType;
  /** One sentence for the Glue comment and the documentation table. */
  readonly doc: string;
  /**
   * Form of a timestamp in the log.
   *
   * @default - ISO 8601
   */
  readonly form?: TimeForm;
  /** Set if it can contain personal data: the typed tables then contain what the privacy options keep of it. */
  readonly personal?: PersonalKind;
}

/** One field of a log line as AWS writes it. Most fields are one column; `ip:port` and the request are several. */
export interface Field {
  /**
   * AWS's own name of the field, e.g. `client:port` or `cs(User-Agent)`; the path of a JSON value, e.g.
   * `httpRequest.clientIp`.
   */
  readonly name: string;
  /** Another name that it may have in JSON, or in a header. */
  readonly otherName?: string;
  /** The field with the same time in milliseconds since 1970, for lines that only have that one, and what it is of it. */
  readonly inMilliseconds?: { readonly name: string; readonly part: "date" | "time of day" };
  readonly token: TokenKind;
  readonly columns: readonly [Column, ...Column[]];
  /** True for the first field that older files may lack: this field and all later ones are then NULL. */
  readonly optional?: true;
  /** True if AWS added the field together with the one before it: no line ends between them. */
  readonly addedWithPrevious?: true;
  /** True if a line can end after the field if it has no value, also where the next field was added with it. */
  readonly endsIfNull?: true;
  /** True if this field and the fields after it are unknown fields if the text has another form. */
  readonly orUnknown?: true;
}

/** What a `#Fields:` header can say about the lines after it. */
export interface FieldsHeader {
  /** Starts of the lines of a header. */
  readonly starts: readonly string[];
  /** Lines of a file's header. */
  readonly lines: number;
  /** Fields that other logs of the same service also have: a header with only these fields belongs to another log. */
  readonly sharedFields: readonly string[];
}

/**
 * The definition of one kind of access log. The Glue table, `athena.ddl`, the DuckDB relation, the JavaScript reader,
 * the documentation and the delivery permissions are functions of it: no other code checks which format it is.
 */
export interface LogFormat {
  /** Short name used in settings, e.g. `alb`. */
  readonly id: string;
  /** Name of the typed table; the raw table is `<table>_raw`. */
  readonly table: string;
  readonly title: string;
  /** AWS page that defines the fields, with the month in which it was read. */
  readonly source: string;
  /** What else a user must know, for the documentation: sentences in Markdown. */
  readonly notes?: readonly string[];
  /** Separator between two fields. */
  readonly separator: " " | "\t";
  /** Set if files may have a `#Fields:` header, which may name other fields, or these fields in another order. */
  readonly header?: FieldsHeader;
  /** True if a line may be a JSON object with the names of the fields as keys. */
  readonly json?: true;
  /**
   * Set if lines may have tabs instead of spaces between the same fields, quoted or not, at least so many of them: the first
   * word of such a line ends with a tab. Only if lines may be JSON, too.
   */
  readonly tabs?: { readonly fields: number };
  /** Empty if all lines are JSON. */
  readonly fields: readonly Field[];
  /**
   * Fields that a line has only by name, after a header or in JSON: only if lines may be JSON. Their columns come after
   * those of the others, and are NULL for lines that are read by position.
   */
  readonly namedFields?: readonly Field[];
  /** Invented lines in the form that AWS writes: they have only these fields, and each column has a value in one line. */
  readonly samples: readonly [string, string, ...string[]];
  /** Invented keys in the form that AWS gives them, without the source's prefix. */
  readonly sampleKeys: readonly [string, ...string[]];
  /**
   * Raw columns whose texts, joined by a space, are the typed `time` (UTC). One name: the column is the timestamp.
   * Two names: a date and a time of day; the typed table then has both `date` and `time`.
   */
  readonly time: readonly ["time"] | readonly [date: string, time: "time"];
  /** Maximum delay of an hour's last file, in hours: how long an hour can stay open, and a source silent. */
  readonly lateByHours: number;
  readonly delivery: LogDelivery;
  readonly delivered: DeliveredLayout;
  /**
   * Classifies an object by its key only.
   *
   * @param key object key as S3 stores it, already URL-decoded
   */
  readonly classify: (key: string) => ObjectKind;
  /**
   * True if the name of a log does not say how its lines are written, because its owner chooses it.
   *
   * @default - the lines of all files are in the format's order
   */
  readonly isOfAnyForm?: (key: string) => boolean;
}

export const column = (name: string, type: ColumnType, doc: string, personal?: PersonalKind): Column => ({
  name,
  type,
  doc,
  ...(personal === undefined ? {} : { personal }),
});

/** A field that is one column. @param name AWS's own name of it, or its path */
export const field = (name: string, token: TokenKind, of: Column): Field => ({ name, token, columns: [of] });

/** True if each line is a JSON object: no field has a position. */
export const isJsonOnly = ({ fields }: LogFormat): boolean => fields.length === 0;

/** Number of fields of the shortest line. */
export function mandatoryFieldsOf({ fields }: LogFormat): number {
  const firstOptional = fields.findIndex(({ optional }) => optional);
  return firstOptional < 0 ? fields.length : firstOptional;
}

/** Starts of the lines of a header, where files can have one: other lines are of the log, also if they begin with `#`. */
export const headerStarts = ({ header }: LogFormat): readonly string[] => header?.starts ?? [];

/** Start of the header line with the names of the fields. */
export const FIELDS_HEADER = "#Fields:";

/** Every field that a line can have by name, in the order of the columns. */
export const fieldsByName = ({ fields, namedFields = [] }: LogFormat): readonly Field[] => [
  ...fields,
  ...namedFields,
];

/** True if a line can end before a field, or after the last one. @param index number of the field, from 0 */
export const canEndBefore = (format: LogFormat, index: number): boolean =>
  index >= mandatoryFieldsOf(format) && format.fields[index]?.addedWithPrevious !== true;

/** Every column of a row, in order. */
export const columnsOf = (format: LogFormat): readonly Column[] => fieldsByName(format).flatMap(columnsIn);

/** The columns of a line that is read by position. */
export const columnsByPosition = ({ fields }: LogFormat): readonly Column[] => fields.flatMap(columnsIn);

const columnsIn = ({ columns }: Field): readonly Column[] => columns;

/** Name of the raw table. */
export const rawTableOf = (format: LogFormat): string => `${format.table}_raw`;

/** Name of the table with the text of every line, over the files of the raw table. */
export const linesTableOf = (format: LogFormat): string => `${format.table}_lines`;

/** Name of the text table over files where AWS delivers them. */
export const deliveredTableOf = (format: LogFormat): string => `${format.table}_delivered`;

/** Name of the table with the text of every line, over the files of the table of files as delivered. */
export const deliveredLinesTableOf = (format: LogFormat): string => `${format.table}_delivered_lines`;

/** Name of the view of unparsed lines. */
export const unparsedViewOf = (format: LogFormat): string => `${format.table}_unparsed`;

/**
 * True if the names of objects show which of two formats they have: their sources may then have common keys, and an
 * object goes to the source of its format.
 */
export const haveDistinctNames = (one: LogFormat, other: LogFormat): boolean =>
  one.sampleKeys.every((key) => other.classify(key).kind === "skip") &&
  other.sampleKeys.every((key) => one.classify(key).kind === "skip");
