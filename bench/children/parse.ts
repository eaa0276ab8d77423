import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/**
 * The obvious Node program to count requests, bytes sent and server errors: it unpacks each file as a whole
 * and splits each line. Arguments: field separator, minimum number of fields, indexes of the status and the
 * bytes, and the file that lists the logs.
 */
const [, , separator = "", fewest, status, bytes, list = ""] = process.argv;

const total = { requests: 0, bytes: 0, errors: 0 };
for (const path of readFileSync(list, "utf8").split("\0")) {
  for (const line of gunzipSync(readFileSync(path)).toString("utf8").split("\n")) {
    const fields = line.split(separator);
    if (fields.length < Number(fewest) || line.startsWith("#")) continue;
    total.requests++;
    total.bytes += Number(fields[Number(bytes)]);
    if (Number(fields[Number(status)]) >= 500) total.errors++;
  }
}
console.log(total.requests, total.bytes, total.errors);
