import { FORMATS } from "../formats";
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
  unparsedLinesSql,
  unparsedSql,
} from "./sql";
import type { Dimension, Listed } from "./subject";

/** Counts with an engine that keeps what several sums are made of: the rows are read twice. */
export const keptCounts = (engine: KeepingEngine): Counts => ({
  isExact: true,
  domains: (counted) => domainsOf(engine, counted),
  code: (counted, _, packings) => codeRows(engine, counted, packings),
  unread: (format) => unreadOf(engine, FORMATS[format].table),
});

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
  const [[unparsed] = []] = await engine.rows(unparsedSql(table));
  const lines = Number(unparsed) === 0 ? [] : await engine.rows(unparsedLinesSql(table));
  return {
    unparsed: Number(unparsed),
    examples: lines.map(([line, file]) => ({ line: String(line), file: String(file) })),
  };
}
