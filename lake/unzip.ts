import { Unzip, UnzipInflate } from "fflate";
import { messageOf } from "../handlers/core/errors";
import { CorruptFileError } from "./corrupt-file";
import type { PackedFile } from "./packed-file";
import { piecesOf } from "./plain-text";

type ZipEvent =
  | { readonly kind: "file"; readonly name: string }
  | { readonly kind: "data"; readonly data: Buffer }
  | { readonly kind: "end" }
  | { readonly kind: "error"; readonly reason: string };

/** Its last record, without which an archive is not complete; a comment may follow it. */
const END_RECORD = Buffer.from("PK\x05\x06");
const MAX_COMMENT_BYTES = 0xffff;
const END_RECORD_BYTES = 22;
/**
 * Bytes that are decoded at once: a thousand times as many may come out of them, and the decoder calls itself for each
 * file that begins in them.
 */
const PIECE_BYTES = 1 << 14;

/** The files of a zip archive, in order. It is read once from start to end, so that it may also be a stream. */
export async function* unzip(chunks: AsyncIterable<Buffer>): AsyncGenerator<PackedFile> {
  const next = zipEvents(chunks);
  async function* dataOf(): AsyncGenerator<Buffer> {
    for (;;) {
      const event = await next();
      if (event?.kind === "data") yield event.data;
      else if (event?.kind === "end") return;
      else throw corrupt(event?.kind === "error" ? event.reason : "it ends within a file");
    }
  }
  for (let event = await next(); event; event = await next()) {
    if (event.kind !== "file")
      throw corrupt(event.kind === "error" ? event.reason : "it has data of no file");
    const data = dataOf();
    if (event.name.endsWith("/")) for await (const _ of data);
    else yield { name: event.name, chunks: data };
  }
}

const corrupt = (reason: string): CorruptFileError =>
  new CorruptFileError(
    `the zip archive cannot be read: ${reason}; if it is intact, unpack it and ingest its files`,
  );

/** @returns a function that resolves to the next event; to nothing at the end of the archive */
function zipEvents(chunks: AsyncIterable<Buffer>): () => Promise<ZipEvent | undefined> {
  const events: ZipEvent[] = [];
  const archive = new Unzip((file) => {
    events.push({ kind: "file", name: file.name });
    file.ondata = (error, data, isFinal) => {
      if (error) events.push({ kind: "error", reason: error.message });
      // A copy: the decoder uses its memory again.
      else if (data.length > 0) events.push({ kind: "data", data: Buffer.from(data) });
      if (!error && isFinal) events.push({ kind: "end" });
    };
    file.start();
  });
  archive.register(UnzipInflate);
  const push = (chunk: Uint8Array, isFinal: boolean) => {
    try {
      archive.push(chunk, isFinal);
    } catch (error) {
      events.push({ kind: "error", reason: messageOf(error) });
    }
  };
  const pieces = piecesOf(chunks, PIECE_BYTES);
  let tail = Buffer.alloc(0);
  let isEnd = false;
  return async () => {
    while (events.length === 0 && !isEnd) {
      const { done, value } = await pieces.next();
      if (done) {
        isEnd = true;
        if (tail.includes(END_RECORD)) push(new Uint8Array(), true);
        else events.push({ kind: "error", reason: "its end is missing" });
      } else {
        tail = Buffer.concat([tail, value]).subarray(-(MAX_COMMENT_BYTES + END_RECORD_BYTES));
        push(value, false);
      }
    }
    return events.shift();
  };
}
