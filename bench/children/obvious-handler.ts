import { CopyObjectCommand, DeleteObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { S3Event } from "aws-lambda";

/**
 * The obvious handler: S3 invokes it for each new object, and it copies, then deletes. It is deployed as
 * compiled, with the SDK as a folder of modules.
 */
const client = new S3Client({});

export async function handler({ Records }: S3Event): Promise<void> {
  for (const { s3 } of Records) {
    const bucket = s3.bucket.name;
    const key = decodeURIComponent(s3.object.key.replaceAll("+", " "));
    const source = `${bucket}/${key.split("/").map(encodeURIComponent).join("/")}`;
    await client.send(new CopyObjectCommand({ Bucket: bucket, Key: targetOf(key), CopySource: source }));
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
  }
}

function targetOf(key: string): string {
  const name = key.slice(key.lastIndexOf("/") + 1);
  const [, year, month, day, hour] = /_(\d{4})(\d\d)(\d\d)T(\d\d)\d\dZ_/.exec(name) ?? [];
  return `hive/year=${year}/month=${month}/day=${day}/hour=${hour}/${name}`;
}
