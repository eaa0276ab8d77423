import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { directoryObjectStore } from "../../handlers/adapters/directory-object-store";
import { memoryObjectStore } from "../../handlers/adapters/memory-object-store";
import { s3ObjectStore } from "../../handlers/adapters/s3-object-store";
import { localS3Client } from "../helpers/s3-client";
import { startS3Server } from "../helpers/s3-server";
import { describeObjectStore, type Skip, type StoreUnderTest } from "./object-store";

describeObjectStore("memory", async () => {
  return {
    store: memoryObjectStore(),
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
const RADOSGW_SKIPS: readonly Skip[] = [
  {
    test: "keeps an object that was written anew since it was listed",
    reason: "this version of RADOS Gateway ignores If-Match on DELETE",
  },
];
if (S3_ENDPOINT) {
  describeObjectStore(
    "S3 on RADOS Gateway",
    () => openS3(S3_ENDPOINT, S3_ACCESS_KEY, S3_SECRET_KEY, async () => undefined),
    RADOSGW_SKIPS,
  );
}

describe("directory object store", () => {
  it("refuses keys that lead out of the bucket's folder", async () => {
    const store = directoryObjectStore({ a: tmpdir() });
    for (const key of ["../x", "a/../../x", "/x", "a//b", ""]) {
      await expect(store.put({ bucket: "a", key }, "")).rejects.toThrow("is no path below a folder");
    }
  });

  it("fails on a bucket that no folder stands for", async () => {
    await expect(directoryObjectStore({}).put({ bucket: "a", key: "k" }, "")).rejects.toThrow(
      'the bucket "a"',
    );
  });
});
