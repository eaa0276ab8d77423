import { FORMATS } from "../formats";
import { formatsOf, sourceNamesOf } from "../formats/configured-source";
import { linesGlueTable, rawGlueTable } from "../formats/render/glue-table";
import type { LogTableProps } from "../modules/log-table";
import { type AccessLogPipelineProps, DEFAULT_PROJECTION_FROM, isColumnar, isProjected } from "./props";

/** The tables of text: of each format that there are sources of, one of columns, and one of lines for what is typed. */
export function tablesOf(props: AccessLogPipelineProps, bucket: string): Omit<LogTableProps, "database">[] {
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
