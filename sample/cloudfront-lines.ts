import type { Random } from "./random";
import type { Request } from "./traffic";

/** One distribution of the sample. */
export interface Distribution {
  readonly id: string;
  readonly domain: string;
}

const EDGES = ["FRA56-P4", "IAD89-C1", "NRT57-C2", "LHR62-C3", "SFO53-P7"] as const;
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  js: "text/javascript",
  css: "text/css",
  png: "image/png",
  webp: "image/webp",
  ico: "image/x-icon",
};
/** Characters that CloudFront encodes in a header value. */
const ENCODED = /[\s"<>%{}|\\^~[\]`']/g;

/** A log line of 33 fields, sometimes of 26 (2017) or 35; sometimes the viewer left before the response. */
export function cloudfrontLine(random: Random, { domain }: Distribution, request: Request): string {
  const instant = new Date(request.time).toISOString();
  const extension = request.path.slice(request.path.lastIndexOf(".") + 1);
  const result =
    request.status >= 400
      ? "Error"
      : extension in CONTENT_TYPES
        ? random.pick(["Hit", "Hit", "Hit", "Miss"])
        : "Miss";
  const hasLeft = random.chance(0.002);
  const tls = request.isTls ? ["TLSv1.3", "TLS_AES_128_GCM_SHA256"] : ["-", "-"];
  const fields = [
    instant.slice(0, 10),
    instant.slice(11, 19),
    random.pick(EDGES),
    String(hasLeft ? 0 : request.sentBytes + 350),
    request.client,
    request.method,
    domain,
    request.path,
    hasLeft ? "000" : String(request.status),
    request.referrer || "-",
    request.userAgent.replaceAll(ENCODED, encode),
    request.query || "-",
    "-",
    result,
    `${random.base64(54)}==`,
    request.host,
    request.isTls ? "https" : "http",
    String(request.receivedBytes),
    request.seconds.toFixed(3),
    "-",
    ...tls,
    result,
    request.isTls ? "HTTP/2.0" : "HTTP/1.1",
    "-",
    "-",
    String(request.clientPort),
    (request.seconds * 0.8).toFixed(3),
    result,
    CONTENT_TYPES[extension] ?? "text/html",
    request.status === 304 ? "-" : String(request.sentBytes),
    "-",
    "-",
  ];
  const unusual = random.next();
  if (unusual < 0.001) return fields.slice(0, 26).join("\t");
  return [...fields, ...(unusual < 0.002 ? [`dt_${random.hex(8)}`, random.hex(12)] : [])].join("\t");
}

const encode = (character: string): string =>
  `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
