import { type PrintedColumn, printTable } from "../../terminal/print-table";
import { age, compact } from "../../terminal/quantities";
import type { DeploymentFacts } from "./facts";

const COLUMNS: readonly PrintedColumn[] = [
  { title: "FILES COMPARED WITH", align: "left" },
  { title: "AGO", align: "right" },
  { title: "DAYS", align: "right" },
  { title: "FILES", align: "right" },
  { title: "NOTED", align: "right" },
  { title: "ANNOUNCED", align: "right" },
];

/** One line for each typed table. */
export const reconciledTable = ({ reconciled, at }: DeploymentFacts): string =>
  reconciled.size === 0
    ? ""
    : printTable(
        COLUMNS,
        [...reconciled].map(([table, result]) => [
          table,
          age(at.getTime() - Date.parse(result.at)),
          `${result.days.length}${result.isCutShort ? ", not all" : ""}`,
          compact(result.files),
          compact(result.noted),
          compact(result.announced),
        ]),
      );

/** The same as values. */
export const reconciledJson = ({ reconciled }: DeploymentFacts) =>
  [...reconciled].map(([table, { at, days, files, noted, announced, isCutShort }]) => ({
    table,
    at,
    days,
    files,
    noted,
    announced,
    isCutShort,
  }));
