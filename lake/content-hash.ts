import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";

/** Starts the hash of a file's bytes, which decides if a file is in the lake already: nobody can forge it. */
export const contentHash = (): Hash => createHash("sha256");

/** 128 bits. */
const DIGITS = 32;

/** What the records of files hold of a hash. */
export const contentDigest = (hash: Hash): string => hash.digest("hex").slice(0, DIGITS);

/** The hash of a file's bytes. */
export async function hashOfFile(path: string): Promise<string> {
  const hash = contentHash();
  await pipeline(createReadStream(path), hash);
  return contentDigest(hash);
}
