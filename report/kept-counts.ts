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
  keptClientRequestsSql,
  rowsSql,
  type Source,
  sourceSql,
  sourcesOf,
} from "./kept-sql";
import { type Domain, MIN_TIMED, SLOWEST, type Unread } from "./model";
import { domainOf } from "./rows";
import { unparsedSql } from "./sql";
import { Tally } from "./tally";
import { quarterOf } from "./zone";

/** Counts with an engine that keeps what is made of columns: the rows are read once more, as numbers, and added up here. */
export const keptCounts = (engine: KeepingEngine): Counts => ({
  engine,
  isParallel: true,
  isExact: true,
  domains: (...asked) => domainsOf(engine, ...asked),
  add: (...asked) => addRows(engine, ...asked),
  readable: (...asked) => readable(engine, ...asked),
  clientRequests: keptClientRequestsSql,
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
  const tally = new Tally(
    {
      slotMs,
      slots,
      intoQuarter: (range.from - quarterOf(range.from)) / SECOND_MS,
      measures: subject.measures.map(({ id }) => id),
      keys: [...subject.dimensions, ...fewLists(subject)].map(({ id }) => id),
      sizes: new Map([...domains].map(([id, { values }]) => [id, values.length + 1])),
      sources: sources.map(({ dimensions }) => dimensions.map(({ id }) => id)),
    },
    plans,
  );
  const kinds = await Promise.all(sources.map((source) => addCombinations(engine, tally, source)));
  await engine.numbers(rowsSql(counted, sources, kinds), (columns) => tally.add(columns));
  await tally.addBatch();
  const { all, bySlot, byPath } = tally.times();
  const unknown = [null, null, null];
  return {
    cubes: tally.cubes(),
    times: all?.quantiles ?? unknown,
    slots: tally
      .clients()
      .flatMap((clients, slot) =>
        clients === 0 ? [] : [{ slot, clients, times: bySlot[slot]?.quantiles ?? unknown }],
      ),
    quarters: tally.quarters(),
    slowest: byPath
      .flatMap((times, path) =>
        path > 0 && times !== undefined && times.count >= MIN_TIMED
          ? [{ path, requests: times.count, times: times.quantiles }]
          : [],
      )
      .sort((a, b) => b.times[1] - a.times[1] || a.path - b.path)
      .slice(0, SLOWEST),
  };
}

/** @returns the keys that tell the combinations of a source apart */
async function addCombinations(engine: KeepingEngine, tally: Tally, source: Source): Promise<KeyKind> {
  const [[rows] = []] = await engine.rows(`SELECT count(*) FROM ${source.name}`);
  const combinations = Number(rows ?? 0);
  const differentKeys = async (kind: KeyKind) => {
    let different = 0;
    tally.clearSource(source.number, combinations);
    await engine.numbers(codesSql(source, kind), (columns) => {
      different = tally.addCombinations(source.number, columns);
    });
    return different;
  };
  if ((await differentKeys("hash")) === combinations) return "hash";
  await differentKeys("number");
  return "number";
}

async function unreadOf(engine: ReportEngine, table: string): Promise<Unread> {
  const lines = await engine.rows(unparsedSql(table));
  return {
    unparsed: Number(lines[0]?.[2] ?? 0),
    examples: lines.map(([line, file]) => ({ line: String(line), file: String(file) })),
  };
}
