import { promisify } from "node:util";
import { deflateRaw } from "node:zlib";
import type { Cube, PackedCube, Report } from "./model";
import { BITS } from "./unpack";

const compressed = promisify<Uint8Array, { readonly level: number }, Buffer>(deflateRaw);

/** Whole numbers from 0, in as few bytes as they need, compressed on another thread, as base64. */
export async function packCube({ columns, ...shape }: Cube): Promise<PackedCube> {
  const bytes: number[] = [];
  for (const column of columns) {
    for (const value of column) {
      let rest = value;
      while (rest >= BITS) {
        bytes.push((rest % BITS) + BITS);
        rest = Math.floor(rest / BITS);
      }
      bytes.push(rest);
    }
  }
  const data = await compressed(Uint8Array.from(bytes), { level: 9 });
  return { ...shape, data: data.toString("base64") };
}

const packCubes = (cubes: readonly Cube[]): Promise<PackedCube[]> => Promise.all(cubes.map(packCube));

/** Packs all cubes of a report at the same time. */
export async function packReport(report: Report): Promise<Report<PackedCube>> {
  const tables = report.tables.map(async (table) => {
    const [cubes, listCubes] = await Promise.all([
      packCubes(table.cubes),
      Promise.all(table.listCubes.map(packCubes)),
    ]);
    return { ...table, cubes, listCubes };
  });
  return { ...report, tables: await Promise.all(tables) };
}

/** Leaves out cubes of lists, the largest first, until all cubes need at most `bytes`. */
export function fitted(packed: Report<PackedCube>, bytes: number): Report<PackedCube> {
  const sized = packed.tables
    .flatMap(({ listCubes }) => listCubes.flat())
    .sort((a, b) => b.data.length - a.data.length);
  const main = packed.tables.flatMap(({ cubes }) => cubes);
  let total = [...main, ...sized].reduce((sum, { data }) => sum + data.length, 0);
  const dropped = new Set<PackedCube>();
  for (const cube of sized) {
    if (total <= bytes) break;
    dropped.add(cube);
    total -= cube.data.length;
  }
  if (dropped.size === 0) return packed;
  const tables = packed.tables.map((table) => ({
    ...table,
    listCubes: table.listCubes.map((cubes) => cubes.filter((cube) => !dropped.has(cube))),
  }));
  const cut = `To keep this page small, ${dropped.size} sets of sums were left out: some lists follow fewer filters.`;
  return { ...packed, tables, cuts: [...packed.cuts, cut] };
}
