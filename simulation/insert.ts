import { FORMATS } from "../formats";
import { identityOf, identityOfPath, MOVED_IDENTITY } from "../formats/file-identity";
import { partitionValuesOf } from "../formats/hour";

/** A commit's statement, as far as it decides which files it adds. */
export interface Insert {
  /** Text table that it reads. */
  readonly text: string;
  /** Typed table. */
  readonly table: string;
  /** Names of its text partitions: `<text table>/<key>=<value>/...`. */
  readonly partitions: readonly string[];
  /** True for the files that it reads, by path. */
  readonly reads: (path: string) => boolean;
  /** Identity of a file that it reads; `undefined` without an anti-join. */
  readonly identityOf: ((path: string) => string) | undefined;
  /** Identity of a file in the typed table, if the anti-join sees it. */
  readonly knownAs: (path: string) => string | undefined;
}

const FROM = /\nFROM "\w+"\."(?<text>\w+)"\nWHERE (?<conditions>[\s\S]*)$/;
const ANTI_JOIN =
  /\n {2}AND (?<identity>.*) NOT IN \(\n {4}SELECT (?<known>.*) FROM .*\n {4}WHERE (?<where>[\s\S]*)\n {2}\)\n/;

/** @param bucket bucket of the moved files */
export function parseInsert(sql: string, bucket: string): Insert {
  const { text = "", conditions = "" } = FROM.exec(sql)?.groups ?? {};
  const { identity, known = "", where = "" } = ANTI_JOIN.exec(sql)?.groups ?? {};
  const own = conditions.replace(ANTI_JOIN, "\n").split("\n  AND ");
  const isDelivered = text.endsWith("_delivered");
  const [places = "", hours = ""] = isDelivered ? own : [own[0], own[0]];
  const isNamed = pathsOf(own.find((condition) => condition.startsWith('("$path"')) ?? "");
  const inHours = hoursCondition(hours);
  const [typedHours = "", typedPaths] = where.split("\n      AND ");
  const inTypedHours = hoursCondition(typedHours);
  const inTypedPaths = typedPaths === undefined ? () => true : pathsOf(typedPaths);
  return {
    text,
    table: /^INSERT INTO "\w+"\."(\w+)"/.exec(sql)?.[1] ?? "",
    partitions: partitionsOf(places).map((partition) => `${text}/${partition}`),
    reads: (path) => isNamed(path) && (!isDelivered || inHours(path)),
    identityOf: identity === undefined ? undefined : (path) => evaluate(identity, bucket, path),
    knownAs: (path) => (inTypedHours(path) && inTypedPaths(path) ? evaluate(known, bucket, path) : undefined),
  };
}

/** The value of an SQL expression of a file's identity. */
function evaluate(expression: string, bucket: string, path: string): string {
  const [, whenMoved, otherwise] = /^CASE WHEN .* THEN (.*) ELSE (.*) END$/.exec(expression) ?? [];
  if (whenMoved !== undefined && otherwise !== undefined)
    return evaluate(path.startsWith(`s3://${bucket}/raw/`) ? whenMoved : otherwise, bucket, path);
  if (expression.includes("regexp_extract") && expression.includes(MOVED_IDENTITY))
    return identityOfPath(bucket, path);
  if (!expression.includes("sha256")) return path;
  const [, place = "", key = ""] = /^s3:\/\/([^/]+)\/(.*)$/.exec(path) ?? [];
  return identityOf({ bucket: place, key });
}

/** `<key>=<value>/...` for each partition of `("a" = '...' AND "b" IN ('...', '...') OR ...)`. */
const partitionsOf = (condition: string): string[] =>
  condition.split(" OR ").flatMap((part) => {
    const others = [...part.matchAll(/"(\w+)" = '([^']*)'/g)].map(([, key, value]) => `${key}=${value}`);
    const [, last = "", values = ""] = /"(\w+)" IN \(([^)]*)\)/.exec(part) ?? [];
    return textsOf(values).map((value) => [...others, `${last}=${value}`].join("/"));
  });

/** True for files whose names are of these hours. */
export function hoursCondition(condition: string): (path: string) => boolean {
  const hours = new Set(
    condition.split(" OR ").flatMap((day) => {
      const dt = /= '(\d{4}-\d{2}-\d{2})'/.exec(day)?.[1];
      return textsOf(/ IN \(([^)]*)\)\)?$/.exec(day)?.[1] ?? "").map((hour) => `${dt}T${hour}`);
    }),
  );
  return (path) => {
    // The name of a moved file has the original name at its end.
    const name = path.replace(/\/(?:log-[^-/]+-)?[0-9a-f]{8}-([^/]*)$/, "/$1");
    const object = Object.values(FORMATS)
      .map(({ classify }) => classify(name))
      .find(({ kind }) => kind === "access-log");
    if (object?.kind !== "access-log") return false;
    const { dt, hour } = partitionValuesOf(object.hour);
    return hours.has(`${dt}T${hour}`);
  };
}

/** Reads `(x IN (...) OR x BETWEEN ... AND ... OR x < ... OR x >= ... AND x < ...)`. */
export function pathsOf(condition: string): (path: string) => boolean {
  const checks = condition
    .replace(/^\(|\)$/g, "")
    .split(" OR ")
    .map((part): ((path: string) => boolean) => {
      const single = / IN \((.*)\)$/.exec(part)?.[1];
      if (single !== undefined) {
        const paths = new Set(textsOf(single));
        return (path) => paths.has(path);
      }
      const [, from, to] = / BETWEEN '([^']*)' AND '([^']*)'/.exec(part) ?? [];
      if (from !== undefined && to !== undefined) return (path) => from <= path && path <= to;
      const bounds = [...part.matchAll(/ (<|>=) '([^']*)'/g)];
      return (path) =>
        bounds.length > 0 &&
        bounds.every(([, operator, bound = ""]) => (operator === "<" ? path < bound : path >= bound));
    });
  return (path) => checks.some((check) => check(path));
}

const textsOf = (list: string): string[] => [...list.matchAll(/'([^']*)'/g)].map(([, text = ""]) => text);
