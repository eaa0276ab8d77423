import { AthenaNamedQuery } from "@cdktf/provider-aws/lib/athena-named-query";
import { AthenaPreparedStatement } from "@cdktf/provider-aws/lib/athena-prepared-statement";
import { Construct } from "constructs";
import type { FormatId } from "../formats";
import { QUESTIONS } from "../questions";
import { renderPreparedStatement, renderSavedQuery } from "../questions/render";
import { fixLogicalId } from "./logical-id";
import type { QueryWorkgroup } from "./query-workgroup";

export interface QuestionsProps {
  /** Workgroup that the questions are saved in. */
  readonly workgroup: QueryWorkgroup;
  /** Glue database of the typed tables. */
  readonly database: string;
  /** Formats whose questions are saved. */
  readonly formats: readonly FormatId[];
}

/**
 * The project's questions, in a workgroup. Each is a saved query, which the console shows and which runs
 * unchanged, and a prepared statement, which takes values: `EXECUTE alb_top_clients USING '2026-11-23',
 * '2026-11-23'`. Both are free. Athena looks up the tables only when a question runs.
 *
 * @example
 * new Questions(this, "questions", {
 *   workgroup: pipeline.pipelineWorkgroup,
 *   database: "logs",
 *   formats: ["alb"],
 * });
 * @see https://docs.aws.amazon.com/athena/latest/ug/saved-queries.html
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html
 */
export class Questions extends Construct {
  constructor(scope: Construct, id: string, { workgroup, database, formats }: QuestionsProps) {
    super(scope, id);
    for (const question of QUESTIONS.filter(({ format }) => formats.includes(format))) {
      const { sql, parameters } = renderPreparedStatement(question);
      const { name, title } = question;
      const saved = new AthenaNamedQuery(this, `${name}_query`, {
        name,
        description: title,
        database,
        workgroup: workgroup.workgroup.name,
        query: renderSavedQuery(question),
      });
      fixLogicalId(saved, name);
      const prepared = new AthenaPreparedStatement(this, `${name}_statement`, {
        name,
        description: `${title} USING ${parameters.join(", ")}`,
        workgroup: workgroup.workgroup.name,
        queryStatement: sql,
      });
      fixLogicalId(prepared, name);
    }
  }
}
