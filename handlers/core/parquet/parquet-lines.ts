import {
  type ColumnMetaData,
  type FileMetaData,
  parquetMetadata,
  parquetSchema,
  type RowGroup,
  type SchemaTree,
} from "hyparquet";
import { fieldNamesOf } from "../../../formats/parquet-names";
import { chunkPlace, columnTexts } from "./column-chunk";
import { MAGIC_BYTES, type ParquetBytes, readPart } from "./parquet-bytes";
import { decoding, UnreadableParquetError } from "./unreadable-parquet";

/** A column with fields of a log. */
interface FieldColumn {
  /** Its place in the schema: the root, and itself. */
  readonly path: readonly [SchemaTree, SchemaTree];
  /** Names of its fields in JSON, as the start of a property. */
  readonly properties: readonly string[];
}

/** Bytes at the end of a file that almost always contain its footer. */
const END_BYTES = 1 << 16;
/** Length of the footer, and the magic number after it. */
const TRAILER_BYTES = 4 + MAGIC_BYTES;
const ROWS_AT_ONCE = 1000;

/**
 * The rows of a Parquet file as lines of JSON with AWS's names of the fields, so that everything after it reads them like
 * JSON that AWS has written. Only one row group is in memory at a time. Lists and structures have no text.
 *
 * @returns blocks of lines; `undefined` if no column has a field of a log
 * @throws UnreadableParquetError here or while the lines are read, if it is no complete Parquet file of a supported kind
 */
export async function parquetLines(file: ParquetBytes): Promise<AsyncGenerator<string> | undefined> {
  const metadata = await readFooter(file);
  const columns = decoding(() => fieldColumns(metadata));
  return columns.length === 0 ? undefined : linesOf(file, metadata.row_groups, columns);
}

async function readFooter(file: ParquetBytes): Promise<FileMetaData> {
  const read = (bytes: number) => readPart(file, file.size - bytes, file.size);
  const end = await read(Math.min(END_BYTES, file.size));
  if (end.length < TRAILER_BYTES) throw new UnreadableParquetError("it is cut");
  const length = new DataView(end.buffer, end.byteOffset).getUint32(end.length - TRAILER_BYTES, true);
  const footer = length + TRAILER_BYTES > end.length ? await read(length + TRAILER_BYTES) : end;
  return decoding(() => parquetMetadata(footer, { geoparquet: false }));
}

/** The columns with fields of a log. Of two columns with the same field, the first has it. */
function fieldColumns(metadata: FileMetaData): FieldColumn[] {
  const root = parquetSchema(metadata);
  const known = new Set<string>();
  return root.children.flatMap((column) => {
    const isNested = column.children.length > 0 || column.element.repetition_type === "REPEATED";
    const names = isNested ? [] : fieldNamesOf(column.element.name).filter((name) => !known.has(name));
    for (const name of names) known.add(name);
    const properties = names.map((name) => `${JSON.stringify(name)}:`);
    return names.length === 0 ? [] : [{ path: [root, column], properties } as const];
  });
}

async function* linesOf(
  file: ParquetBytes,
  groups: readonly RowGroup[],
  columns: readonly FieldColumn[],
): AsyncGenerator<string> {
  for (const group of groups) {
    const parts = columns.map((column) => {
      const chunk = decoding(() => chunkOf(group, column.path[1]));
      return { ...column, chunk, ...chunkPlace(chunk) };
    });
    const start = Math.min(...parts.map(({ from }) => from));
    const bytes = await readPart(file, start, Math.max(...parts.map(({ to }) => to)));
    const values = parts.map(({ chunk, path, properties, from, to }) => {
      const pages = columnTexts(chunk, path, bytes.subarray(from - start, to - start));
      return new Values(properties, pages);
    });
    for (let left = Number(group.num_rows); left > 0; left -= ROWS_AT_ONCE) {
      const rows = Array.from({ length: Math.min(left, ROWS_AT_ONCE) }, () => `{${nextOf(values)}}\n`);
      yield rows.join("");
    }
  }
}

function chunkOf(group: RowGroup, { path }: SchemaTree): ColumnMetaData {
  const chunk = group.columns.find(
    ({ meta_data: data }) => data?.path_in_schema.join(".") === path.join("."),
  );
  if (!chunk?.meta_data) throw new UnreadableParquetError(`it has no readable column ${path.join(".")}`);
  if (chunk.file_path) throw new UnreadableParquetError("parts of it are in other files");
  return chunk.meta_data;
}

/** The properties of the next row: those that have a value. */
function nextOf(columns: readonly Values[]): string {
  let row = "";
  for (const column of columns) {
    const text = column.next();
    if (text === null) continue;
    for (const property of column.properties) row += `${row === "" ? "" : ","}${property}${text}`;
  }
  return row;
}

/** The texts of a column, one after the other. */
class Values {
  private page: Iterator<string | null> = [][Symbol.iterator]();

  constructor(
    readonly properties: readonly string[],
    private readonly pages: Iterator<Iterator<string | null>>,
  ) {}

  next(): string | null {
    for (;;) {
      const text = this.page.next();
      if (!text.done) return text.value;
      const page = this.pages.next();
      if (page.done) throw new UnreadableParquetError("a column has fewer values than there are rows");
      this.page = page.value;
    }
  }
}
