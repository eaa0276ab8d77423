import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { IAMClient, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { listOf, type Statement } from "../../testing/permissions/evaluate";

const SCRIPT = join(__dirname, "../../scripts/radosgw.sh");
const { S3_ENDPOINT = "", S3_ACCESS_KEY = "", S3_SECRET_KEY = "" } = process.env;

/**
 * A client of RADOS Gateway for a separate user, whose policy has those of these statements that are on S3. The others
 * are left out: the gateway refuses a policy with actions that it does not know.
 */
export async function gatewayUser(name: string, statements: readonly Statement[]): Promise<S3Client> {
  const user = `${name}-${randomBytes(4).toString("hex")}`;
  execFileSync(SCRIPT, ["user", user]);
  const iam = new IAMClient({
    region: "us-east-1",
    endpoint: S3_ENDPOINT,
    credentials: { accessKeyId: S3_ACCESS_KEY, secretAccessKey: S3_SECRET_KEY },
  });
  const onS3 = statements.filter(({ Action }) => listOf(Action).every((action) => action.startsWith("s3:")));
  await iam.send(
    new PutUserPolicyCommand({
      UserName: user,
      PolicyName: "role",
      PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: onS3 }),
    }),
  );
  iam.destroy();
  return new S3Client({
    region: "us-east-1",
    endpoint: S3_ENDPOINT,
    forcePathStyle: true,
    credentials: { accessKeyId: user, secretAccessKey: `${user}-secret` },
  });
}

/** HTTP status of the response to a request. */
export async function statusOf(request: Promise<unknown>): Promise<number | undefined> {
  try {
    await request;
    return 200;
  } catch (error) {
    if (error instanceof S3ServiceException) return error.$metadata.httpStatusCode;
    throw error;
  }
}
