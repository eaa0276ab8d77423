import type { CompressionCodec, DataPageHeader, PageHeader } from "hyparquet";
import { decompressPage } from "hyparquet/src/datapage.js";
import { readRleBitPackedHybrid } from "hyparquet/src/encoding.js";
import { DECOMPRESSORS } from "./decompress";
import { UnreadableParquetError } from "./unreadable-parquet";

/** Bytes of a text's length. */
const LENGTH_BYTES = 4;

/** A page of texts that are not in a dictionary. */
interface PlainPage {
  /** Number of texts and NULLs. */
  readonly values: number;
  /** 0 for each NULL; `undefined` if there is none. */
  readonly levels: Uint8Array | undefined;
  /** Each text after its length. */
  readonly texts: Buffer;
}

/** The texts of a page as JSON, each made when it is its turn: all of them would take several times the memory of the page. */
export function* plainTexts({ values, levels, texts }: PlainPage): Generator<string | null> {
  let offset = 0;
  for (let value = 0; value < values; value++) {
    if (levels?.[value] === 0) {
      yield null;
      continue;
    }
    if (offset + LENGTH_BYTES > texts.length) throw new UnreadableParquetError("a page is cut");
    const start = offset + LENGTH_BYTES;
    offset = start + texts.readUInt32LE(offset);
    if (offset > texts.length) throw new UnreadableParquetError("a page is cut");
    yield JSON.stringify(texts.toString("utf8", start, offset));
  }
}

/** Unpacks a page of texts. @param body the page after its header @returns `undefined` if its encoding is another one */
export function plainPage(
  header: PageHeader,
  body: Uint8Array,
  codec: CompressionCodec,
  isOptional: boolean,
): PlainPage | undefined {
  const { data_page_header: v1, data_page_header_v2: v2 } = header;
  if (v1?.encoding === "PLAIN") return pageOfV1(header, v1, body, codec, isOptional);
  if (v2?.encoding === "PLAIN") return pageOfV2(header, v2, body, codec, isOptional);
  return undefined;
}

function pageOfV1(
  { uncompressed_page_size: size }: PageHeader,
  { num_values: values }: DataPageHeader,
  body: Uint8Array,
  codec: CompressionCodec,
  isOptional: boolean,
): PlainPage {
  const page = bufferOf(decompressPage(body, size, codec, DECOMPRESSORS));
  const reader = { view: viewOf(page), offset: 0 };
  const levels = isOptional ? new Uint8Array(values) : undefined;
  if (levels) readRleBitPackedHybrid(reader, 1, levels);
  return { values, levels, texts: page.subarray(reader.offset) };
}

/** Here, the levels are not packed. */
function pageOfV2(
  { uncompressed_page_size: size }: PageHeader,
  page: NonNullable<PageHeader["data_page_header_v2"]>,
  body: Uint8Array,
  codec: CompressionCodec,
  isOptional: boolean,
): PlainPage {
  const { num_values: values, is_compressed: isPacked = true } = page;
  const [repetition, definition] = [page.repetition_levels_byte_length, page.definition_levels_byte_length];
  const levels = isOptional ? new Uint8Array(values) : undefined;
  if (levels) readRleBitPackedHybrid({ view: viewOf(body), offset: repetition }, 1, levels, definition);
  const packed = body.subarray(repetition + definition);
  const unpackedSize = size - repetition - definition;
  const texts =
    isPacked && unpackedSize > 0 ? decompressPage(packed, unpackedSize, codec, DECOMPRESSORS) : packed;
  return { values, levels, texts: bufferOf(texts) };
}

const bufferOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);
const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);
