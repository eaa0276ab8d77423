import { readFileSync } from "node:fs";
import { join } from "node:path";
import { REPORT_ALARMS, WATCHERS } from "../../cost/requests";
import { resourcesOf, synthSettings } from "../helpers/synth";

describe("the model counts the alarms and dashboards:", () => {
  it.each([
    ["text", { columnar: false }, {}],
    ["typed", {}, {}],
    ["delivered", {}, { layout: "as-delivered" }],
  ] as const)("the stack of the design %s has these alarms and dashboards", (design, options, source) => {
    const watchers = (...formats: readonly string[]) => {
      const sources = formats.map((format, index) => ({
        name: `s${index}`,
        format,
        prefix: `s${index}/`,
        ...source,
      }));
      const stack = synthSettings({ name: "access-logs", region: "us-east-1", sources, ...options });
      const count = (type: string) => Object.keys(resourcesOf(stack, type)).length;
      return {
        alarms: count("aws_cloudwatch_metric_alarm"),
        dashboards: count("aws_cloudwatch_dashboard"),
      };
    };
    const { alarms, dashboards, perSource, perFormat } = WATCHERS[design];
    expect(watchers("alb")).toEqual({ alarms, dashboards });
    expect(watchers("alb", "alb", "alb")).toEqual({ alarms: alarms + 2 * perSource, dashboards });
    expect(watchers("alb", "nlb")).toEqual({ alarms: alarms + perSource + perFormat, dashboards });
  });

  it("the runbook says how many alarms a pipeline has, by its sources", () => {
    const page = readFileSync(join(__dirname, "../../docs/operations.md"), "utf8").replaceAll("\n", " ");
    const alarms = (...formats: readonly string[]) => {
      const sources = formats.map((format, index) => ({ name: `s${index}`, format, prefix: `s${index}/` }));
      const stack = synthSettings({ name: "access-logs", region: "us-east-1", sources });
      return Object.keys(resourcesOf(stack, "aws_cloudwatch_metric_alarm")).length;
    };
    const one = alarms("alb");
    expect([alarms("alb", "nlb") - one, alarms("alb", "alb") - one]).toEqual([3, 1]);
    expect(page).toContain(`a pipeline with one source needs ${one} alarms`);
    expect(page).toContain(
      "The first source of another format adds three alarms, each further source of a format one",
    );
  });

  it("the stack with a daily report has these alarms in addition", () => {
    const sources = [{ name: "web", format: "alb", prefix: "alb/" }];
    const stack = synthSettings({ name: "access-logs", region: "us-east-1", sources, report: {} });
    const alarms = Object.keys(resourcesOf(stack, "aws_cloudwatch_metric_alarm"));
    expect(alarms).toHaveLength(WATCHERS.typed.alarms + REPORT_ALARMS);
  });
});
