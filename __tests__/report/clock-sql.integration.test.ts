import fc from "fast-check";
import { HOUR_MS, MINUTE_MS } from "../../formats/time";
import { clockSql } from "../../report/page/clock-sql";
import { hourOfWeek } from "../../report/zone";
import { type TestLake, testLake } from "../helpers/lake";

const ZONES = [
  "UTC",
  "Europe/Berlin",
  "America/St_Johns",
  "Asia/Kolkata",
  "Australia/Lord_Howe",
  "Asia/Kathmandu",
];
const YEAR = { from: Date.UTC(2026, 0, 1), until: Date.UTC(2027, 0, 1) };

let lake: TestLake;
beforeAll(async () => {
  lake = testLake();
  await lake.ingest();
  await lake.keepOpen();
});
afterAll(() => lake.delete());

it("shows the hour of the week that the clocks of a zone show, also when they have been moved", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...ZONES),
      fc.array(fc.integer({ min: YEAR.from / MINUTE_MS, max: YEAR.until / MINUTE_MS - 1 }), {
        minLength: 100,
      }),
      async (zone, minutes) => {
        const instants = minutes.map((minute) => minute * MINUTE_MS);
        const range = { from: Math.min(...instants), until: Math.max(...instants) + 1 };
        const rows = await lake.query(
          `SELECT (isodow(clock) - 1) * 24 + hour(clock) AS hour FROM (
            SELECT ${clockSql(range, zone)} AS clock
            FROM (SELECT make_timestamp(unnest([${instants.join(", ")}]::bigint[]) * 1000) AS time)
          )`,
        );
        expect(rows.map(({ hour }) => Number(hour))).toEqual(
          instants.map((instant) => hourOfWeek(instant, zone)),
        );
      },
    ),
    { numRuns: 20 },
  );
});

it("moves the clocks at the instant at which the zone does", () => {
  const change = Date.UTC(2026, 9, 25, 1);
  expect(clockSql({ from: change - HOUR_MS, until: change + HOUR_MS }, "Europe/Berlin")).toBe(
    "CASE WHEN time < TIMESTAMP '2026-10-25 01:00:00' THEN time + INTERVAL '120' MINUTE ELSE time + INTERVAL '60' MINUTE END",
  );
});

it("is the time itself in UTC", () => {
  expect(clockSql(YEAR, "UTC")).toBe("time");
});
