import { S3Client } from "@aws-sdk/client-s3";

/** A client of a server on this machine. */
export const localS3Client = (endpoint: string, accessKeyId = "test", secretAccessKey = "test"): S3Client =>
  new S3Client({
    region: "us-east-1",
    endpoint,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 3,
    retryMode: "standard",
  });
