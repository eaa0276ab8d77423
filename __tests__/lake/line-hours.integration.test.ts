import { FORMATS } from "../../formats";
import { hourText } from "../../formats/hour";
import { lineReader } from "../../formats/read-line";
import { hourReader } from "../../lake/line-hours";
import { albLine, CLOUDFRONT_FIELDS, cloudfrontLine, LINES } from "../helpers/lines";

/** The hour of each line of a file, or what it is: as the reader of hours finds it, and by the reference reader. */
async function hoursOf(id: keyof typeof FORMATS, lines: readonly string[]) {
  const format = FORMATS[id];
  const block = Buffer.from(lines.map((line) => `${line}\n`).join(""));
  const linesOf = await hourReader(format);
  const found = [...linesOf(block)].flatMap((lines) =>
    lines.kind === "rows" ? Array<string>(lines.rows).fill(hourText(lines.hour)) : lines.kind,
  );
  const read = lineReader(format);
  const parsed = lines.map((line) => {
    const whole = read(line);
    if (line === "") return "empty";
    return whole.kind === "row" ? String(whole.row.time).slice(0, "YYYY-MM-DDTHH".length) : whole.kind;
  });
  return { found, parsed };
}

describe("the hour of a line", () => {
  it.each(Object.entries(FORMATS))("is that of the line's time: %s", async (id, { samples }) => {
    const lines = [...samples, ...samples, "no line", "", "#Version: 1.0", "# comment", ...samples, ""];
    const { found, parsed } = await hoursOf(id as keyof typeof FORMATS, lines);
    expect(found).toEqual(parsed);
  });

  it("changes with the hour and the day, not with the minute", async () => {
    const times = [
      "2026-11-23T07:05:00.1Z",
      "2026-11-23T07:59:59Z",
      "2026-11-23T17:05:00Z",
      "2025-11-23T07:05:00Z",
    ];
    const { found } = await hoursOf(
      "alb",
      times.map((time) => albLine({ time })),
    );
    expect(found).toEqual(["2026-11-23T07", "2026-11-23T07", "2026-11-23T17", "2025-11-23T07"]);
  });

  it("is found by name after a header with another order, and in JSON", async () => {
    const names = ["time", "sc-status", "c-ip", "date", "cs-method", "x-edge-location", "sc-bytes"];
    const line = names.map((name) => CLOUDFRONT_FIELDS[name]).join("\t");
    const json = JSON.stringify({ ...CLOUDFRONT_FIELDS, time: "23:05:00" });
    const lines = [cloudfrontLine(), `#Fields: ${names.join(" ")}`, line, json, cloudfrontLine()];
    const { found, parsed } = await hoursOf("cloudfront", lines);
    expect(found.slice(0, 4)).toEqual(["2026-11-23T07", "header", "2026-11-23T07", "2026-11-23T23"]);
    expect(found).toEqual(parsed);
  });

  it("is found on each day of a leap year, of other years, and before 1970", async () => {
    const days = Array.from({ length: 4 * 366 }, (_, day) => new Date(Date.UTC(1968, 0, 1 + day, 23)));
    const lines = days.map((day) => {
      const [, name, date, year] = day.toUTCString().match(/, (\d+) (\w+) (\d+)/) ?? [];
      return LINES.s3({ requestdatetime: `[${name}/${date}/${year}:23:59:59 +0000]` });
    });
    const { found, parsed } = await hoursOf("s3", lines);
    expect(found).toEqual(days.map((day) => day.toISOString().slice(0, 13)));
    expect(found).toEqual(parsed);
  });

  it("is found in lines whose hours alternate, and after lines without one", async () => {
    const times = ["07", "08", "07", "no", "08", "08"];
    const { found, parsed } = await hoursOf(
      "alb",
      times.map((hour) => albLine({ time: `2026-11-23T${hour}:00:00Z` })),
    );
    expect(found).toEqual(parsed);
    expect(found[3]).toBe("unparsed");
  });
});
