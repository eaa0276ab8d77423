import { grouped } from "../../report/sql";
import { SUBJECTS } from "../../report/subject";
import type { AthenaAnswer } from "../../testing/athena-server";

/** Size of the table in the days of a report; half of it in those before. */
export const TABLE_BYTES = 1e9;

const [ALB] = SUBJECTS;
if (!ALB) throw new Error("no ALB");

const TIME = "2026-11-23 07:05:00.000";

interface Answer {
  readonly types: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What Athena answers about a table with one request: each value is "v", and sums are left out. */
export function answerOf(sql: string): Answer {
  if (sql.includes("$partitions"))
    return { types: ["bigint", "bigint"], rows: [[String(TABLE_BYTES), String(TABLE_BYTES / 2)]] };
  if (sql.startsWith("SELECT count(*), min(time)"))
    return { types: ["bigint", "timestamp", "timestamp"], rows: [["1", TIME, TIME]] };
  if (sql.includes(" AS digits\n"))
    return {
      types: ["integer", "varchar", "bigint", "varchar"],
      rows: grouped(ALB as NonNullable<typeof ALB>).map((_, which) => [String(which), "v", "1", "0123"]),
    };
  return { types: ["bigint"], rows: [] };
}

/** The same for the server of a test. */
export const answerReport: AthenaAnswer = (operation, _, sql) => {
  if (operation !== "GetQueryResults") return undefined;
  const { types, rows } = answerOf(sql);
  const asRow = (values: readonly string[]) => ({ Data: values.map((VarCharValue) => ({ VarCharValue })) });
  return {
    ResultSet: {
      Rows: [asRow(types), ...rows.map(asRow)],
      ResultSetMetadata: { ColumnInfo: types.map((Type, index) => ({ Name: `c${index}`, Type })) },
    },
  };
};
