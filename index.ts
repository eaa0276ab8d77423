/** The library: constructs for a CDKTF stack, and the log formats that they use. */

export { FORMAT_IDS, FORMATS, type FormatId } from "./formats";
export type { Column, Field, LogFormat } from "./formats/log-format";
export { METRICS, METRICS_NAMESPACE, type MetricName } from "./formats/metrics";
export { AccessLogPipeline } from "./modules/access-log-pipeline";
export { HandlerFunction, type HandlerFunctionProps } from "./modules/handler-function";
export { type Expiration, LogBucket, type LogBucketProps } from "./modules/log-bucket";
export { LogTable, type LogTableProps } from "./modules/log-table";
export type { Monitoring } from "./modules/monitoring/monitoring";
export {
  ObjectCreatedTrigger,
  type ObjectCreatedTriggerProps,
  type TriggerKind,
} from "./modules/object-created-trigger";
export { QueryWorkgroup, type QueryWorkgroupProps } from "./modules/query-workgroup";
export { Questions, type QuestionsProps } from "./modules/questions";
export { Schedule, type ScheduleProps } from "./modules/schedule";
export type { ScheduledFunction } from "./modules/scheduled-function";
export type { BucketRef } from "./pipeline/bucket-ref";
export type { LogSource } from "./pipeline/log-source";
export type { AccessLogPipelineProps } from "./pipeline/props";
export type { Runtime } from "./pipeline/runtime";
export type { SecurityProps } from "./pipeline/security-props";
export type { VpcConfig } from "./pipeline/vpc";
