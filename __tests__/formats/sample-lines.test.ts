import { FORMATS } from "../../formats";
import { columnsByPosition, columnsOf, isJsonOnly } from "../../formats/log-format";
import { lineReader, type Row } from "../../formats/read-line";
import { lineScanner } from "../../formats/scan-line";

describe.each(Object.values(FORMATS))("the sample lines of $id", (format) => {
  const rows = format.samples.map((line): Row => {
    const result = lineReader(format)(line);
    return result.kind === "row" ? result.row : {};
  });

  it("are rows", () => {
    expect(format.samples.length).toBeGreaterThan(1);
    expect(rows).not.toContainEqual({});
  });

  it("have no field that is unknown in the format", () => {
    for (const line of isJsonOnly(format) ? [] : format.samples) {
      const bytes = Buffer.from(line);
      expect(lineScanner(format).scan(bytes, 0, bytes.length)).toBe(bytes.length);
    }
  });

  it("have a value for each column in at least one line", () => {
    const empty = (isJsonOnly(format) ? columnsOf : columnsByPosition)(format).filter(({ name }) =>
      rows.every((row) => row[name] === null),
    );
    expect(empty.map(({ name }) => name)).toEqual([]);
  });
});
