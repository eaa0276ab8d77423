import { createWriteStream } from "node:fs";
import { mkdir, rename, rm, stat, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { OperationError, PermanentError } from "../handlers/core/errors";
import type { ObjectLocation, StoredObject } from "../handlers/core/ports";
import { type CheckReplacement, partialPath } from "./directory-object-store";
import type { Downloads } from "./downloads";
import { lakeStore, type MovableLogs } from "./folders";
import { keyPath } from "./key-path";
import type { LakeLayout } from "./layout";

/** Logs in a bucket that is not on this machine. */
export interface RemoteBucket {
  /** `s3://<bucket>`: no folder has this name. */
  readonly name: string;
  readonly list: () => AsyncIterable<StoredObject>;
  /**
   * The bytes of an object.
   *
   * @throws OperationError if this object cannot be read; any other error means that no object can be read now
   */
  readonly read: (object: StoredObject) => AsyncIterable<Uint8Array>;
}

/** A bucket whose logs are downloaded to a lake. */
export interface OpenBucket extends MovableLogs {
  /** A listed object, as a stream. */
  readonly open: (object: StoredObject) => Readable;
  /** The listed object with this key. */
  readonly listed: (key: string) => StoredObject;
  /** @throws Error if the bucket could not be read: it is not about one object */
  readonly throwIfBroken: () => void;
}

/**
 * Opens a bucket as a store whose copies to the lake are downloads. An object that was downloaded and has the same ETag
 * and size is not downloaded again.
 *
 * @param check called before an object takes the place of another content
 * @param onObject called for each object that was looked at
 */
export function openBucket(
  { name, list, read }: RemoteBucket,
  lake: LakeLayout,
  downloads: Downloads,
  suspects: ReadonlySet<string>,
  check: CheckReplacement,
  onObject: () => void,
): OpenBucket {
  const objects = new Map<string, StoredObject>();
  let copied = 0;
  let failure: { readonly error: unknown } | undefined;
  const throwIfBroken = () => {
    if (failure) throw failure.error;
  };
  const listed = (key: string): StoredObject => {
    const object = objects.get(key);
    if (!object) throw new PermanentError("SOURCE_MISSING", `${name}/${key} was not listed`);
    return object;
  };
  async function* bytesOf(object: StoredObject): AsyncGenerator<Uint8Array> {
    throwIfBroken();
    try {
      yield* read(object);
    } catch (error) {
      if (!(error instanceof OperationError)) failure ??= { error };
      throw error;
    }
  }
  async function copy({ key }: ObjectLocation, target: ObjectLocation): Promise<"copied"> {
    const object = listed(key);
    const path = join(lake.root, keyPath(target.key));
    const size = await sizeOf(path);
    const isKnown = downloads.find(name, object) !== undefined && size === object.size;
    const isSuspect = suspects.has(target.key);
    if (!isKnown || isSuspect) {
      const isReplaced = size !== undefined && !isSuspect;
      const checkNew = (aside: string) => check({ key, path: aside }, { key: target.key, path });
      await download(bytesOf(object), path, object.writtenAt, isReplaced ? checkNew : undefined);
      await downloads.add(name, object);
      if (!isKnown) copied++;
    }
    objects.delete(key);
    onObject();
    return "copied";
  }
  return {
    store: { ...lakeStore(lake), copy },
    bucket: name,
    list: async function* () {
      for await (const object of list()) {
        objects.set(object.key, object);
        yield object;
      }
    },
    copied: () => copied,
    open: (object) => Readable.from(bytesOf(object)),
    listed,
    throwIfBroken,
  };
}

/** @returns `undefined` if there is no such file */
const sizeOf = (path: string): Promise<number | undefined> =>
  stat(path).then(
    ({ size }) => size,
    () => undefined,
  );

/** The file appears complete or not at all. @param check called with the path of the complete file before that */
async function download(
  bytes: AsyncIterable<Uint8Array>,
  path: string,
  writtenAt: Date,
  check: ((aside: string) => Promise<void>) | undefined,
): Promise<void> {
  const aside = partialPath(path);
  try {
    await mkdir(dirname(path), { recursive: true });
    await pipeline(bytes, createWriteStream(aside));
    await utimes(aside, writtenAt, writtenAt);
    await check?.(aside);
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
}

/** True if the files of an earlier download are still there. */
export async function areInLake({ root }: LakeLayout, keys: readonly string[]): Promise<boolean> {
  const sizes = await Promise.all(keys.map((key) => sizeOf(join(root, keyPath(key)))));
  return sizes.every((size) => size !== undefined);
}
