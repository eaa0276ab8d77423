import fc from "fast-check";
import { Batch } from "../../report/batch";
import type { CubePlan } from "../../report/cube-plans";
import { GroupedCubes } from "../../report/grouped-cubes";
import { type Cube, type CubeShape, TIME, VALUE } from "../../report/model";
import { RowKeys } from "../../report/row-groups";

const SIZES = new Map([
  [TIME as string, 8],
  ["status", 3],
  ["traffic", 2],
  ["agent", 4],
]);
const CODES = [...SIZES.keys()];
const requests = { id: "requests", of: "1" } as const;
const sent = { id: "sent", of: "sent" } as const;
const shape = (keys: CubeShape["keys"], slots = 1): CubeShape => ({ keys, slots, caps: {} });
const PLANS: readonly CubePlan[] = [
  { measures: [requests, sent], shapes: [shape([TIME, "status", "traffic"])], rows: 1000 },
  { measures: [sent], shapes: [shape([TIME, "status"]), shape([TIME, "status"], 4)], rows: 6 },
  { list: "agent", measures: [requests, sent], shapes: [shape([VALUE, TIME, "traffic"])], rows: 1000 },
];

/** A row: its codes, in the order of the sizes, and its bytes. */
type Row = readonly number[];
const row = fc.tuple(...[...SIZES.values()].map((size) => fc.nat(size - 1)), fc.nat(10_000));

/** What the rows are grouped by; agents are not. */
const KEYS = CODES.slice(0, 3);

async function cubesOf(reads: readonly (readonly Row[])[]): Promise<readonly (readonly Cube[])[]> {
  const rowKeys = new RowKeys(KEYS, SIZES);
  const grouped = new GroupedCubes(PLANS, SIZES);
  const batch = new Batch(["agent"], ["requests", "sent"]);
  const addBatch = async () => {
    const rows = batch.take();
    await grouped.add(rows, rowKeys.group(rows));
  };
  for (const rows of reads) {
    const { keys, codes, measures } = batch.next(rows.length);
    keys.set(
      rows.map((row) =>
        KEYS.reduce((key, id, at) => key + (row[at] ?? 0) * (rowKeys.factors.get(id) ?? 0), 0),
      ),
    );
    codes.get("agent")?.set(rows.map((row) => row[CODES.indexOf("agent")] ?? 0));
    measures.get("requests")?.fill(1);
    measures.get("sent")?.set(rows.map((row) => row.at(-1) ?? 0));
    if (rows.length > 2) await addBatch();
  }
  await addBatch();
  return grouped.cubes();
}

/** The sums of rows by some codes, as text, in the order of the codes; `requests` only if it is asked for. */
function expected(
  rows: readonly Row[],
  keyOf: (row: Row) => readonly number[],
  ids: readonly string[],
): string[] {
  const sums = new Map<string, number[]>();
  for (const one of rows) {
    const [count = 0, bytes = 0] = sums.get(keyOf(one).join()) ?? [];
    sums.set(keyOf(one).join(), [count + 1, bytes + (one.at(-1) ?? 0)]);
  }
  return [...sums]
    .map(([key, [count, bytes]]) => [key, ...(ids.includes("requests") ? [count] : []), bytes].join())
    .sort();
}

const textsOf = (cube: Cube | undefined): string[] =>
  Array.from({ length: cube?.length ?? 0 }, (_, at) =>
    (cube?.columns ?? []).map((column) => column[at]).join(),
  ).sort();

it("adds up the same, however the rows are divided into batches", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(row, { maxLength: 40 }), { maxLength: 6 }), async (reads) => {
      const rows: Row[] = reads.flat();
      const [all, coarse, listed] = (await cubesOf(reads)).map(([cube]) => cube);
      expect(textsOf(all)).toEqual(expected(rows, (one) => one.slice(0, 3), ["requests", "sent"]));
      const slots = coarse?.slots ?? 1;
      const byStatus = expected(rows, ([time = 0, status = 0]) => [Math.floor(time / slots), status], [
        "sent",
      ]);
      expect(textsOf(coarse)).toEqual(byStatus);
      expect(byStatus.length).toBeLessThanOrEqual(6);
      expect(textsOf(listed)).toEqual(
        expected(
          rows.filter(([, , , agent]) => agent !== 0),
          ([time = 0, , traffic = 0, agent = 0]) => [agent, time, traffic],
          ["requests", "sent"],
        ),
      );
    }),
  );
});
