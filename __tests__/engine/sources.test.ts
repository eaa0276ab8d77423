import { FORMATS } from "../../formats";
import { albKey } from "../helpers/lake";
import { albLine } from "../helpers/lines";
import { localLake } from "./local-lake";
import { logFile } from "./log-files";
import { deploy } from "./pipeline";
import { expectSameRows, expectSameUnparsedLines } from "./same-tables";

it("stores two sources with the same file names in separate partitions", async () => {
  const names = ["20261123T0705Z", "20261123T0805Z"].map((stamp) => albKey(stamp).replace(/^alb\//, ""));
  const files = ["shop", "blog"].flatMap((source) =>
    names.map((name, index) =>
      logFile(`${source}/${name}`, [
        albLine({ domain_name: `"${source}-${index}"` }),
        `no line of ${source}`,
      ]),
    ),
  );
  const pipeline = await deploy("two sources with the same file names", {
    sources: ["shop", "blog"].map((name) => ({ name, format: "alb", prefix: `${name}/`, partition: true })),
  });
  await pipeline.process(files);
  const lake = await localLake(pipeline.bucket, files);
  await expectSameRows(pipeline, lake, "alb");
  await expectSameUnparsedLines(pipeline, lake, "alb");
  expect(
    await pipeline.query(
      `SELECT source, domain_name, count(*) AS n FROM ${FORMATS.alb.table} GROUP BY 1, 2 ORDER BY 1, 2`,
    ),
  ).toEqual(
    ["blog", "shop"].flatMap((source) =>
      [0, 1].map((index) => ({ source, domain_name: `${source}-${index}`, n: 1 })),
    ),
  );
});
