import { inflateSync } from "fflate";
import type { Cube, PackedCube, Report, TableReport } from "./model";

/** A byte holds a digit to this base; a higher byte says that another follows. */
export const BITS = 128;

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

/** The same report with other cubes. */
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
