import { GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { nameOf } from "../core/errors";
import type { ObjectBytes } from "../core/ports";

/** The bytes of objects in S3. The client retries single requests. */
export const s3ObjectBytes = (client: Pick<S3Client, "send">): ObjectBytes => ({
  async start({ bucket, key }, length) {
    try {
      const range = { Bucket: bucket, Key: key, Range: `bytes=0-${length - 1}` };
      return await (await client.send(new GetObjectCommand(range))).Body?.transformToByteArray();
    } catch (error) {
      if (nameOf(error) === "NoSuchKey") return undefined;
      // It has no bytes.
      if (nameOf(error) === "InvalidRange") return new Uint8Array();
      throw error;
    }
  },
  async *all({ bucket, key }) {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    if (Body) yield* Body as AsyncIterable<Uint8Array>;
  },
  async put({ bucket, key }, body) {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
  },
});
