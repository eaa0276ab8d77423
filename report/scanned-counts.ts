import { FORMATS } from "../formats";
import type { Json } from "../terminal/rows";
import type { Added, Counted, Counts } from "./counts";
import type { CubePlan } from "./cube-plans";
import type { ReportEngine } from "./engine";
import { type Cube, type Domain, TIME, VALUE } from "./model";
import { Packing, type Packings } from "./packing";
import { columnsOf, domainOf } from "./rows";
import {
  keyedLengthsSql,
  keyedSumsSql,
  QUANTILES_SQL,
  QUARTERS_SQL,
  type SizeOf,
  slotClientsSql,
  slowestSql,
  unpackedKey,
  valuesSql,
  withCoded,
} from "./scanned-sql";
import { grouped } from "./sql";
import type { Dimension } from "./subject";

/** Counts with an engine that keeps nothing: few statements, each of which reads the rows once for many sums. */
export function scannedCounts(engine: ReportEngine): Counts {
  const digits = new Map<string, readonly string[]>();
  return {
    engine,
    isParallel: false,
    isExact: false,
    domains: async (counted) => {
      const rows = await engine.rows(valuesSql(counted));
      const domains = new Map<string, Domain>();
      for (const [index, one] of grouped(counted.subject).entries()) {
        const own = rows.filter(([which]) => Number(which) === index);
        digits.set(
          one.id,
          own.map(([, , , text]) => String(text)),
        );
        domains.set(
          one.id,
          domainOf(
            one,
            own.map(([, ...row]) => row),
          ),
        );
      }
      return domains;
    },
    add: (counted, domains, plans) => addRows(engine, counted, domains, digits, plans),
    readable: async (format) => FORMATS[format].table,
    // Athena reads the lines from the text of all files, which is not limited by the range.
    clientRequests: () => undefined,
    unread: async () => null,
  };
}

async function addRows(
  engine: ReportEngine,
  counted: Counted,
  domains: ReadonlyMap<string, Domain>,
  digits: ReadonlyMap<string, readonly string[]>,
  plans: readonly CubePlan[],
): Promise<Added> {
  const { subject } = counted;
  const sized = (ones: readonly Dimension[]) =>
    ones.map(({ id }) => [id, domains.get(id)?.values.length ?? 0] as const);
  const packings = {
    dimensions: new Packing("dimensions", sized(subject.dimensions)),
    lists: new Packing("lists", sized(subject.lists)),
  };
  const rows = (statement: string) => engine.rows(withCoded(counted, digits, packings, statement));
  const cubes = await cubesOf(rows, counted, domains, packings, plans);
  const quantiles = await rows(QUANTILES_SQL);
  const bySlot = new Map(quantiles.map(([slot, ...times]) => [slot, times.map(numberOrNull)]));
  const unknown = [null, null, null];
  const clients = await engine.rows(slotClientsSql(counted));
  const quarters = await rows(QUARTERS_SQL);
  const slowest = await rows(slowestSql(packings));
  return {
    cubes,
    times: bySlot.get(null) ?? unknown,
    slots: clients.map(([slot, count]) => ({
      slot: Number(slot),
      clients: Number(count),
      times: bySlot.get(Number(slot)) ?? unknown,
    })),
    quarters: quarters.map(([quarter, requests]) => [Number(quarter), Number(requests)] as const),
    slowest: slowest.map(([path, requests, ...times]) => ({
      path: Number(path),
      requests: Number(requests),
      times: times.map(numberOrNull),
    })),
  };
}

const numberOrNull = (value: Json): number | null => (value === null ? null : Number(value));

async function cubesOf(
  rows: (statement: string) => Promise<readonly (readonly Json[])[]>,
  { subject, slots }: Counted,
  domains: ReadonlyMap<string, Domain>,
  packings: Packings,
  plans: readonly CubePlan[],
): Promise<readonly (readonly Cube[])[]> {
  const sizeOf: SizeOf = (key, list) =>
    key === TIME ? slots : (domains.get(key === VALUE ? (list ?? "") : key)?.values.length ?? 0) + 1;
  const tried = plans.flatMap(({ shapes, list }) => shapes.map((shape) => ({ shape, list })));
  const lengths = new Map(
    (await rows(keyedLengthsSql(subject, packings, tried, sizeOf))).map(([which, length]) => [
      tried[Number(which)]?.shape,
      Number(length),
    ]),
  );
  const chosen = plans.flatMap((plan) => {
    const shape = plan.shapes.find((one) => (lengths.get(one) ?? 0) <= plan.rows);
    return shape ? [{ plan, shape, list: plan.list }] : [];
  });
  const sums = await rows(keyedSumsSql(subject, packings, chosen, sizeOf));
  const cubeOf = ({ plan, ...keyed }: (typeof chosen)[number], which: number): Cube => {
    const own = sums.filter(([packed]) => Number(packed) % chosen.length === which);
    const measures = plan.measures.map(({ id }) => id);
    const places = measures.map((id) => 1 + subject.measures.findIndex((measure) => measure.id === id));
    const read = own
      .map((row) => [
        ...unpackedKey(Number(row[0]), keyed, chosen.length, sizeOf),
        ...places.map((place) => row[place] ?? 0),
      ])
      .sort(byKeys(keyed.shape.keys.length));
    return { ...keyed.shape, measures, length: read.length, columns: columnsOf(read) };
  };
  return plans.map((plan) => {
    const which = chosen.findIndex((one) => one.plan === plan);
    const one = chosen[which];
    return one ? [cubeOf(one, which)] : [];
  });
}

/** Rows in the order of their first columns, as the page packs them best. */
const byKeys =
  (keys: number) =>
  (a: readonly Json[], b: readonly Json[]): number => {
    for (let index = 0; index < keys; index++) {
      const difference = Number(a[index]) - Number(b[index]);
      if (difference !== 0) return difference;
    }
    return 0;
  };
