import type { Rule } from "../finding";

/** Findings of `status` in a deployed pipeline. */
export const STATUS_FINDINGS = {
  "nothing-deployed": {
    severity: "wrong",
    means: "no part of the pipeline {name} exists in {region}, account {account}",
    fix: "check name and region in the settings, and the account of your credentials; or deploy the pipeline",
    run: "npx cdktf deploy",
  },
  "part-missing": {
    severity: "wrong",
    means: "the {part} is missing: the deployment is incomplete, or someone deleted it",
    fix: "deploy again; the plan shows the recreated resources",
    run: "npx cdktf deploy",
  },
  "bucket-unknown": {
    severity: "wrong",
    means: "the pipeline's bucket is unknown: the configuration of its function could not be read",
    fix: "set --bucket, or pass the outputs of the stack with --outputs",
    run: "terraform output -json > outputs.json",
  },
  "not-allowed": {
    severity: "wrong",
    means: "not checked: the permission {permission} is missing",
    fix: "grant {permission} on it to the role or user that runs this command",
  },
  "not-answered": {
    severity: "wrong",
    means: "not checked: {reason}",
    fix: "try again; if it fails again, check the service's health and the network",
  },
  "alarm-on": {
    severity: "wrong",
    means: "the alarm is raised: {reason}",
    fix: "its description says what to do: {description}",
  },
  "dead-letters": {
    severity: "wrong",
    means: "{messages} that failed every retry; they are not retried automatically",
    fix: "list them, fix the cause, then retry them",
    run: "access-logs redrive --queue {handler} --dry-run",
  },
  "queue-old": {
    severity: "wrong",
    means: "the oldest of {messages} has waited for {age}: new objects are not processed, or fail repeatedly",
    fix: "check the errors of {function}, and whether its event source mapping is enabled",
    run: "access-logs doctor",
  },
  "function-failing": {
    severity: "wrong",
    means: "{errors} of its invocations failed within the last two hours, {day} within a day",
    fix: "check its last errors; docs/errors.md says what to do for each code",
    run: "aws logs tail {logGroup} --since 2h --filter-pattern '{ $.level = \"ERROR\" }'",
  },
  "function-throttled": {
    severity: "wrong",
    means: "{throttles} of its invocations were throttled within the last two hours",
    fix: "check the account's free concurrency, and which functions use it",
    run: "aws lambda get-account-settings",
  },
  "commit-stuck": {
    severity: "wrong",
    means: "the pending commit was recorded {age} ago and has not ended",
    fix: "check the last errors of {function}; the next run submits the same statement again. Delete the commit record only if its statement is not running",
  },
  "source-silent": {
    severity: "wrong",
    means: "no file was delivered for {age}; its settings allow {limit}",
    fix: "check whether access logs are still enabled; if the source may be silent for longer, raise its silentAfterHours in the settings",
    run: "access-logs doctor",
  },
  "not-moved": {
    severity: "wrong",
    means: "{files} not moved for up to {age}; normally a move takes seconds",
    fix: "if these files are older than the pipeline, backfill them; otherwise check {function} and its dead-letter messages first",
    run: "access-logs backfill --from {from} --to {to} --bucket {bucket}",
  },
  "partition-missing": {
    severity: "wrong",
    means: "partitions with files are missing in the catalog: {hours}",
    fix: "check the errors of the functions that add partitions; then add these",
    run: "access-logs backfill --from {from} --to {to} --bucket {bucket}",
  },
  "files-waiting": {
    severity: "wrong",
    means: "{files} moved and noted, but their commit is overdue: {hours}",
    fix: "check the last errors of {function}; it continues automatically when they are fixed",
  },
  "file-rejected": {
    severity: "wrong",
    means: "{files} rejected because Athena could not read them, e.g. {key}: {reason}",
    fix: "replace each file below rejected/ with an intact copy, then take the files back; if no copy exists, delete the file and its reason",
    run: "access-logs redrive --rejected --dry-run",
  },
  backlog: {
    severity: "note",
    means: "files outside of the checked hours wait for their commit: {hours}",
    fix: "wait: {function} commits the oldest files first. To check these hours, run",
    run: "access-logs status --from {from} --to {to}",
  },
  "files-forgotten": {
    severity: "wrong",
    means: "{files} without a commit and without an arrival note, so no run will commit them: {hours}",
    fix: "write arrival notes for them; the next runs commit them",
    run: "access-logs backfill --from {from} --to {to} --bucket {bucket}",
  },
  "note-left": {
    severity: "wrong",
    means: "arrival notes are too old although no file waits for a commit: {hours}",
    fix: "check whether {function} runs; its next run deletes the notes",
  },
  "unparsed-lines": {
    severity: "wrong",
    means: "{unparsed} of about {lines} lines are unparsed, {percent} %",
    fix: "query them: SELECT line, log_file FROM {table}_unparsed WHERE dt = ... LIMIT 20; a newer version may support their form",
  },
} as const satisfies Record<string, Rule>;
