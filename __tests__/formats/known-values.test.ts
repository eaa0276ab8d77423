import fc from "fast-check";
import { FORMAT_IDS, FORMATS } from "../../formats";
import { lineReader } from "../../formats/read-line";
import { knownLine } from "../helpers/known-lines";

it.each(FORMAT_IDS)("a %s line is read as the values that it was written with", (id) => {
  fc.assert(
    fc.property(knownLine(id), ({ line, row }) => {
      expect(lineReader(FORMATS[id])(line)).toEqual({ kind: "row", row });
    }),
    { numRuns: Number(process.env.RUNS ?? 150) },
  );
});
