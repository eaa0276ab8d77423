import { addHours, hourOf } from "../../formats/hour";
import { renderAddPartitions } from "../../formats/render/add-partitions-ddl";

const HOUR = hourOf(Date.UTC(2026, 10, 23, 7));
const partition = { table: "alb_access_logs", hour: HOUR };

describe("renderAddPartitions", () => {
  it("writes one statement with a location for each partition", () => {
    const sources = [
      { ...partition, source: "shop" },
      { ...partition, source: "shop", hour: addHours(HOUR, 17) },
    ];
    expect(renderAddPartitions("logs", "alb_access_logs_raw", "my-logs", sources)).toBe(
      `ALTER TABLE \`logs\`.\`alb_access_logs_raw\` ADD IF NOT EXISTS
PARTITION (\`source\` = 'shop', \`dt\` = '2026-11-23', \`hour\` = '07') LOCATION 's3://my-logs/raw/alb_access_logs/source=shop/dt=2026-11-23/hour=07/'
PARTITION (\`source\` = 'shop', \`dt\` = '2026-11-24', \`hour\` = '00') LOCATION 's3://my-logs/raw/alb_access_logs/source=shop/dt=2026-11-24/hour=00/'`,
    );
  });

  it("escapes SQL in the name of a source", () => {
    expect(
      renderAddPartitions("logs", "alb_access_logs_raw", "b", [{ ...partition, source: "a'b\\c" }]),
    ).toContain("`source` = 'a\\'b\\\\c'");
  });

  it("throws for no partition, for more than a hundred, for two tables, and for an invalid database name", () => {
    expect(() => renderAddPartitions("logs", "alb_access_logs_raw", "b", [])).toThrow(
      "from 1 to 100 partitions, got 0",
    );
    expect(() =>
      renderAddPartitions(
        "logs",
        "alb_access_logs_raw",
        "b",
        Array.from({ length: 101 }, () => partition),
      ),
    ).toThrow("got 101");
    expect(() =>
      renderAddPartitions("logs", "alb_access_logs_raw", "b", [partition, { ...partition, table: "other" }]),
    ).toThrow("one table");
    expect(() => renderAddPartitions("logs`; DROP", "alb_access_logs_raw", "b", [partition])).toThrow(
      "cannot be a name in SQL",
    );
  });
});
