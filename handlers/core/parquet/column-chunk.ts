import type { ColumnMetaData, SchemaElement, SchemaTree } from "hyparquet";
import { parquetHeader, readPage } from "hyparquet/src/column.js";
import { DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { DECOMPRESSORS } from "./decompress";
import { plainPage, plainTexts } from "./plain-texts";
import { decoding, UnreadableParquetError } from "./unreadable-parquet";
import { isTextColumn, type StoredValue, valueText } from "./value-text";

/** Where the pages of a column are in a file. */
export interface ChunkPlace {
  readonly from: number;
  readonly to: number;
}

/** Some writers do not say where the dictionary is, but it is always before the data. */
export function chunkPlace(column: ColumnMetaData): ChunkPlace {
  const from = Number(column.dictionary_page_offset || column.data_page_offset);
  return { from, to: from + Number(column.total_compressed_size) };
}

/** Most bytes of an unpacked page: more than a function has memory for. Pages of logs are much smaller. */
const MAX_PAGE_BYTES = 1 << 29;

/**
 * The pages of a column, each with its texts as JSON; `null` for NULL.
 *
 * @param path the column's place in the schema: the root and the column
 * @param bytes its pages
 */
export function* columnTexts(
  column: ColumnMetaData,
  path: readonly [SchemaTree, SchemaTree],
  bytes: Uint8Array,
): Generator<Iterator<string | null>> {
  const { element } = path[1];
  const decoder = {
    pathInSchema: column.path_in_schema,
    type: column.type,
    codec: column.codec,
    element: withoutMeaning(element),
    schemaPath: [...path],
    compressors: DECOMPRESSORS,
    parsers: { ...DEFAULT_PARSERS, timestampFromNanoseconds: (nanoseconds: bigint) => nanoseconds },
    utf8: false,
  };
  const textOf = jsonText(element);
  const isText = column.type === "BYTE_ARRAY" && isTextColumn(element);
  const isOptional = element.repetition_type !== "REQUIRED";
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
  let dictionary: (string | null)[] | undefined;
  while (reader.offset < bytes.byteLength) {
    const texts = decoding(() => {
      const header = parquetHeader(reader);
      if (!(header.uncompressed_page_size <= MAX_PAGE_BYTES))
        throw new UnreadableParquetError("a page is too large");
      const encoding = (header.data_page_header ?? header.data_page_header_v2)?.encoding;
      if (encoding?.endsWith("_DICTIONARY") && !dictionary)
        throw new UnreadableParquetError("a page has no dictionary");
      if (isText && header.type !== "DICTIONARY_PAGE") {
        const end = reader.offset + header.compressed_page_size;
        if (end > bytes.length) throw new UnreadableParquetError("a page is cut");
        const plain = plainPage(header, bytes.subarray(reader.offset, end), column.codec, isOptional);
        if (plain) {
          reader.offset = end;
          return plainTexts(plain);
        }
      }
      const { data } = readPage(reader, header, decoder, dictionary, undefined, 0);
      const page = Array.from<unknown, string | null>(data ?? [], textOf);
      if (header.type !== "DICTIONARY_PAGE") return page.values();
      dictionary = page;
      return undefined;
    });
    if (texts) yield texts;
  }
}

/** So that the values come as they are stored. */
function withoutMeaning({ converted_type: _, logical_type: __, ...element }: SchemaElement): SchemaElement {
  return element;
}

/** Makes the function that writes a value as JSON. Those of a dictionary are written once, and come again as they are then. */
function jsonText(element: SchemaElement): (value: unknown) => string | null {
  const textOf = valueText(element);
  return (value) => {
    if (typeof value === "string") return value;
    const text = value === undefined || value === null ? null : textOf(value as StoredValue);
    return text === null ? null : JSON.stringify(text);
  };
}
