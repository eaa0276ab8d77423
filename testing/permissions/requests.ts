import type { WireRequest } from "../http-forwarder";
import { keysInXml } from "../xml";
import type { Sent } from "./sdk-calls";

/** The SDK command of a request. @throws Error for an unsupported request */
export function commandOf(request: WireRequest): Sent {
  const target = request.headers["x-amz-target"];
  return target === undefined
    ? s3Command(request)
    : { name: `${String(target).split(".").at(-1)}Command`, input: JSON.parse(request.body) };
}

/** Query parameters that do not change the operation. */
const PARAMETERS = new Set([
  "x-id",
  "partNumber",
  "list-type",
  "prefix",
  "delimiter",
  "start-after",
  "continuation-token",
  "max-keys",
]);

function s3Command({ method, url, headers, body }: WireRequest): Sent {
  const [path = "", query = ""] = url.split("?");
  const [, Bucket = "", rest = ""] = /^\/([^/]*)\/?(.*)$/.exec(path) ?? [];
  const Key = decodeURIComponent(rest);
  const parameters = new URLSearchParams(query);
  const [subresource] = [...parameters.keys()].filter((name) => !PARAMETERS.has(name));
  const source = headers["x-amz-copy-source"];
  switch ([method, Key === "" ? "bucket" : "object", subresource].filter(Boolean).join(" ")) {
    case "GET bucket":
      return { name: "ListObjectsV2Command", input: { Bucket, Prefix: parameters.get("prefix") ?? "" } };
    case "POST bucket delete":
      return {
        name: "DeleteObjectsCommand",
        input: { Bucket, Delete: { Objects: keysInXml(body).map((Key) => ({ Key })) } },
      };
    case "HEAD object":
      return { name: "HeadObjectCommand", input: { Bucket, Key } };
    case "GET object":
      return { name: "GetObjectCommand", input: { Bucket, Key } };
    case "DELETE object":
      return { name: "DeleteObjectCommand", input: { Bucket, Key } };
    case "PUT object":
      return source === undefined
        ? { name: "PutObjectCommand", input: { Bucket, Key } }
        : { name: "CopyObjectCommand", input: { Bucket, Key, CopySource: source } };
    case "POST object uploads":
      return { name: "CreateMultipartUploadCommand", input: { Bucket, Key } };
    case "PUT object uploadId":
      return { name: "UploadPartCommand", input: { Bucket, Key } };
    case "POST object uploadId":
      return { name: "CompleteMultipartUploadCommand", input: { Bucket, Key } };
    default:
      throw new Error(`${method} ${url}: which command is it? Add it to requests.ts`);
  }
}
