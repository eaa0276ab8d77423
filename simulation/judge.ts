import { identityOf, identityOfPath } from "../formats/file-identity";
import { ARRIVALS_PREFIX, COMMITS_PREFIX, RAW_PREFIX, REJECTED_PREFIX } from "../formats/partition-layout";
import { pendingKeys } from "../handlers/core/commit-records";
import { movedKeyOf } from "../handlers/core/rejected-files";
import { sum } from "../terminal/quantities";
import { headersOf } from "./athena";
import type { Buckets } from "./bucket";
import { BROKEN, type Delivery, readableLines, unparsedIn } from "./deliveries";
import { PREFIXES } from "./deployments";
import type { Functions } from "./functions";
import { BUCKET, LANDING, type World } from "./world";

/** Objects that exist only while work is pending. */
export function leftoversIn({ buckets: { objects }, athena }: World): string[] {
  const keysBelow = (bucket: string, prefix: string) =>
    [...objects.keys()]
      .filter((path) => path.startsWith(`${bucket}/${prefix}`))
      .map((path) => path.slice(bucket.length + 1));
  const records = keysBelow(BUCKET, COMMITS_PREFIX);
  const counted = new Set(records.filter((key) => key.endsWith(COUNTED)));
  const rejected = keysBelow(BUCKET, REJECTED_PREFIX).map((key) => `s3://${BUCKET}/${movedKeyOf(key)}`);
  const known = new Set([...athena.lake.keys(), ...rejected].map((path) => identityOfPath(BUCKET, path)));
  return [
    ...[PREFIXES.shop, PREFIXES.cdn].flatMap((prefix) => keysBelow(LANDING, prefix)),
    // Originals of sources that are or were read as delivered stay.
    ...[PREFIXES.api, PREFIXES.direct]
      .flatMap((prefix) => keysBelow(LANDING, prefix))
      .filter((key) => !known.has(identityOf({ bucket: LANDING, key }))),
    ...keysBelow(BUCKET, ARRIVALS_PREFIX),
    ...pendingKeys(records),
    ...records.filter((key) => key.endsWith(ENDED) && !counted.has(key.replace(ENDED, COUNTED))),
  ];
}

/** Ends of the keys of records: of a commit's end, and of its unparsed lines. */
const [ENDED, COUNTED] = [".done.json", ".counted.json"] as const;

/** Violated guarantees of the pipeline, after all work is done. */
export function judge(
  world: World,
  deliveries: readonly Delivery[],
  { rowsCounted, unparsedCounted }: Functions,
): string[] {
  const { buckets, queue, athena } = world;
  const bodies = deliveries.map(({ body }) => readableLines(body)).sort();
  const [expected, broken] = [bodies.filter(isReadable), bodies.filter((body) => !isReadable(body))];
  const unparsed = expected.reduce((total, body) => total + unparsedIn(body), 0);
  const recorded = recordedUnparsed(buckets);
  const uncertain = uncertainLines(world);
  const found = [...athena.lake.values()].flat().sort();
  return [
    ...leftoversIn(world).map((path) => `${path} is left over`),
    ...(queue.isEmpty ? [] : ["events are left over"]),
    ...expected.filter((item) => !found.includes(item)).map((body) => `${body} are missing`),
    ...(found.length > expected.length
      ? [`${found.length} files are in the table, not ${expected.length}`]
      : []),
    ...(rowsCounted > expected.length
      ? [`${rowsCounted} rows are counted as committed, not ${expected.length}`]
      : []),
    ...(recorded <= unparsed && recorded >= unparsed - uncertain
      ? []
      : [`${recorded} unparsed lines are recorded, not ${unparsed}`]),
    ...(unparsedCounted >= unparsed - uncertain
      ? []
      : [`${unparsedCounted} unparsed lines are reported, not ${unparsed}`]),
    ...judgeRejected(buckets.objects, broken),
    ...copiesIn(buckets),
  ];
}

/** Files that are below `raw/` twice: the text table would have their rows twice. */
function copiesIn({ objects }: Buckets): string[] {
  const identities = [...objects.keys()]
    .filter((path) => path.startsWith(`${BUCKET}/${RAW_PREFIX}`))
    .map((path) => identityOfPath(BUCKET, `s3://${path}`));
  return identities
    .filter((identity, index) => identities.indexOf(identity) !== index)
    .map((identity) => `${identity} is among the text twice`);
}

/**
 * Unparsed lines that may be missing in the records: those of statements that took effect and are said to have failed,
 * if the layout changed before the next commit, and those taken for the headers of a file that is gone.
 */
function uncertainLines({ buckets: { objects }, athena }: World): number {
  const unconfirmed = sum([...athena.unconfirmed.values()].map(unparsedIn));
  const gone = [...objects]
    .filter(([path]) => START.test(path))
    .flatMap(([path, { body }]) => {
      const files: readonly string[] = JSON.parse(body).text?.files ?? [];
      const missing = files.filter((file) => !objects.has(file.replace(/^s3:\/\//, "")));
      return missing.map(() => headersOf(START.exec(path)?.groups?.table ?? ""));
    });
  return unconfirmed + sum(gone);
}

const START = new RegExp(`/${COMMITS_PREFIX}(?<table>\\w+)/\\d+\\.json$`);

/** Unparsed lines according to the records of the counted commits. */
function recordedUnparsed({ objects }: Buckets): number {
  const counts = [...objects].filter(([path]) => path.endsWith(COUNTED));
  return counts.reduce((total, [, { body }]) => total + (JSON.parse(body).unparsed ?? 0), 0);
}

const isReadable = (body: string): boolean => !body.startsWith(BROKEN);

/** Each broken file, and no other, must be rejected with its bytes and a reason, and not be among the moved files. */
function judgeRejected(objects: Buckets["objects"], broken: readonly string[]): string[] {
  const below = (prefix: string) => [...objects].filter(([path]) => path.startsWith(`${BUCKET}/${prefix}`));
  const rejected = below(REJECTED_PREFIX);
  const reasons = rejected.filter(([path]) => path.endsWith(".reason.json"));
  const files = rejected.filter(([path]) => !path.endsWith(".reason.json")).map(([, { body }]) => body);
  return [
    ...broken.filter((body) => !files.includes(body)).map((body) => `${body} is not set aside`),
    ...files.filter(isReadable).map((body) => `${body} are set aside`),
    ...(reasons.length === files.length ? [] : [`${reasons.length} reasons for ${files.length} files`]),
    ...below(RAW_PREFIX).flatMap(([path, { body }]) =>
      isReadable(body) ? [] : [`${path} is among the text`],
    ),
  ];
}
