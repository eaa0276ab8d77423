import { onlyResource, resolved, resourcesOf, type TerraformJson } from "./synth";

/** A pipeline with a source of each format. */
export const ONE_OF_EACH = {
  name: "logs",
  region: "eu-central-1",
  sources: [
    { name: "shop", format: "alb", prefix: "shop/" },
    { name: "cdn", format: "cloudfront", prefix: "cdn/" },
  ],
};

/** A metric that an alarm or the dashboard uses. */
export interface MetricReference {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** An alarm in Terraform JSON. */
export interface Alarm {
  readonly alarm_name: string;
  readonly alarm_description: string;
  readonly namespace: string;
  readonly metric_name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: string;
  readonly period: number;
  readonly evaluation_periods: number;
  readonly datapoints_to_alarm: number;
  readonly comparison_operator: string;
  readonly threshold: number;
  readonly treat_missing_data: string;
  readonly alarm_actions: readonly string[];
  readonly ok_actions: readonly string[];
}

/** A widget of the dashboard; `properties` differ by type. */
export interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title: string;
    readonly region?: string;
    readonly period?: number;
    readonly alarms?: readonly string[];
    readonly metrics?: readonly (readonly unknown[])[];
  };
}

/** The alarms of a stack, by their names. */
export const alarmsOf = (json: TerraformJson): ReadonlyMap<string, Alarm> =>
  new Map(
    Object.values(resourcesOf(json, "aws_cloudwatch_metric_alarm")).map((item) => {
      const alarm = resolved(json, item) as unknown as Alarm;
      return [alarm.alarm_name, alarm];
    }),
  );

/** The widgets of a stack's dashboard. */
export const widgetsOf = (json: TerraformJson): readonly Widget[] => {
  const { dashboard_body: body } = onlyResource(json, "aws_cloudwatch_dashboard");
  return resolved(json, (body as { widgets: readonly Widget[] }).widgets);
};

/** The metrics that a stack's dashboard names one by one, without a search. */
export const metricsOf = (widgets: readonly Widget[]): MetricReference[] =>
  widgets.flatMap(({ properties }) =>
    (properties.metrics ?? []).flatMap((row) => {
      const [namespace, name, ...rest] = row.filter((part) => typeof part === "string");
      if (namespace === undefined || name === undefined) return [];
      const pairs = rest.flatMap((key, index) => (index % 2 === 0 ? [[key, rest[index + 1] ?? ""]] : []));
      return [{ namespace, name, dimensions: Object.fromEntries(pairs) }];
    }),
  );
