import { FORMATS, type FormatId } from "../formats";
import { duckdbColumns } from "../formats/column-type";
import { PARTITION_KEYS } from "../formats/partition-layout";
import { sqlIdentifier } from "../formats/render/sql-text";
import { SECOND_MS } from "../formats/time";
import type { Range } from "../questions/range";
import { rangeCondition } from "../questions/render";
import type { Added, Counted, Counts } from "./counts";
import type { CubePlan } from "./cube-plans";
import type { KeepingEngine, ReportEngine } from "./engine";
import {
  codesSql,
  countedTogether,
  countsName,
  countsSql,
  domainName,
  domainSql,
  fewLists,
  type KeyKind,
  rowsSql,
  type Source,
  sourceSql,
  sourcesOf,
} from "./kept-sql";
import { type Domain, MIN_TIMED, SLOWEST, type Unread } from "./model";
import { Numbering } from "./numbering";
import { domainOf } from "./rows";
import { unparsedSql } from "./sql";
import { type Coder, Tally } from "./tally";
import { quarterOf } from "./zone";

/** Counts with an engine that keeps what is made of columns: the rows are read once more, as numbers, and added up here. */
export const keptCounts = (engine: KeepingEngine): Counts => ({
  engine,
  isParallel: true,
  isExact: true,
  domains: (...asked) => domainsOf(engine, ...asked),
  add: (...asked) => addRows(engine, ...asked),
  readable: (...asked) => readable(engine, ...asked),
  unread: (format) => unreadOf(engine, FORMATS[format].table),
});

/** Rows of a table that are copied for several statements: their columns are read from the files once. */
const MAX_COPIED_ROWS = 500_000;
const COPY = "report_copy";

async function readable(
  engine: KeepingEngine,
  format: FormatId,
  range: Range,
  rows: number,
  statements: readonly string[],
): Promise<string> {
  const { table } = FORMATS[format];
  if (rows > MAX_COPIED_ROWS) return table;
  const words = new Set(statements.join(" ").match(/\w+/g));
  const columns = [...duckdbColumns(FORMATS[format]), ...PARTITION_KEYS, { name: "log_file" }]
    .map(({ name }) => name)
    .filter((name) => words.has(name));
  await engine.keep(
    COPY,
    `SELECT ${columns.map(sqlIdentifier).join(", ")} FROM ${table} WHERE ${rangeCondition(range)}`,
  );
  return COPY;
}

/** The sources side by side: that of the URLs takes as long as all others. */
async function domainsOf(
  engine: KeepingEngine,
  { subject, range }: Counted,
  isAlone: boolean,
): Promise<ReadonlyMap<string, Domain>> {
  const domains = await Promise.all(
    countedTogether(subject, isAlone).map(async (sources, part) => {
      const counts = countsName(subject, part);
      await engine.keep(counts, countsSql(subject, range, sources));
      return Promise.all(
        sources.map(async (source) => {
          await engine.keep(source.name, sourceSql(counts, source));
          return keptDomains(engine, source);
        }),
      );
    }),
  );
  return new Map(domains.flat(2).map((domain) => [domain.id, domain]));
}

async function keptDomains(engine: KeepingEngine, source: Source): Promise<Domain[]> {
  const domains: Domain[] = [];
  for (const one of source.dimensions) {
    const name = domainName(source, one);
    await engine.keep(name, domainSql(source, one));
    domains.push(domainOf(one, await engine.rows(`SELECT value, different FROM ${name} ORDER BY code`)));
  }
  return domains;
}

async function addRows(
  engine: KeepingEngine,
  counted: Counted,
  domains: ReadonlyMap<string, Domain>,
  plans: readonly CubePlan[],
): Promise<Added> {
  const { subject, range, slotMs, slots } = counted;
  const sources = sourcesOf(subject);
  const known = await Promise.all(sources.map((source) => knownKeysOf(engine, source)));
  const coders = known.map(({ coder }) => coder);
  const tally = new Tally(
    {
      slotMs,
      slots,
      intoQuarter: (range.from - quarterOf(range.from)) / SECOND_MS,
      measures: subject.measures.map(({ id }) => id),
      keys: [...subject.dimensions, ...fewLists(subject)].map(({ id }) => id),
      sizes: new Map([...domains].map(([id, { values }]) => [id, values.length + 1])),
      coders,
      clients: coders.findIndex(({ codes }) => codes.has("client")),
    },
    plans,
  );
  await engine.numbers(
    rowsSql(
      counted,
      sources,
      known.map(({ kind }) => kind),
    ),
    (columns) => tally.add(columns),
  );
  await tally.addBatch();
  const slotTimes = tally.times.bySlot();
  const unknown = [null, null, null];
  return {
    cubes: tally.cubes(),
    times: tally.times.all() ?? unknown,
    slots: tally
      .clients()
      .flatMap((clients, slot) =>
        clients === 0 ? [] : [{ slot, clients, times: slotTimes.get(slot)?.quantiles ?? unknown }],
      ),
    // Quarters without requests are left out: the array has holes there.
    quarters: tally.quarters.flatMap((requests, quarter) => [[quarter, requests] as const]),
    slowest: [...tally.times.byPath()]
      .filter(([path, { count }]) => path > 0 && count >= MIN_TIMED)
      .sort(([a, { quantiles: x }], [b, { quantiles: y }]) => y[1] - x[1] || a - b)
      .slice(0, SLOWEST)
      .map(([path, { count, quantiles }]) => ({ path, requests: count, times: quantiles })),
  };
}

/** The keys of a source's combinations, and their codes. */
interface KnownKeys {
  readonly kind: KeyKind;
  readonly coder: Coder;
}

async function knownKeysOf(engine: KeepingEngine, source: Source): Promise<KnownKeys> {
  const [[rows] = []] = await engine.rows(`SELECT count(*) FROM ${source.name}`);
  const combinations = Number(rows ?? 0);
  const coder = await coderOf(engine, source, "hash", combinations);
  if (coder.keys.length === combinations) return { kind: "hash", coder };
  return { kind: "number", coder: await coderOf(engine, source, "number", combinations) };
}

async function coderOf(
  engine: KeepingEngine,
  source: Source,
  kind: KeyKind,
  combinations: number,
): Promise<Coder> {
  const keys = new Numbering(combinations + 1);
  const codes = new Map(source.dimensions.map(({ id }) => [id, new Uint16Array(combinations)] as const));
  await engine.numbers(codesSql(source, kind), ([read = new Float64Array(), ...readCodes]) => {
    const numbers = keys.numbersOf(read);
    [...codes.values()].forEach((known, index) => {
      numbers.forEach((number, row) => {
        known[number] = readCodes[index]?.[row] ?? 0;
      });
    });
  });
  return { keys, codes };
}

async function unreadOf(engine: ReportEngine, table: string): Promise<Unread> {
  const lines = await engine.rows(unparsedSql(table));
  return {
    unparsed: Number(lines[0]?.[2] ?? 0),
    examples: lines.map(([line, file]) => ({ line: String(line), file: String(file) })),
  };
}
