import { CloudwatchDashboard } from "@cdktf/provider-aws/lib/cloudwatch-dashboard";
import { DataAwsRegion } from "@cdktf/provider-aws/lib/data-aws-region";
import { Construct } from "constructs";
import { fixLogicalId } from "../logical-id";
import type { Alarms } from "./alarms";
import { type Graph, graphsOf, type Line } from "./dashboard-widgets";
import type { Watched } from "./watched";

export interface DashboardProps {
  readonly name: string;
  readonly watched: Watched;
  /**
   * Alarms whose states are shown first.
   *
   * @default - none
   */
  readonly alarms?: Pick<Alarms, "ofArrivals" | "others">;
}

/** The grid of a dashboard is 24 wide. */
const GRID_WIDTH = 24;
const GRAPH_WIDTH = 12;
const GRAPH_HEIGHT = 6;
const ALARMS_HEIGHT = 4;

/**
 * One page that shows whether every log arrived, how late, and what it costs.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
export class Dashboard extends Construct {
  readonly dashboard: CloudwatchDashboard;

  constructor(scope: Construct, id: string, { name, watched, alarms }: DashboardProps) {
    super(scope, id);
    const { region } = new DataAwsRegion(this, "region");
    // Two widgets: one shows at most a hundred states, and there may be nearly as many sources.
    const states = alarms
      ? [alarmsWidget("Alarms", alarms.others, 0), alarmsWidget("Alarms on deliveries", alarms.ofArrivals, 1)]
      : [];
    const top = states.length * ALARMS_HEIGHT;
    const graphs = graphsOf(watched).map((graph, index) => graphWidget(graph, region, index, top));
    this.dashboard = new CloudwatchDashboard(this, "Default", {
      dashboardName: name,
      dashboardBody: JSON.stringify({ widgets: [...states, ...graphs] }),
    });
    fixLogicalId(this.dashboard, id);
  }
}

const alarmsWidget = (title: string, alarms: Alarms["others"], row: number) => ({
  type: "alarm",
  x: 0,
  y: row * ALARMS_HEIGHT,
  width: GRID_WIDTH,
  height: ALARMS_HEIGHT,
  properties: { title, alarms: alarms.map(({ arn }) => arn) },
});

function graphWidget(
  { title, unit, period, isStacked, lines }: Graph,
  region: string,
  index: number,
  top: number,
) {
  const perRow = GRID_WIDTH / GRAPH_WIDTH;
  return {
    type: "metric",
    x: (index % perRow) * GRAPH_WIDTH,
    y: top + Math.floor(index / perRow) * GRAPH_HEIGHT,
    width: GRAPH_WIDTH,
    height: GRAPH_HEIGHT,
    properties: {
      title,
      region,
      view: "timeSeries",
      stacked: isStacked ?? false,
      period,
      metrics: lines.map(metricRow),
      yAxis: { left: { min: 0, label: unit, showUnits: false } },
    },
  };
}

/** A row of a widget: namespace, name, each dimension, and display options. */
function metricRow(line: Line): readonly unknown[] {
  if ("expression" in line) return [{ expression: line.expression, label: line.label }];
  const { metric, label, stat, hiddenAs } = line;
  const shown = hiddenAs === undefined ? { label, stat } : { label, stat, id: hiddenAs, visible: false };
  return [metric.namespace, metric.name, ...Object.entries(metric.dimensions).flat(), shown];
}
