import type { AthenaAnswer } from "../operations/athena-query";
import { byteText, counted } from "../terminal/quantities";
import type { QueryRows } from "../terminal/rows";
import { UserError } from "../terminal/user-error";
import { writeErrors } from "../terminal/write";
import { type AthenaOptions, scanPrice, withAthena } from "./athena-session";

/**
 * Runs SQL in Athena: shows its progress on a terminal, passes the rows to `print`, and then writes the cost to standard
 * error. Ctrl-C cancels the query.
 *
 * @returns the number of rows
 * @throws as `withAthena` does
 */
export async function answerFromAthena(
  sql: string,
  options: AthenaOptions,
  print: (rows: QueryRows) => Promise<void>,
): Promise<number> {
  if (sql.trim() === "") throw new UserError("the SQL is empty");
  return withAthena(options, async ({ ask, clearProgress, elapsed }) => {
    const answer = await ask(sql);
    clearProgress();
    const rows = countRows(answer);
    await print(rows);
    writeErrors(closingLine(answer, rows.count(), elapsed()));
    return rows.count();
  });
}

function countRows({ columns, rows }: QueryRows): QueryRows & { readonly count: () => number } {
  let count = 0;
  return {
    columns,
    rows: (async function* () {
      for await (const row of rows) {
        count++;
        yield row;
      }
    })(),
    count: () => count,
  };
}

/** e.g. `12 rows, 1.2 GB scanned, USD 0.00600, 3.4 s, query 0123` */
const closingLine = (answer: AthenaAnswer, rows: number, seconds: string): string =>
  [
    counted(rows, "row"),
    answer.isReused ? "reused result" : `${byteText(answer.bytesScanned)} scanned`,
    scanPrice(answer.bytesBilled),
    seconds,
    `query ${answer.queryId}`,
  ].join(", ");
