import { alb } from "../../formats/alb";
import { cloudfront } from "../../formats/cloudfront";
import { nlb } from "../../formats/nlb";
import { deliveredGlueTables, rawGlueTable } from "../../formats/render/glue-table";
import { ALB_FIELDS, albLine } from "../helpers/lines";
import { relay, tunnel } from "../helpers/made-up-formats";

const SOURCES = [
  { name: "web", bucket: "their-logs", prefix: "web/" },
  { name: "shop", bucket: "other-logs", prefix: "shop/" },
];

describe("the raw table", () => {
  it("has the whole line of a JSON object in its last column, if the format has such lines", () => {
    const { columns, serdeParameters } = rawGlueTable(cloudfront, { bucket: "logs", bySource: false });
    expect(columns.at(-1)?.name).toBe("json");
    const groups = new RegExp(`^(?:${serdeParameters["input.regex"]})$`).exec('{"a":"\u2028"} ')?.slice(1);
    expect(groups).toEqual([...columns.slice(1).map(() => undefined), '{"a":"\u2028"} ']);
    expect(
      rawGlueTable(nlb, { bucket: "logs", bySource: false }).columns.map(({ name }) => name),
    ).not.toContain("json");
  });

  it("has a line with tabs there, too, if the format has such lines, and no line by position", () => {
    const { columns, serdeParameters } = rawGlueTable(alb, { bucket: "logs", bySource: false });
    const groupsOf = (line: string) =>
      new RegExp(`^(?:${serdeParameters["input.regex"]})$`).exec(line)?.slice(1);
    const spaces = albLine();
    expect(groupsOf(spaces)?.at(-1)).toBeUndefined();
    const tabs = Object.values(ALB_FIELDS).join("\t");
    expect(groupsOf(tabs)).toEqual([...columns.slice(1).map(() => undefined), tabs]);
    expect(groupsOf(`#Fields:\t${tabs}`)).toBeUndefined();
  });
});

describe("the tables over files as delivered", () => {
  const { rows, lines } = deliveredGlueTables(alb, SOURCES);

  it("have the columns of the tables over moved files", () => {
    const raw = rawGlueTable(alb, { bucket: "logs", bySource: false });
    expect([rows.columns, rows.serdeParameters]).toEqual([raw.columns, raw.serdeParameters]);
    expect(lines.columns.map(({ name }) => name)).toEqual(["line"]);
  });

  it("are named after the typed table, at the first source", () => {
    expect([rows.name, lines.name]).toEqual(["alb_access_logs_delivered", "alb_access_logs_delivered_lines"]);
    expect([rows.location, lines.location]).toEqual(["s3://their-logs/web/", "s3://their-logs/web/"]);
  });

  it("are partitioned by the source, the folder and the time of the folder", () => {
    const keysOf = ({ partitionKeys }: typeof rows) => partitionKeys.map(({ name }) => name);
    expect(keysOf(rows)).toEqual(["source", "folder", "day"]);
    expect(keysOf(deliveredGlueTables(tunnel, SOURCES).lines)).toEqual(["source", "folder", "day", "hour"]);
  });

  it("do not exist without sources, or if a format's files are all in one folder", () => {
    expect(() => deliveredGlueTables(alb, [])).toThrow("no files are read as delivered");
    expect(() => deliveredGlueTables(relay, SOURCES)).toThrow(
      "Relay access logs: no files are read as delivered",
    );
  });
});
