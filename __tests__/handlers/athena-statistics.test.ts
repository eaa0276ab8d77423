import type { QueryStage } from "@aws-sdk/client-athena";
import { rowsReadExcept } from "../../handlers/adapters/athena-statistics";

const TYPED = "alb_access_logs";
const RAW =
  "[table = awsdatacatalog:HiveTableHandle{schemaName=logs, tableName=alb_access_logs_raw}, grouped = false";
const TABLE = "[table = awsdatacatalog:logs.alb_access_logs$data@123";
const IN_TEXT = `filterPredicate = ("$path" = 's3://logs/raw/alb_access_logs/a.gz')]`;

const scan = (identifier: string, rows?: number): QueryStage => ({
  ...(rows === undefined ? {} : { InputRows: rows }),
  QueryStagePlan: {
    Name: "Project",
    Children: [{ Name: "ScanFilterProject", Identifier: identifier, Children: [] }],
  },
});
const query = (...SubStages: QueryStage[]) => ({
  Rows: { InputRows: 130 },
  OutputStage: {
    InputRows: 5,
    QueryStagePlan: { Name: "TableWriter", Identifier: `[table = ${TYPED}]` },
    SubStages: [{ QueryStagePlan: { Name: "RemoteSource" }, SubStages }],
  },
});

describe("rowsReadExcept", () => {
  it("is the number of rows that the stages of the other tables read", () => {
    expect(rowsReadExcept(query(scan(`${RAW}]`, 90), scan(`${TABLE}]`, 40)), TYPED)).toBe(90);
    expect(rowsReadExcept(query(scan(`${RAW}]`, 90), scan(`${RAW}]`, 7), scan(`${TABLE}]`, 40)), TYPED)).toBe(
      97,
    );
  });

  it("does not take a text of the query for the table", () => {
    expect(rowsReadExcept(query(scan(`${RAW}, ${IN_TEXT}`, 90), scan(`${TABLE}]`, 40)), TYPED)).toBe(90);
  });

  it("counts a stage that scans both tables as a whole", () => {
    const both = scan(`${RAW}]`, 120);
    const children = [
      ...(both.QueryStagePlan?.Children ?? []),
      { Name: "TableScan", Identifier: `${TABLE}]` },
    ];
    const stage = { ...both, QueryStagePlan: { Name: "SemiJoin", Children: children } };
    expect(rowsReadExcept(query(stage), TYPED)).toBe(120);
  });

  it("is the number of all rows if no stage says which table it reads", () => {
    expect(rowsReadExcept({ Rows: { InputRows: 130 } }, TYPED)).toBe(130);
    expect(rowsReadExcept(query({ InputRows: 90 }), TYPED)).toBe(130);
    expect(rowsReadExcept(query(scan(`${TABLE}]`, 40)), TYPED)).toBe(130);
    expect(rowsReadExcept(query(scan(`${RAW}]`), scan(`${TABLE}]`, 40)), TYPED)).toBe(130);
  });

  it("is unknown while there are no statistics of rows", () => {
    expect(rowsReadExcept({}, TYPED)).toBeUndefined();
  });
});
