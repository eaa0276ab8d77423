import { FORMATS, type FormatId } from "../formats";
import { formatsOf, sourceNamesOf } from "../formats/configured-source";
import {
  deliveredGlueTables,
  type GlueTable,
  linesGlueTable,
  rawGlueTable,
} from "../formats/render/glue-table";
import {
  type AccessLogPipelineProps,
  DEFAULT_PROJECTION_FROM,
  deliveredPrefixesOf,
  isColumnar,
  isProjected,
} from "./props";

/** A table over text as delivered. */
export interface TextTable {
  /** Definition of the table, e.g. from `rawGlueTable`. */
  readonly glue: GlueTable;
  /**
   * Lets Athena compute the partitions instead of looking them up in the catalog.
   *
   * @default - partitions are added as time goes on
   */
  readonly projection?: Projection;
}

/** The partitions that Athena computes. Files in other partitions are not visible. */
export interface Projection {
  /** First day, `YYYY-MM-DD`. The last day is tomorrow. */
  readonly from: string;
  /** Values of the `source` partition key, if the table has it. */
  readonly sources: readonly string[];
}

/**
 * The text tables of each format with sources, one with columns, and one with lines for the typed table; and the same
 * over files as delivered.
 *
 * @param bucket the pipeline's bucket
 * @param landing bucket that logs are delivered to
 */
export function tablesOf(props: AccessLogPipelineProps, bucket: string, landing: string): TextTable[] {
  const formats = formatsOf(props.sources);
  return [
    ...formats.flatMap((id) => movedTables(props, id, bucket)),
    ...formats.flatMap((id) => deliveredTables(props, id, landing)),
  ];
}

function movedTables(props: AccessLogPipelineProps, id: FormatId, bucket: string): TextTable[] {
  const sources = sourceNamesOf(props.sources, id);
  const options = { bucket, bySource: sources.length > 0 };
  const from = props.projectionFrom ?? DEFAULT_PROJECTION_FROM;
  const glueTables = [
    rawGlueTable(FORMATS[id], options),
    ...(isColumnar(props) ? [linesGlueTable(FORMATS[id], options)] : []),
  ];
  return glueTables.map((glue) => ({
    glue,
    ...(isProjected(props) ? { projection: { from, sources } } : {}),
  }));
}

/** Accounts and Regions are not known in advance, so these partitions are always added. */
function deliveredTables(props: AccessLogPipelineProps, id: FormatId, bucket: string): TextTable[] {
  const prefix = deliveredPrefixesOf(props)[id];
  if (prefix === undefined) return [];
  const { rows, lines } = deliveredGlueTables(FORMATS[id], [{ bucket, prefix }]);
  return [{ glue: rows }, ...(isColumnar(props) ? [{ glue: lines }] : [])];
}
