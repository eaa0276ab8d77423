import { MAX_SOURCES } from "../../../settings/schema";
import { ONE_OF_EACH, type Widget, widgetsOf } from "../../helpers/stack-metrics";
import { resourcesOf, synthSettings } from "../../helpers/synth";

const SETTINGS = { ...ONE_OF_EACH, region: "cn-north-1" };
const widgets = widgetsOf(synthSettings(SETTINGS));
const widget = (title: string): Widget => {
  const found = widgets.find(({ properties }) => properties.title.startsWith(title));
  if (!found) throw new Error(`no widget ${title}`);
  return found;
};
const labelsOf = ({ properties }: Widget) =>
  (properties.metrics ?? []).map((row) => (row.at(-1) as { label: string }).label);

describe("the dashboard", () => {
  it("shows deliveries, delays, results, errors and costs", () => {
    expect(widgets.map(({ properties }) => properties.title)).toEqual([
      "Alarms",
      "Alarms on deliveries",
      "Files per source",
      "Bytes per source",
      "Delay: from delivery to the raw tables, and from there to the typed tables",
      "Rows added to the typed tables",
      "Partitions of the typed tables",
      "Unparsed lines of new files",
      "Rejected files",
      "Skipped objects by reason",
      "Failures",
      "Cost: bytes scanned by Athena",
      "Cost: computing",
    ]);
    expect(labelsOf(widget("Files"))).toEqual(["shop", "cdn"]);
    expect(labelsOf(widget("Delay"))).toEqual([
      "delivery -> raw table",
      "raw table -> typed table",
      "oldest in the queue",
    ]);
  });

  it("covers the grid without gaps on the left and without overlaps", () => {
    const cells = widgets.flatMap(({ x, y, width, height }) =>
      Array.from(
        { length: width * height },
        (_, index) => `${x + (index % width)},${y + Math.floor(index / width)}`,
      ),
    );
    expect(new Set(cells).size).toBe(cells.length);
    for (const { x, width } of widgets) expect(x + width).toBeLessThanOrEqual(24);
  });

  it("names only the Region and the AWS partition that it is deployed to", () => {
    for (const { type, properties } of widgets)
      if (type === "metric") expect(properties.region).toMatch(/^\$\{data\.aws_region\..*\.region\}$/);
    expect(JSON.stringify(widgets)).not.toMatch(/cn-north-1|arn:aws/);
  });

  it("finds the bytes of all queries of a workgroup, for every final state", () => {
    expect(widget("Cost: bytes").properties.metrics).toEqual([
      [
        {
          expression:
            "SUM(SEARCH('{AWS/Athena,QueryState,QueryType,WorkGroup} MetricName=\"ProcessedBytes\" WorkGroup=\"logs-pipeline\"', 'Sum', 3600))",
          label: "pipeline",
        },
      ],
      [
        {
          expression:
            "SUM(SEARCH('{AWS/Athena,QueryState,QueryType,WorkGroup} MetricName=\"ProcessedBytes\" WorkGroup=\"logs-analysts\"', 'Sum', 3600))",
          label: "questions",
        },
      ],
    ]);
  });

  it("multiplies each function's time by its memory", () => {
    const { metrics = [] } = widget("Cost: computing").properties;
    expect(metrics.slice(0, 2)).toEqual([
      [
        "AWS/Lambda",
        "Duration",
        "FunctionName",
        "logs-move-access-logs",
        { id: "m0", label: "move-access-logs", stat: "Sum", visible: false },
      ],
      [{ expression: "m0 / 1000 * 512 / 1024", label: "move-access-logs" }],
    ]);
    expect(metrics).toHaveLength(8);
  });

  it("shows the states of all alarms, also with the maximum number of sources", () => {
    const sources = Array.from({ length: MAX_SOURCES }, (_, index) => ({
      name: `source-${index}`,
      format: index === 0 ? "cloudfront" : "alb",
      prefix: `prefix-${index}/`,
    }));
    const json = synthSettings({ ...SETTINGS, sources });
    const shown = widgetsOf(json).filter(({ type }) => type === "alarm");
    const arns = shown.map(({ properties }) => properties.alarms ?? []);
    expect(arns.flat()).toHaveLength(Object.keys(resourcesOf(json, "aws_cloudwatch_metric_alarm")).length);
    expect(arns.map(({ length }) => length)).toEqual([expect.any(Number), 1 + MAX_SOURCES]);
    for (const { length } of arns) expect(length).toBeLessThanOrEqual(100);
  });

  it("starts with the graphs if there are no alarms, and can be left out", () => {
    const [first] = widgetsOf(synthSettings({ ...SETTINGS, alarms: false }));
    expect(first).toMatchObject({ type: "metric", x: 0, y: 0 });
    expect(resourcesOf(synthSettings({ ...SETTINGS, dashboard: false }), "aws_cloudwatch_dashboard")).toEqual(
      {},
    );
  });
});
