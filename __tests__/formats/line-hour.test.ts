import { FORMATS } from "../../formats";
import { hourText } from "../../formats/hour";
import { hourReader } from "../../formats/line-hour";
import { lineReader } from "../../formats/read-line";
import { albLine, CLOUDFRONT_FIELDS, cloudfrontLine } from "../helpers/lines";

/** The hours of the lines of one file, by both readers. */
function hoursOf(id: keyof typeof FORMATS, lines: readonly string[]) {
  const format = FORMATS[id];
  const hourIn = hourReader(format);
  const read = lineReader(format);
  return lines.map((line) => {
    const block = Buffer.from(`before\n${line}\n`);
    const found = hourIn(block, "before\n".length, block.length - 1);
    const whole = read(line);
    return {
      scanned: found.kind === "row" ? hourText(found.hour) : found.kind,
      parsed: whole.kind === "row" ? String(whole.row[format.time.at(-1) ?? ""]).slice(0, 13) : whole.kind,
    };
  });
}

describe("the hour of a line", () => {
  it.each(Object.entries(FORMATS))("is that of the line's time: %s", (id, { samples }) => {
    const lines = [...samples, ...samples, "no line", "", "#Version: 1.0", "# comment", ...samples];
    for (const { scanned, parsed } of hoursOf(id as keyof typeof FORMATS, lines))
      expect(scanned).toBe(parsed);
  });

  it("changes with the hour and the day, not with the minute", () => {
    const times = [
      "2026-11-23T07:05:00.1Z",
      "2026-11-23T07:59:59Z",
      "2026-11-23T17:05:00Z",
      "2025-11-23T07:05:00Z",
    ];
    expect(
      hoursOf(
        "alb",
        times.map((time) => albLine({ time })),
      ).map(({ scanned }) => scanned),
    ).toEqual(["2026-11-23T07", "2026-11-23T07", "2026-11-23T17", "2025-11-23T07"]);
  });

  it("is found by name after a header with another order, and in JSON", () => {
    const names = ["time", "sc-status", "c-ip", "date", "cs-method", "x-edge-location", "sc-bytes"];
    const line = names.map((name) => CLOUDFRONT_FIELDS[name]).join("\t");
    const json = JSON.stringify({ ...CLOUDFRONT_FIELDS, time: "23:05:00" });
    const lines = [cloudfrontLine(), `#Fields: ${names.join(" ")}`, line, json, cloudfrontLine()];
    const found = hoursOf("cloudfront", lines);
    expect(found.slice(0, 4).map(({ scanned }) => scanned)).toEqual([
      "2026-11-23T07",
      "header",
      "2026-11-23T07",
      "2026-11-23T23",
    ]);
    expect(found.map(({ scanned }) => scanned)).toEqual(found.map(({ parsed }) => parsed));
  });
});
