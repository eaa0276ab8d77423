import { HOUR_MS, MINUTE_MS } from "../../formats/time";
import { parseRange } from "../../questions/range";
import { timeCommand } from "../../report/page/command";

const DAY = { from: Date.UTC(2026, 9, 24, 22), until: Date.UTC(2026, 9, 25, 23) };

const commandOf = (time: { readonly from: number; readonly until: number }, timeZone = "UTC") =>
  timeCommand({ timeZone, options: "--lake './my lake'" }, time);

/** The range that the command counts. */
function rangeOf(command: string) {
  const option = (name: string) => command.split(` --${name} `)[1]?.split(" ")[0];
  return parseRange(option("from"), option("to"), { timeZone: option("tz") });
}

describe("the command for a page of the chosen time", () => {
  it("has its range, with the last minute, and the lake of the page, and does not replace the page", () => {
    expect(commandOf({ from: DAY.from + HOUR_MS, until: DAY.from + 3 * HOUR_MS })).toBe(
      "access-logs report --from 2026-10-24T23:00 --to 2026-10-25T00:59 --lake './my lake' --output chosen-time.html",
    );
  });

  it("has the times of the page's time zone", () => {
    expect(commandOf({ from: DAY.until - HOUR_MS, until: DAY.until }, "Europe/Berlin")).toContain(
      " --from 2026-10-25T23:00 --to 2026-10-25T23:59 --tz Europe/Berlin ",
    );
  });

  it("counts exactly the chosen time, also where the clocks show a time twice or are half an hour ahead", () => {
    for (const zone of ["UTC", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe"])
      for (let from = DAY.from; from < DAY.until; from += 30 * MINUTE_MS)
        for (const length of [MINUTE_MS, HOUR_MS, 12_000]) {
          const time = { from, until: Math.min(DAY.until, from + length) };
          expect({ zone, ...rangeOf(commandOf(time, zone)) }).toEqual({ zone, ...time });
        }
  });

  it("counts whole seconds", () => {
    const time = { from: DAY.from + 1500, until: DAY.from + 2500 };
    expect(rangeOf(commandOf(time))).toEqual({ from: DAY.from + 1000, until: DAY.from + 3000 });
  });
});
