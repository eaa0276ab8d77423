import { FORMAT_IDS } from "../../formats";
import { formatsIn, recogniseFormat } from "../../lake/recognise-format";
import { albLine, CLOUDFRONT_FIELDS, cloudfrontLine, LINES } from "../helpers/lines";

const HEADER = ["#Version: 1.0", `#Fields: ${Object.keys(CLOUDFRONT_FIELDS).join(" ")}`];
const times = (line: string, count: number) => Array.from({ length: count }, () => line);

describe("the formats of the lines of a file", () => {
  it.each(FORMAT_IDS)("are one in a log of one format: %s", (id) => {
    expect(recogniseFormat([LINES[id]()])).toBe(id);
    expect(formatsIn([LINES[id]()])).toContain(id);
  });

  it("are found after the header of another log, under which no line is a row", () => {
    const lines = [...HEADER, ...times(cloudfrontLine(), 20), ...times(albLine(), 50)];
    expect(recogniseFormat(lines)).toBeUndefined();
    expect(formatsIn(lines)).toEqual(["alb", "cloudfront"]);
  });

  it("are found if lines are read by the names in a header", () => {
    const names = ["time", "date", "sc-status", "cs-method"];
    const line = names.map((name) => CLOUDFRONT_FIELDS[name]).join("\t");
    const lines = [`#Fields: ${names.join(" ")}`, ...times(line, 2), ...times(albLine(), 3)];
    expect(formatsIn(lines)).toEqual(["alb", "cloudfront"]);
  });

  it("are not found in a text with an example of a line of two formats", () => {
    expect(formatsIn([...times("text", 3), albLine(), cloudfrontLine()])).toEqual([]);
  });

  it("are not found if there is no row", () => {
    expect(formatsIn(["text", ...HEADER])).toEqual([]);
    expect(formatsIn(HEADER)).toEqual([]);
  });
});
