import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, type S3Client } from "@aws-sdk/client-s3";
import { s3PagedListing } from "../../handlers/adapters/s3-listing";
import { s3ObjectStore } from "../../handlers/adapters/s3-object-store";
import type { ObjectStore } from "../../handlers/core/ports";
import { directoryObjectStore } from "../../lake/directory-object-store";
import { memoryObjectStore } from "../../testing/memory-object-store";
import { type S3Server, startS3Server } from "../../testing/s3-server";
import { localS3Client } from "../helpers/s3-client";
import { describeObjectStore, type StoreUnderTest } from "./object-store";

describeObjectStore("memory", async () => {
  const store = memoryObjectStore();
  return {
    store,
    listing: store,
    buckets: ["a", "b"],
    close: async () => undefined,
  };
});

describeObjectStore(
  "directory",
  async () => {
    const root = mkdtempSync(join(tmpdir(), "store with space "));
    const folders = { a: join(root, "a"), b: join(root, "b") };
    return {
      store: directoryObjectStore(folders),
      buckets: ["a", "b"],
      close: async () => rmSync(root, { recursive: true }),
    };
  },
  process.platform === "win32"
    ? [
        {
          test: 'copies, lists and deletes the key quote".gz',
          reason: "no file on Windows can have that name",
        },
      ]
    : [],
);

async function openS3(
  endpoint: string,
  accessKey: string,
  secretKey: string,
  stop: () => Promise<void>,
): Promise<StoreUnderTest> {
  const client = localS3Client(endpoint, accessKey, secretKey);
  const buckets = [`a-${randomUUID()}`, `b-${randomUUID()}`] as const;
  for (const Bucket of buckets) await client.send(new CreateBucketCommand({ Bucket }));
  return {
    store: s3ObjectStore(client),
    listing: s3PagedListing(client),
    buckets,
    close: async () => {
      client.destroy();
      await stop();
    },
  };
}

describeObjectStore("S3 over HTTP", async () => {
  const server = await startS3Server();
  return openS3(server.endpoint, "test", "test", server.close);
});

// A real server, where one runs: `scripts/radosgw.sh start` sets these variables.
const { S3_ENDPOINT, S3_ACCESS_KEY = "", S3_SECRET_KEY = "" } = process.env;
if (S3_ENDPOINT) {
  describeObjectStore("S3 on RADOS Gateway", () =>
    openS3(S3_ENDPOINT, S3_ACCESS_KEY, S3_SECRET_KEY, async () => undefined),
  );
}

describe("directory object store", () => {
  it("refuses keys that leave the bucket's folder", async () => {
    const store = directoryObjectStore({ a: tmpdir() });
    for (const key of ["../x", "a/../../x", "/x", "a//b", ""]) {
      await expect(store.put({ bucket: "a", key }, "")).rejects.toThrow("is not a path below a folder");
    }
  });

  it("fails for a bucket without a folder", async () => {
    await expect(directoryObjectStore({}).put({ bucket: "a", key: "k" }, "")).rejects.toThrow(
      'the bucket "a"',
    );
  });
});

describe("S3 object store", () => {
  let server: S3Server;
  let client: S3Client;
  let store: ObjectStore;
  const note = { bucket: "logs", key: "note" };
  beforeEach(async () => {
    server = await startS3Server();
    server.put("logs", "other", "");
    client = localS3Client(server.endpoint);
    store = s3ObjectStore(client);
  });
  afterEach(async () => {
    client.destroy();
    await server.close();
  });
  const conflicts = (times: number, meanwhile: () => void = () => undefined) => {
    let left = times;
    server.setFault(({ method, key }) => {
      if (method !== "PUT" || key !== note.key || left-- <= 0) return undefined;
      meanwhile();
      return { status: 409, code: "ConditionalRequestConflict" };
    });
  };

  it("retries after conflicting requests, and wins if the other one did not succeed", async () => {
    conflicts(2);
    expect(await store.putIfAbsent(note, "mine")).toBeDefined();
    expect(server.read("logs", "note")).toBe("mine");
  });

  it("retries after conflicting requests, and finds that the other one won", async () => {
    conflicts(1, () => server.put("logs", "note", "theirs"));
    expect(await store.putIfAbsent(note, "mine")).toBeUndefined();
    expect(server.read("logs", "note")).toBe("theirs");
  });

  it("fails if the conflict repeats, because the first request is unknown", async () => {
    conflicts(Number.POSITIVE_INFINITY);
    await expect(store.putIfAbsent(note, "mine")).rejects.toMatchObject({
      name: "ConditionalRequestConflict",
    });
    expect(server.requests).toHaveLength(5);
  });

  it("deletes one by one if a key contains characters that XML does not allow", async () => {
    const keys = ["a.gz", "bell\u0007.gz", "c.gz"];
    for (const key of keys) server.put("logs", key, "x");
    expect(await store.deleteAll("logs", keys)).toEqual(new Map());
    expect(server.keys("logs")).toEqual(["other"]);
    expect(server.requests.map(({ method }) => method)).toEqual(["POST", "DELETE", "DELETE", "DELETE"]);
  });

  it("names the keys that it could not delete one by one, and deletes the others", async () => {
    const keys = ["a.gz", "bell\u0007.gz", "c.gz"];
    for (const key of keys) server.put("logs", key, "x");
    server.setFault(({ method, key }) =>
      method === "DELETE" && key === "a.gz" ? { status: 403, code: "AccessDenied" } : undefined,
    );
    expect(await store.deleteAll("logs", keys)).toEqual(new Map([["a.gz", "AccessDenied"]]));
    expect(server.keys("logs")).toEqual(["a.gz", "other"]);
  });

  it("fails if S3 truncates a listing without a continuation token, because the listing is incomplete", async () => {
    const answers = {
      send: async () => ({ IsTruncated: true, Contents: [{ Key: "alb/first.gz" }] }),
    } as unknown as S3Client;
    await expect(
      s3ObjectStore(answers).list("logs", "alb/")[Symbol.asyncIterator]().next(),
    ).rejects.toMatchObject({
      name: "RetryableError",
      code: "STORE_FAILED",
      message: "s3://logs/alb/: the listing is cut off, and S3 gave no token to go on with",
    });
  });
});
