import type { QueryRuntimeStatistics, QueryStage, QueryStagePlanNode } from "@aws-sdk/client-athena";
import * as z from "zod";

interface PlanNode {
  readonly name: string;
  readonly descriptor: Readonly<Record<string, string>>;
  readonly children: readonly PlanNode[];
}
interface Stage {
  readonly stageId: string;
  readonly state: string;
  readonly plan: { readonly jsonRepresentation: PlanNode };
  readonly stageStats: Rows;
  readonly subStages: readonly Stage[];
}
type Rows = z.output<typeof rowsSchema>;

const planSchema: z.ZodType<PlanNode> = z.object({
  name: z.string(),
  descriptor: z.record(z.string(), z.string()),
  get children() {
    return z.array(planSchema);
  },
});
const rowsSchema = z.object({ processedInputPositions: z.number(), outputPositions: z.number() });
const stageSchema: z.ZodType<Stage> = z.object({
  stageId: z.string(),
  state: z.string(),
  plan: z.object({
    jsonRepresentation: z.pipe(
      z.string().transform((text): unknown => JSON.parse(text)),
      planSchema,
    ),
  }),
  stageStats: rowsSchema,
  get subStages() {
    return z.array(stageSchema);
  },
});
const querySchema = z.object({ queryStats: rowsSchema, outputStage: stageSchema.optional() });

/**
 * What Athena reports about the rows of a query and its stages, from Trino's report.
 *
 * @param id of the query in Trino
 * @see https://docs.aws.amazon.com/athena/latest/APIReference/API_QueryRuntimeStatistics.html
 */
export async function runtimeStatistics(
  trino: string,
  id: string,
): Promise<Pick<QueryRuntimeStatistics, "Rows" | "OutputStage">> {
  const response = await fetch(`${trino}/v1/query/${id}`, { headers: { "X-Trino-User": "access-logs" } });
  const { queryStats, outputStage } = querySchema.parse(await response.json());
  return {
    Rows: rowsOf(queryStats),
    ...(outputStage ? { OutputStage: stageOf(outputStage) } : {}),
  };
}

const rowsOf = ({ processedInputPositions, outputPositions }: Rows) => ({
  InputRows: processedInputPositions,
  OutputRows: outputPositions,
});

const stageOf = ({ stageId, state, plan, stageStats, subStages }: Stage): QueryStage => ({
  // After the query's id.
  StageId: Number(stageId.split(".").at(-1)),
  State: state,
  ...rowsOf(stageStats),
  QueryStagePlan: nodeOf(plan.jsonRepresentation),
  SubStages: subStages.map(stageOf),
});

const nodeOf = ({ name, descriptor, children }: PlanNode): QueryStagePlanNode => ({
  Name: name,
  Identifier: `[${Object.entries(descriptor)
    .map((entry) => entry.join(" = "))
    .join(", ")}]`,
  Children: children.map(nodeOf),
});
