import { FORMATS } from "../formats";
import { formatsOf, sourceNamesOf } from "../formats/configured-source";
import { type GlueTable, linesGlueTable, rawGlueTable } from "../formats/render/glue-table";
import { type AccessLogPipelineProps, DEFAULT_PROJECTION_FROM, isColumnar, isProjected } from "./props";

/** A table over text as delivered. */
export interface TextTable {
  /** What the table is, e.g. of `rawGlueTable`. */
  readonly glue: GlueTable;
  /**
   * Lets Athena compute the partitions instead of looking them up in the catalog.
   *
   * @default - partitions are added as time goes on
   */
  readonly projection?: Projection;
}

/** The partitions that Athena computes. Others are never seen, whatever lies in the bucket. */
export interface Projection {
  /** First day, `YYYY-MM-DD`. The last one is tomorrow. */
  readonly from: string;
  /** Values of the `source` partition key, if the table has it. */
  readonly sources: readonly string[];
}

/** The tables of text: of each format that there are sources of, one of columns, and one of lines for what is typed. */
export function tablesOf(props: AccessLogPipelineProps, bucket: string): TextTable[] {
  return formatsOf(props.sources).flatMap((id) => {
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
  });
}
