import { PROPOSED_LAKE } from "../lake/layout";
import type { Rule } from "./finding";

/** Findings of `status` and `doctor` in a local lake. */
export const LAKE_FINDINGS = {
  "lake-path": {
    severity: "wrong",
    means:
      "the path of the lake contains one of * ? [ ] { }, which DuckDB reads as a pattern, or a \\ in a name",
    fix: "move the lake to a path without these characters",
    run: `mv {lake} ${PROPOSED_LAKE}`,
  },
  "no-lake": {
    severity: "wrong",
    means: "the folder does not exist",
    fix: "enter the path of an existing lake, or create this one",
    run: "access-logs ingest PATH --lake {lake}",
  },
  "not-a-folder": {
    severity: "wrong",
    means: "the path is a file; a lake is a folder",
    fix: "enter the folder that contains raw/ and typed/",
  },
  "not-a-lake": {
    severity: "wrong",
    means: "the folder contains files, but none of a lake",
    fix: "enter the folder of the lake; if this folder contains the logs, create a lake from it",
    run: `access-logs ingest {lake} --lake ${PROPOSED_LAKE}`,
  },
  "empty-lake": {
    severity: "wrong",
    means: "the lake contains no log file",
    fix: "ingest the folder with the logs; the summary lists skipped files with reasons",
    run: "access-logs ingest PATH --lake {lake}",
  },
  "lake-busy": {
    severity: "note",
    means: "{writer} is writing to the lake, so this report may change",
    fix: "wait for the process to end and run this again",
  },
  "stale-lock": {
    severity: "wrong",
    means: "the last writer failed, or was interrupted or killed, during its work: {writer}",
    fix: "run ingest again: it continues",
    run: "access-logs ingest PATH --lake {lake}",
  },
  "broken-lock": {
    severity: "wrong",
    means: "a process was interrupted or killed when it began to write to the lake",
    fix: "run ingest again: it continues",
    run: "access-logs ingest PATH --lake {lake}",
  },
  "leftover-work": {
    severity: "wrong",
    means: "an interrupted run left {files} of unfinished work; none of it is in a table",
    fix: "run ingest again: it deletes these files and repeats the work",
    run: "access-logs ingest PATH --lake {lake}",
  },
  "leftover-file": {
    severity: "wrong",
    means: "an interrupted write left {files}, which no command reads or deletes",
    fix: "delete them when no ingest is running",
    run: 'find {lake} \\( -name "*.partial" -o -name ".lock.[0-9]*" \\) -delete',
  },
  "skipped-files": {
    severity: "wrong",
    means: "the last ingest skipped {files}: {reasons}",
    fix: "full list: {lake}/skipped.jsonl; replace each file with an intact, readable copy at the same path, split files of several formats, and run ingest again",
  },
  "skipped-unreadable": {
    severity: "wrong",
    means: "the list of skipped files of the last ingest is invalid",
    fix: "run ingest again: it rewrites the list",
    run: "access-logs ingest PATH --lake {lake}",
  },
  "files-waiting": {
    severity: "wrong",
    means: "{files} moved but not in the typed table: {hours}",
    fix: "run ingest again: it commits every file with an arrival note",
    run: "access-logs ingest PATH --lake {lake}",
  },
  "files-forgotten": {
    severity: "wrong",
    means: "{files} without a commit and without an arrival note, so no run will commit them: {hours}",
    fix: "write arrival notes for them and commit them",
    run: "access-logs backfill --from {from} --to {to} --dir DIR --lake {lake}",
  },
  "note-left": {
    severity: "wrong",
    means: "arrival notes exist although all files are in the typed table: {hours}",
    fix: "run ingest again: it deletes the notes",
    run: "access-logs ingest PATH --lake {lake}",
  },
  "unknown-note": {
    severity: "wrong",
    means: "the file is in the folder of the arrival notes but is not an arrival note: every run ignores it",
    fix: "delete it",
    run: "rm {lake}/{where}",
  },
  "corrupt-file": {
    severity: "wrong",
    means: "the file cannot be read to its end ({reason}), so no row of it is in the typed table",
    fix: "replace the original with an intact copy at the same path and run ingest again; without an intact copy, delete the file below raw/, which gives up its rows",
  },
  "unreadable-file": {
    severity: "wrong",
    means: "the file system refused to read the file: {reason}",
    fix: "fix the permissions or the disk, then run ingest again",
  },
  "stray-file": {
    severity: "wrong",
    means:
      "the file is in no partition of a table, or is not one that a commit writes, so queries and commits ignore it",
    fix: "if it is a log, move it to the folder of the logs under AWS's own key and run ingest; otherwise delete it",
  },
  "unreadable-parquet": {
    severity: "wrong",
    means: "DuckDB cannot read the file ({reason}), so queries on its table fail",
    fix: "delete it, then backfill its hour",
    run: "rm {lake}/{where}; access-logs backfill --from {hour} --to {hour} --dir DIR --lake {lake}",
  },
  "foreign-parquet": {
    severity: "wrong",
    means: 'the file has no column "{column}": this lake did not write it',
    fix: "move it out of the lake; you can still query it by its path",
  },
  "unknown-column": {
    severity: "wrong",
    means: 'the format has no column "{column}": a newer version or another program wrote the file',
    fix: "use the version that wrote it, or rewrite the hour",
    run: "rm {lake}/{where}; access-logs backfill --from {hour} --to {hour} --dir DIR --lake {lake}",
  },
  "column-type": {
    severity: "wrong",
    means: 'column "{column}" has type {got}, expected {expected}: queries on both types fail or cast',
    fix: "rewrite the hour",
    run: "rm {lake}/{where}; access-logs backfill --from {hour} --to {hour} --dir DIR --lake {lake}",
  },
  "missing-column": {
    severity: "note",
    means: 'the file is older than the column "{column}": its rows are NULL there',
    fix: "do nothing, or rewrite the hour",
    run: "rm {lake}/{where}; access-logs backfill --from {hour} --to {hour} --dir DIR --lake {lake}",
  },
  "misplaced-parquet": {
    severity: "wrong",
    means: "the file contains rows of {other}, so their dt and hour are wrong",
    fix: "move it to the folder of that hour",
  },
  "file-twice": {
    severity: "wrong",
    means: "the rows of this log are in {count} Parquet files, so queries count them more than once: {files}",
    fix: "delete all of these files except one; if they contain other logs, too, delete all of them and backfill their hours",
  },
  "raw-file-gone": {
    severity: "wrong",
    means: "{files} with rows in the typed table, but missing below raw/, e.g. {example}",
    fix: "ingest the logs again if you may need to rewrite the table; the existing rows are complete",
  },
  "unparsed-lines": {
    severity: "wrong",
    means: "{unparsed} of {lines} lines are unparsed, {percent} %",
    fix: "query them; a newer version may support their form",
    run: 'access-logs query "SELECT line, log_file FROM {table}_unparsed LIMIT 20" --lake {lake}',
  },
} as const satisfies Record<string, Rule>;
