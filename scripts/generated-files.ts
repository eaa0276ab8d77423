import { readFileSync } from "node:fs";
import { FORMATS } from "../formats";
import { athenaDdlFile, DDL_BUCKET, DDL_DATABASE } from "../formats/render/athena-ddl-file";
import { renderFormatPage } from "../formats/render/markdown";
import { DEPLOYED, deployerPolicyOf } from "../settings/deployer-policy";
import { loadSettings } from "../settings/load";
import { settingsJsonSchema } from "../settings/schema";
import { SETTINGS_FILE } from "../settings/settings-file";
import { designsTable, renderCostPage } from "./cost-page";
import { renderFindingsPage } from "./findings-page";
import { withSection } from "./generated-section";
import { renderManPage } from "./man-page";
import { renderQuestionsPage } from "./questions-page";
import { settingsTable } from "./settings-table";
import { renderSqlPage } from "./sql-page";

/** Committed files that are generated from the code, with their expected text. */
export const generatedFiles = (): ReadonlyMap<string, string> =>
  new Map([
    ...Object.values(FORMATS).map(
      (format) => [`docs/formats/${format.id}.md`, renderFormatPage(format)] as const,
    ),
    ["docs/findings.md", renderFindingsPage()] as const,
    ["docs/queries.md", renderQuestionsPage()] as const,
    ["docs/sql.md", renderSqlPage()] as const,
    ["docs/cost.md", renderCostPage()] as const,
    ["docs/access-logs.1", renderManPage()] as const,
    ["README.md", withTables(readFileSync("README.md", "utf8"))] as const,
    ["athena.ddl", athenaDdlFile({ database: DDL_DATABASE, bucket: DDL_BUCKET })] as const,
    ["docs/deployer-policy.json", deployerPolicy()] as const,
    ["access-logs.schema.json", `${JSON.stringify(settingsJsonSchema(), null, 2)}\n`] as const,
  ]);

/** The policy for the committed settings, with all resource types that options may add. */
const deployerPolicy = (): string => {
  const types = new Set(DEPLOYED.flatMap((deployed) => deployed.types));
  const policy = deployerPolicyOf(
    { ...loadSettings(SETTINGS_FILE), existingLogBucket: "company-logs" },
    types,
    ACCOUNT,
  );
  return `${JSON.stringify(JSON.parse(policy), null, 2)}\n`;
};
const ACCOUNT = "111122223333";

const withTables = (readme: string): string =>
  withSection(withSection(readme, "settings", settingsTable()), "cost", designsTable());
