import fc from "fast-check";
import type { CubePlan } from "../../report/cube-plans";
import { type CubeShape, QUANTILES, TIME, VALUE } from "../../report/model";
import type { Measure } from "../../report/subject";
import { type RowFormat, Tally } from "../../report/tally";

/** Codes with 0; a row has those of its slot, and of its combination in each source. */
const SIZES = new Map([
  ["status", 3],
  ["traffic", 2],
  ["path", 7],
  ["agent", 4],
  ["code", 5],
  ["client", 3],
]);
/** What each source has codes of; rows are grouped by all but agents and clients. */
const SOURCES = [["status", "code"], ["traffic", "agent", "path"], ["client"]] as const;
const COMBINATIONS = 9;
const FORMAT: RowFormat = {
  slotMs: 60_000,
  slots: 8,
  intoQuarter: 700,
  measures: ["requests", "sent", "untimed", "milliseconds", "hits"],
  keys: ["status", "traffic", "path", "code"],
  sizes: SIZES,
  sources: SOURCES,
};
const measuresOf = (...ids: Measure["id"][]): Measure[] => ids.map((id) => ({ id, of: "" }));
const shape = (keys: CubeShape["keys"], slots = 1, caps: CubeShape["caps"] = {}): CubeShape => ({
  keys,
  slots,
  caps,
});
const ALL = measuresOf("requests", "sent", "untimed", "milliseconds", "hits");
const PLANS: readonly CubePlan[] = [
  { measures: ALL, shapes: [shape([TIME, "status", "traffic", "path"])], rows: 1e6 },
  { measures: measuresOf("sent"), shapes: [1, 2, 4].map((slots) => shape([TIME, "status"], slots)), rows: 5 },
  { measures: ALL, shapes: [shape(["status", "path"]), shape(["status"]), shape([])], rows: 4 },
  {
    measures: ALL,
    shapes: [shape([TIME, "path"]), shape([TIME, "path"], 4), shape(["path"], 1, { path: 1 })],
    rows: 4,
  },
  { list: "agent", measures: ALL, shapes: [shape([VALUE, TIME, "traffic"])], rows: 1e6 },
  {
    list: "agent",
    measures: measuresOf("requests", "hits"),
    shapes: [shape([VALUE, "status", "path"]), shape([VALUE, "status"])],
    rows: 9,
  },
  { list: "code", measures: ALL, shapes: [shape([VALUE, TIME]), shape([VALUE, TIME], 8)], rows: 8 },
].map((plan) => plan as unknown as CubePlan);

interface Row {
  readonly since: number;
  readonly seconds: number;
  readonly sent: number;
  readonly hits: number;
  /** The combination in each source; the last one is not known. */
  readonly combinations: readonly number[];
}

/** The codes of each combination of each source. */
type Known = readonly (readonly ReadonlyMap<string, number>[])[];

const row: fc.Arbitrary<Row> = fc.record({
  since: fc.nat(8 * 60 - 1),
  seconds: fc.oneof(
    fc.constant(-1),
    fc.nat(40).map((value) => value / 16),
  ),
  sent: fc.nat(10_000),
  hits: fc.nat(1),
  combinations: fc.tuple(fc.nat(COMBINATIONS), fc.nat(COMBINATIONS), fc.nat(COMBINATIONS)),
});

const codesOf = (ids: readonly string[]): fc.Arbitrary<ReadonlyMap<string, number>> =>
  fc
    .tuple(...ids.map((id) => fc.nat((SIZES.get(id) ?? 1) - 1)))
    .map((codes) => new Map(ids.map((id, index) => [id, codes[index] ?? 0])));

const known: fc.Arbitrary<Known> = fc.tuple(
  ...SOURCES.map((ids) => fc.array(codesOf(ids), { minLength: COMBINATIONS, maxLength: COMBINATIONS })),
);

const keys = fc.uniqueArray(fc.maxSafeNat(), { minLength: COMBINATIONS + 1, maxLength: COMBINATIONS + 1 });

/** Rows that are read at once, and whether the groups are added up before others are read. */
type Read = readonly [rows: readonly Row[], isEnd: boolean];
const reads: fc.Arbitrary<readonly Read[]> = fc.array(
  fc.tuple(fc.array(row, { maxLength: 40 }), fc.boolean()),
);

const column = <T>(values: readonly T[], of: (value: T) => number): Float64Array =>
  Float64Array.from(values, of);

async function tallyOf(
  keysOf: readonly number[],
  combinations: Known,
  read: readonly Read[],
): Promise<Tally> {
  const tally = new Tally(FORMAT, PLANS);
  SOURCES.forEach((ids, source) => {
    const known = combinations[source] ?? [];
    // What came before is forgotten.
    tally.clearSource(source, 1);
    tally.addCombinations(source, [Float64Array.of(1), ...ids.map(() => Float64Array.of(1))]);
    tally.clearSource(source, COMBINATIONS);
    for (const half of [known.slice(0, 4), known.slice(4)]) {
      const from = half === known ? 0 : known.indexOf(half[0] ?? new Map());
      tally.addCombinations(source, [
        column([...half.keys()], (index) => keysOf[from + index] ?? 0),
        ...ids.map((id) => column(half, (codes) => codes.get(id) ?? 0)),
      ]);
    }
  });
  for (const [rows, isEnd] of read) {
    await tally.add([
      ...(["since", "seconds", "sent", "hits"] as const).map((id) => column(rows, (one) => one[id])),
      ...SOURCES.map((_, source) => column(rows, (one) => keysOf[one.combinations[source] ?? 0] ?? 0)),
    ]);
    if (isEnd) await tally.addBatch();
  }
  await tally.addBatch();
  return tally;
}

const slotOf = ({ since }: Row): number => Math.floor(since / 60);

/** The code of something that a row has. */
const codeOf = (one: Row, id: string, combinations: Known): number =>
  id === TIME
    ? slotOf(one)
    : SOURCES.reduce(
        (code, _, source) => combinations[source]?.[one.combinations[source] ?? 0]?.get(id) ?? code,
        0,
      );

const measured: Readonly<Record<string, (row: Row) => number>> = {
  requests: () => 1,
  sent: ({ sent }) => sent,
  untimed: ({ seconds }) => (seconds < 0 ? 1 : 0),
  milliseconds: ({ seconds }) => (seconds < 0 ? 0 : Math.round(seconds * 1000)),
  hits: ({ hits }) => hits,
};

/** The rows of a cube as text, in the order of the codes. */
function rowsIn(
  { list, measures }: CubePlan,
  shape: CubeShape,
  rows: readonly Row[],
  known: Known,
): string[] {
  const sums = new Map<string, { codes: readonly number[]; values: readonly number[] }>();
  for (const one of rows) {
    if (list !== undefined && codeOf(one, list, known) === 0) continue;
    const codes = shape.keys.map((key) => {
      const code = codeOf(one, key === VALUE ? (list ?? "") : key, known);
      if (code > (shape.caps[key] ?? code)) return 0;
      return key === TIME ? Math.floor(code / shape.slots) : code;
    });
    const before = sums.get(codes.join())?.values;
    const values = measures.map(({ id }, index) => (before?.[index] ?? 0) + (measured[id]?.(one) ?? 0));
    sums.set(codes.join(), { codes, values });
  }
  const different = (a: readonly number[], b: readonly number[]) =>
    a.map((code, index) => code - (b[index] ?? 0)).find((by) => by !== 0) ?? 0;
  return [...sums.values()]
    .sort((a, b) => different(a.codes, b.codes))
    .map(({ codes, values }) => [...codes, ...values].join());
}

/** Of the first shape that has few enough rows. */
const expectedCubes = (plan: CubePlan, rows: readonly Row[], known: Known) =>
  plan.shapes
    .map((shape) => ({ slots: shape.slots, keys: shape.keys, rows: rowsIn(plan, shape, rows, known) }))
    .filter((made) => made.rows.length <= plan.rows)
    .slice(0, 1);

const cubesIn = (tally: Tally) =>
  tally.cubes().map((made) =>
    made.map(({ slots, keys, columns, length }) => ({
      slots,
      keys,
      rows: Array.from({ length }, (_, at) => columns.map((values) => values[at]).join()),
    })),
  );

/** As `quantile_cont` interpolates. */
function expectedTimes(rows: readonly Row[]) {
  const times = rows.map(({ seconds }) => seconds).filter((seconds) => seconds >= 0);
  times.sort((a, b) => a - b);
  if (times.length === 0) return undefined;
  const quantiles = QUANTILES.map((part) => {
    const place = part * (times.length - 1);
    const [low = 0, high = 0] = [times[Math.floor(place)], times[Math.ceil(place)]];
    return low + (high - low) * (place % 1);
  });
  return { count: times.length, quantiles: quantiles.map((value) => expect.closeTo(value, 9)) };
}

it("adds up what rows have, however they are divided into reads and batches", async () => {
  await fc.assert(
    fc.asyncProperty(keys, known, reads, async (keysOf, combinations, read) => {
      const tally = await tallyOf(keysOf, combinations, read);
      const rows = read.flatMap(([some]) => some);
      expect(cubesIn(tally)).toEqual(PLANS.map((plan) => expectedCubes(plan, rows, combinations)));
      const bySlot = Array.from({ length: FORMAT.slots }, (_, slot) =>
        rows.filter((one) => slotOf(one) === slot),
      );
      const paths = Array.from({ length: SIZES.get("path") ?? 0 }, (_, path) =>
        rows.filter((one) => codeOf(one, "path", combinations) === path),
      );
      expect(tally.times()).toEqual({
        all: expectedTimes(rows),
        bySlot: bySlot.map(expectedTimes),
        byPath: paths.map(expectedTimes),
      });
      expect(tally.clients()).toEqual(
        bySlot.map((some) => {
          const clients = new Set(some.map(({ combinations: [, , client = 0] }) => client));
          clients.delete(COMBINATIONS);
          return clients.size;
        }),
      );
      const quarters = new Map<number, number>();
      for (const { since } of rows) {
        const quarter = Math.floor((since + 700) / 900);
        quarters.set(quarter, (quarters.get(quarter) ?? 0) + 1);
      }
      expect(new Map(tally.quarters())).toEqual(quarters);
    }),
    { numRuns: 50 },
  );
});

it("takes more rows than a batch has room for, and more keys and times than a table has at first", async () => {
  const read = 2048;
  const reads = 40;
  const combinations = 50_000;
  const slots = 200;
  const tally = new Tally({ ...FORMAT, slots, sources: [["client"], ["path"]] }, [
    { measures: ALL, shapes: [shape([TIME, "path"])], rows: 1e6 },
  ] as unknown as CubePlan[]);
  const clients = Float64Array.from({ length: combinations }, (_, index) => index * 0x1fffffffff);
  tally.clearSource(0, combinations);
  for (let from = 0; from < combinations; from += read) {
    const some = clients.slice(from, from + read);
    tally.addCombinations(0, [some, new Float64Array(some.length)]);
  }
  tally.clearSource(1, 7);
  const paths = Float64Array.from({ length: 7 }, (_, path) => path);
  tally.addCombinations(1, [paths, paths]);
  for (let at = 0; at < reads; at++) {
    const rows = Float64Array.from({ length: read }, (_, index) => at * read + index);
    await tally.add([
      rows.map((row) => Math.floor((row % combinations) / (combinations / slots)) * 60),
      rows.map((row) => row / 1000),
      rows,
      rows.map(() => 1),
      rows.map((row) => clients[row % combinations] ?? 0),
      rows.map((row) => row % 7),
    ]);
  }
  await tally.addBatch();
  const all = read * reads;
  const [[cube] = []] = tally.cubes();
  expect(cube?.length).toBe(slots * 7);
  const sum = (column: number) => cube?.columns[2 + column]?.reduce((total, value) => total + value, 0);
  expect([0, 1, 2, 3, 4].map(sum)).toEqual([all, (all * (all - 1)) / 2, 0, (all * (all - 1)) / 2, all]);
  expect(tally.times().all).toEqual({
    count: all,
    quantiles: QUANTILES.map((part) => expect.closeTo((part * (all - 1)) / 1000, 9)),
  });
  // Rows with the same client have the same slot.
  expect(tally.clients().reduce((total, count) => total + count, 0)).toBe(combinations);
});
