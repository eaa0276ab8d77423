import { FORMATS } from "../../formats";
import { renderCreateLakeTable } from "../../formats/render/lake-sql";
import { albKey } from "../helpers/lake";
import { albLine } from "../helpers/lines";
import { localLake } from "./local-lake";
import { logFile } from "./log-files";
import { deploy } from "./pipeline";
import { differences } from "./table-rows";

/** The newest columns of the format. */
const NEW = ["target_error_code", "elb_error_code"];

it("adds the columns that an older table lacks, with NULL in its rows", async () => {
  const pipeline = await deploy("a column added later");
  const table = {
    format: FORMATS.alb,
    database: pipeline.database,
    bucket: pipeline.bucket,
    bySource: false,
  };
  const before = renderCreateLakeTable(table)
    .split("\n")
    .filter((line) => !NEW.some((name) => line.includes(`\`${name}\``)))
    .join("\n");
  await pipeline.statement(before);
  await pipeline.statement(
    `INSERT INTO ${table.format.table} (elb, time, log_file, dt, hour) VALUES ('before', TIMESTAMP '2026-11-22 00:00:00', 's3://b/raw/x/dt=2026-11-22/hour=00/f', '2026-11-22', '00')`,
  );
  const files = [logFile(albKey(), [albLine(), albLine({ elb_error_code: "-", target_error_code: "0x1" })])];
  await pipeline.process(files);
  const rows = await pipeline.rows("alb");
  const old = rows.filter(({ elb }) => elb === "before");
  expect(old).toEqual([
    expect.objectContaining({ target_error_code: null, elb_error_code: null, dt: "2026-11-22" }),
  ]);
  const lake = await localLake(pipeline.bucket, files);
  expect(
    differences(
      rows.filter(({ elb }) => elb !== "before"),
      await lake.rows("alb"),
    ),
  ).toEqual({ onlyOnTheEngine: [], onlyInTheLake: [] });
});
