import { FORMATS } from "../formats";
import { linesGlueTable, rawGlueTable } from "../formats/render/glue-table";
import { formatsOf, type LogSource, privacyRulesOf, sourceNamesOf } from "./log-source";
import type { LogTableProps } from "./log-table";
import {
  type AccessLogPipelineProps,
  DEFAULT_PROJECTION_FROM,
  isColumnar,
  isProjected,
} from "./pipeline-props";

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

/** The same tables as the functions are told of them: typed table, sources it is partitioned by, and what is private. */
export const partitionedTablesOf = (sources: readonly LogSource[]) =>
  formatsOf(sources).map((id) => {
    const names = sourceNamesOf(sources, id);
    const privacy = privacyRulesOf(sources, id);
    return {
      table: FORMATS[id].table,
      ...(names.length > 0 ? { sources: names } : {}),
      ...(privacy.length > 0 ? { privacy } : {}),
    };
  });
