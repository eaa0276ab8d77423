import { FORMATS } from "../formats";
import { formatsOf } from "../formats/configured-source";
import {
  deliveredLinesTableOf,
  deliveredTableOf,
  linesTableOf,
  rawTableOf,
  unparsedViewOf,
} from "../formats/log-format";
import { needsSalt } from "../formats/privacy";
import type { CatalogArns } from "../pipeline/catalog-arns";
import { FunctionPermissions } from "../pipeline/function-permissions";
import { privacyOf } from "../pipeline/log-source";
import {
  type AccessLogPipelineProps,
  deliveredPrefixesOf,
  isColumnar,
  isLanding,
  isProjected,
} from "../pipeline/props";
import type { ObjectCreatedTrigger } from "./object-created-trigger";
import type { PipelineBuckets } from "./pipeline-buckets";
import type { QueryWorkgroup } from "./query-workgroup";

/** What the permissions of a pipeline's functions name. */
export interface PermittedParts {
  readonly buckets: PipelineBuckets;
  /** Only if files are moved. */
  readonly trigger: ObjectCreatedTrigger | undefined;
  /** Name of the Glue database. */
  readonly database: string;
  /** Workgroup of the pipeline's own statements. */
  readonly workgroup: QueryWorkgroup;
  readonly arns: CatalogArns;
}

/** The permissions of a pipeline's functions, from its options and parts. */
export function pipelinePermissions(
  props: AccessLogPipelineProps,
  { buckets, trigger, database, workgroup, arns }: PermittedParts,
): FunctionPermissions {
  const formats = formatsOf(props.sources).map((id) => FORMATS[id]);
  const delivered = formats.filter(({ id }) => id in deliveredPrefixesOf(props));
  const columnar = isColumnar(props);
  return new FunctionPermissions({
    bucketArn: buckets.bucket.bucket.arn,
    landingArn: buckets.landingArn,
    isLanding: isLanding(props),
    sources: props.sources,
    keepOriginals: props.keepOriginals ?? false,
    ...(props.existingLogBucketKey === undefined ? {} : { landingKey: props.existingLogBucketKey }),
    ...(trigger ? { queueArn: trigger.queue.arn } : {}),
    workgroup: { arn: workgroup.workgroup.arn, resultsPrefix: workgroup.resultsPrefix },
    database,
    rawTables: formats.map(rawTableOf),
    linesTables: columnar ? formats.map(linesTableOf) : [],
    deliveredTables: delivered.map(deliveredTableOf),
    deliveredLinesTables: columnar ? delivered.map(deliveredLinesTableOf) : [],
    typedTables: columnar ? formats.map(({ table }) => table) : [],
    views: columnar ? formats.map(unparsedViewOf) : [],
    arns,
    lakeFormation: props.lakeFormation ?? false,
    isHashed: props.isHashed ?? props.sources.some((source) => needsSalt(privacyOf(source))),
    addsPartitions: !isProjected(props),
  });
}
