import { readFileSync } from "node:fs";
import { FORMATS } from "../formats";
import { athenaDdlFile, DDL_BUCKET, DDL_DATABASE } from "../formats/render/athena-ddl-file";
import { renderFormatPage } from "../formats/render/markdown";
import { settingsJsonSchema } from "../settings";
import { renderCostPage, withCostTable } from "./cost-page";
import { renderFindingsPage } from "./findings-page";
import { renderQuestionsPage } from "./questions-page";
import { renderSqlPage } from "./sql-page";

/** Committed files that are made from the code, with the text they must have. */
export const generatedFiles = (): ReadonlyMap<string, string> =>
  new Map([
    ...Object.values(FORMATS).map(
      (format) => [`docs/formats/${format.id}.md`, renderFormatPage(format)] as const,
    ),
    ["docs/findings.md", renderFindingsPage()] as const,
    ["docs/queries.md", renderQuestionsPage()] as const,
    ["docs/sql.md", renderSqlPage()] as const,
    ["docs/cost.md", renderCostPage()] as const,
    // Only the table in it.
    ["README.md", withCostTable(readFileSync("README.md", "utf8"))] as const,
    ["athena.ddl", athenaDdlFile({ database: DDL_DATABASE, bucket: DDL_BUCKET })] as const,
    ["access-logs.schema.json", `${JSON.stringify(settingsJsonSchema(), null, 2)}\n`] as const,
  ]);
