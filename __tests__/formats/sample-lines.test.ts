import { FORMATS } from "../../formats";
import { columnsByPosition, columnsOf, isJsonOnly } from "../../formats/log-format";
import { lineReader, type Row } from "../../formats/read-line";

describe.each(Object.values(FORMATS))("the sample lines of $id", (format) => {
  const rows = format.samples.map((line): Row => {
    const result = lineReader(format)(line);
    return result.kind === "row" ? result.row : {};
  });

  it("are rows", () => {
    expect(format.samples.length).toBeGreaterThan(1);
    expect(rows).not.toContainEqual({});
  });

  it("have a value for each column in at least one line", () => {
    const empty = (isJsonOnly(format) ? columnsOf : columnsByPosition)(format).filter(({ name }) =>
      rows.every((row) => row[name] === null),
    );
    expect(empty.map(({ name }) => name)).toEqual([]);
  });
});
