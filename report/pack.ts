import { deflateRawSync } from "node:zlib";
import type { Cube, PackedCube, Report } from "./model";
import { BITS, withCubes } from "./unpack";

/** Whole numbers from 0, in as few bytes as they need, compressed, as base64. */
export function packCube({ columns, ...shape }: Cube): PackedCube {
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
  return { ...shape, data: deflateRawSync(Uint8Array.from(bytes), { level: 9 }).toString("base64") };
}

/** Packs a report; cubes of lists are left out, the largest first, until all of them need at most `bytes`. */
export function packReport(report: Report, bytes: number): Report<PackedCube> {
  const packed = withCubes(report, packCube);
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
