import { type Command, Option } from "commander";
import { FORMATS } from "../../formats";
import { rawTableOf } from "../../formats/log-format";
import {
  athenaDdlFile,
  athenaDdlStatements,
  DDL_BUCKET,
  DDL_DATABASE,
} from "../../formats/render/athena-ddl-file";
import { IDENTIFIER } from "../../formats/render/sql-text";
import { write } from "../../terminal/write";
import { examples, matching } from "../command-line";

interface Options {
  readonly table?: string;
  readonly database: string;
  readonly bucket: string;
  readonly json: boolean;
}

/** Adds `access-logs ddl`. */
export const addDdlCommand = (program: Command): Command =>
  program
    .command("ddl")
    .description("print the Athena DDL of the raw tables, to create them manually")
    .addOption(
      new Option("--table <table>", "only this table").choices(Object.values(FORMATS).map(rawTableOf)),
    )
    .option(
      "--database <database>",
      "database of the tables",
      matching(IDENTIFIER, "lower-case letters, digits and _"),
      DDL_DATABASE,
    )
    .option(
      "--bucket <bucket>",
      "bucket of the moved files",
      matching(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "the name of an S3 bucket"),
      DDL_BUCKET,
    )
    .option("--json", "print an object of table names and statements", false)
    .addHelpText(
      "after",
      examples(
        "access-logs ddl --bucket my-logs",
        "access-logs ddl --table alb_access_logs_raw --database logs",
      ),
    )
    .action(async ({ json, ...options }: Options) => {
      await write(json ? `${JSON.stringify(athenaDdlStatements(options))}\n` : athenaDdlFile(options));
    });
