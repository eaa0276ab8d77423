import { FORMATS, type FormatId } from "../formats";
import { PARTITION_KEYS } from "../formats/partition-layout";
import { duckdbColumns } from "../formats/render/duckdb-relation";
import { sqlIdentifier } from "../formats/render/sql-text";
import type { Range } from "../questions/range";
import { rangeCondition } from "../questions/render";
import type { CodedRows, Counted, Counts } from "./counts";
import type { CubePlan } from "./cube-plans";
import type { KeepingEngine, ReportEngine } from "./engine";
import type { Cube, Domain, Unread } from "./model";
import { columnsOf, domainOf } from "./rows";
import {
  BASE,
  baseSql,
  CODED,
  COUNTS,
  codedSql,
  codesName,
  codesSql,
  countsSql,
  cubeSql,
  domainName,
  domainSql,
  lengthsSql,
  listSql,
  type Packings,
  type Source,
  SUMS,
  sourceSql,
  sourcesOf,
  sumsSql,
  unparsedSql,
} from "./sql";
import type { Dimension, Listed } from "./subject";

/** Counts with an engine that keeps what several sums are made of: the rows are read twice. */
export const keptCounts = (engine: KeepingEngine): Counts => ({
  isExact: true,
  domains: (counted) => domainsOf(engine, counted),
  code: (counted, _, packings) => codeRows(engine, counted, packings),
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

async function domainsOf(
  engine: KeepingEngine,
  { subject, range }: Counted,
): Promise<ReadonlyMap<string, Domain>> {
  const sources = sourcesOf(subject);
  const domains = new Map<string, Domain>();
  await engine.keep(COUNTS, countsSql(subject, range, sources));
  for (const source of sources) {
    await engine.keep(source.name, sourceSql(source));
    for (const one of source.dimensions) domains.set(one.id, await keptDomain(engine, source, one));
  }
  return domains;
}

async function keptDomain(engine: KeepingEngine, source: Source, one: Dimension | Listed): Promise<Domain> {
  await engine.keep(domainName(one), domainSql(source, one));
  return domainOf(one, await engine.rows(`SELECT value, different FROM ${domainName(one)} ORDER BY code`));
}

async function codeRows(
  engine: KeepingEngine,
  { subject, range, slot }: Counted,
  packings: Packings,
): Promise<CodedRows> {
  const sources = sourcesOf(subject);
  for (const source of sources) await engine.keep(codesName(source), codesSql(source, packings));
  await engine.keep(CODED, codedSql(subject, range, slot, sources, packings));
  await engine.keep(BASE, baseSql(subject, packings));
  /** The sums that a plan's shapes are made of. @returns the name that they are kept under */
  const sumsOf = async ({ list, measures, shapes: [{ keys }] }: CubePlan): Promise<string> => {
    if (list === undefined && keys.length === subject.dimensions.length + 1) return BASE;
    await engine.keep(
      SUMS,
      list === undefined
        ? sumsSql(
            BASE,
            keys,
            measures.map(({ id }) => id),
          )
        : listSql(list, keys, measures, packings),
    );
    return SUMS;
  };
  return {
    rows: engine.rows,
    cubes: async (plans) => {
      const cubes: Cube[][] = [];
      for (const plan of plans) cubes.push(await firstThatFits(engine, await sumsOf(plan), plan));
      return cubes;
    },
  };
}

/** @param from the kept sums that the cube is made of */
async function firstThatFits(
  engine: KeepingEngine,
  from: string,
  { shapes, measures, rows }: CubePlan,
): Promise<Cube[]> {
  const lengths = await engine.rows(lengthsSql(from, shapes));
  const shape = shapes.find((_, index) => Number(lengths[index]?.[1]) <= rows);
  if (!shape) return [];
  const ids = measures.map(({ id }) => id);
  const read = await engine.rows(cubeSql(from, shape, ids));
  return [{ ...shape, measures: ids, length: read.length, columns: columnsOf(read) }];
}

async function unreadOf(engine: ReportEngine, table: string): Promise<Unread> {
  const lines = await engine.rows(unparsedSql(table));
  return {
    unparsed: Number(lines[0]?.[2] ?? 0),
    examples: lines.map(([line, file]) => ({ line: String(line), file: String(file) })),
  };
}
