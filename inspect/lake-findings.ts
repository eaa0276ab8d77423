import type { Rule } from "./finding";

/** Findings of `status` and `doctor` in a local lake. */
export const LAKE_FINDINGS = {
  "lake-path": {
    severity: "wrong",
    means:
      "the path of the lake holds one of * ? [ ] { }, which DuckDB reads as a pattern, or a \\ in a name",
    fix: "move the lake to a path without them",
    run: 'mv "{lake}" ./lake',
  },
  "no-lake": {
    severity: "wrong",
    means: "there is no such folder",
    fix: "name the lake that is there, or make this one",
    run: 'access-logs ingest DIR --lake "{lake}"',
  },
  "not-a-folder": {
    severity: "wrong",
    means: "a lake is a folder, and this is a file",
    fix: "name the folder that holds raw/ and typed/",
  },
  "not-a-lake": {
    severity: "wrong",
    means: "the folder holds files, but neither raw/ nor typed/",
    fix: "name the folder of the lake; if these are the logs, make one",
    run: 'access-logs ingest "{lake}" --lake ./lake',
  },
  "empty-lake": {
    severity: "wrong",
    means: "no log file was ever moved here",
    fix: "ingest the folder that holds the logs; the summary says what was skipped and why",
    run: 'access-logs ingest DIR --lake "{lake}"',
  },
  "lake-busy": {
    severity: "note",
    means: "process {pid} is writing to the lake: what is said here changes as it goes on",
    fix: "wait for it and ask again",
  },
  "stale-lock": {
    severity: "wrong",
    means: "the lock is of process {pid}, which is gone: it was killed in the middle of its work",
    fix: "ingest again: it takes the lock over and goes on",
    run: 'access-logs ingest DIR --lake "{lake}"',
  },
  "broken-lock": {
    severity: "wrong",
    means: "the lock names no process: whoever took it was cut off",
    fix: "ingest again: it takes the lock over and goes on",
    run: 'access-logs ingest DIR --lake "{lake}"',
  },
  "leftover-work": {
    severity: "wrong",
    means: "a run was interrupted and left {files} of unfinished work; nothing of it is in a table",
    fix: "ingest again: it clears them and does their work anew",
    run: 'access-logs ingest DIR --lake "{lake}"',
  },
  "leftover-file": {
    severity: "wrong",
    means: "a write was interrupted and left {files} that nothing reads or clears",
    fix: "delete them once no ingest runs",
    run: 'find "{lake}" \\( -name "*.partial" -o -name ".lock.*" \\) -delete',
  },
  "skipped-files": {
    severity: "wrong",
    means: "the last ingest could not take {files}: {reasons}",
    fix: "{lake}/skipped.jsonl names each; put a whole, readable copy under the same key and ingest again",
  },
  "skipped-unreadable": {
    severity: "wrong",
    means: "the list of what the last ingest skipped is not what an ingest writes",
    fix: "ingest again: it writes the list anew",
    run: 'access-logs ingest DIR --lake "{lake}"',
  },
  "files-waiting": {
    severity: "wrong",
    means: "{files} moved but not in the typed table: {hours}",
    fix: "ingest again: it commits every noted file",
    run: 'access-logs ingest DIR --lake "{lake}"',
  },
  "files-forgotten": {
    severity: "wrong",
    means: "{files} in no commit, and no note names them, so no run will look there: {hours}",
    fix: "have them noted and committed",
    run: 'access-logs backfill --from {from} --to {to} --dir DIR --lake "{lake}"',
  },
  "note-left": {
    severity: "wrong",
    means: "noted, although all files are in the typed table: {hours}",
    fix: "ingest again: it deletes the notes",
    run: 'access-logs ingest DIR --lake "{lake}"',
  },
  "unknown-note": {
    severity: "wrong",
    means: "it lies among the arrival notes and is not one: no run will do anything about it",
    fix: "delete it",
    run: 'rm "{lake}/{where}"',
  },
  "corrupt-file": {
    severity: "wrong",
    means: "it cannot be read to its end ({reason}), so nothing of it is in the typed table",
    fix: "get a whole copy of the log, put it where the first one was, and ingest again",
  },
  "unreadable-file": {
    severity: "wrong",
    means: "the file system does not let it be read: {reason}",
    fix: "mend the permissions or the disk, then ingest again",
  },
  "stray-file": {
    severity: "wrong",
    means: "it lies in no partition of a table, so no query and no commit sees it",
    fix: "if it is a log, put it into the folder of the logs under AWS's own key and ingest; else delete it",
  },
  "unreadable-parquet": {
    severity: "wrong",
    means: "DuckDB cannot read it ({reason}), and so no query on its table can either",
    fix: "delete it, then fill its hour again",
    run: 'rm "{lake}/{where}"; access-logs backfill --from {hour} --to {hour} --dir DIR --lake "{lake}"',
  },
  "foreign-parquet": {
    severity: "wrong",
    means: 'it has no column "{column}": it is no commit of this lake',
    fix: "move it out of the lake; query it by its path if you need it",
  },
  "unknown-column": {
    severity: "wrong",
    means: 'its column "{column}" is none of the format\'s: another or a newer program wrote it',
    fix: "use the version that wrote it, or write the hour anew",
    run: 'rm "{lake}/{where}"; access-logs backfill --from {hour} --to {hour} --dir DIR --lake "{lake}"',
  },
  "column-type": {
    severity: "wrong",
    means: 'its column "{column}" is {got}, and the format says {expected}: queries over both fail or cast',
    fix: "write the hour anew",
    run: 'rm "{lake}/{where}"; access-logs backfill --from {hour} --to {hour} --dir DIR --lake "{lake}"',
  },
  "missing-column": {
    severity: "note",
    means: 'it was written before the format had the column "{column}": its rows are NULL there',
    fix: "nothing, or write the hour anew",
    run: 'rm "{lake}/{where}"; access-logs backfill --from {hour} --to {hour} --dir DIR --lake "{lake}"',
  },
  "misplaced-parquet": {
    severity: "wrong",
    means: "it holds rows of {other}, so dt and hour of its rows are wrong",
    fix: "move it to the folder of that hour",
  },
  "file-twice": {
    severity: "wrong",
    means: "the rows of this log are in {count} Parquet files, so queries count them more than once: {files}",
    fix: "delete all of these files but one; if they hold other logs too, delete all of them and backfill their hours",
  },
  "raw-file-gone": {
    severity: "wrong",
    means: "{files} with rows in the typed table, but not below raw/ any more, e.g. {example}",
    fix: "get the logs again and ingest them if you want to be able to write the table anew; the rows themselves are whole",
  },
  "unparsed-lines": {
    severity: "wrong",
    means: "{unparsed} of {lines} lines could not be read as log lines, {percent} %",
    fix: "look at them; a new version may know a new form",
    run: 'access-logs query "SELECT line, log_file FROM {table}_unparsed LIMIT 20" --lake "{lake}"',
  },
} as const satisfies Record<string, Rule>;
