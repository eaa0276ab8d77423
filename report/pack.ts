import { deflateSync, inflateSync } from "fflate";
import type { Cube, PackedCube, Report, TableReport } from "./model";

const BITS = 128;

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
  return { ...shape, data: base64(deflateSync(Uint8Array.from(bytes), { level: 9 })) };
}

export function unpackCube({ data, ...shape }: PackedCube): Cube {
  const bytes = inflateSync(Uint8Array.from(atob(data), (character) => character.charCodeAt(0)));
  let at = 0;
  const next = (): number => {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = bytes[at++] ?? 0;
      value += (byte % BITS) * factor;
      if (byte < BITS) return value;
      factor *= BITS;
    }
  };
  const columns = [...shape.keys, ...shape.measures].map(() => {
    const column = new Float64Array(shape.length);
    for (let row = 0; row < shape.length; row++) column[row] = next();
    return column;
  });
  return { ...shape, columns };
}

function base64(bytes: Uint8Array): string {
  const characters: string[] = [];
  for (let at = 0; at < bytes.length; at += 0x8000) {
    characters.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
  }
  return btoa(characters.join(""));
}

const withCubes = <A, B>(report: Report<A>, change: (cube: A) => B): Report<B> => ({
  ...report,
  tables: report.tables.map(
    (table): TableReport<B> => ({
      ...table,
      cubes: table.cubes.map(change),
      listCubes: table.listCubes.map((cubes) => cubes.map(change)),
    }),
  ),
});

export const unpackReport = (report: Report<PackedCube>): Report => withCubes(report, unpackCube);

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
