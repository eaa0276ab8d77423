import type { Rule } from "../finding";

/** Findings of `status` in a deployed pipeline. */
export const STATUS_FINDINGS = {
  "nothing-deployed": {
    severity: "wrong",
    means: "nothing of the pipeline {name} is in {region}, account {account}",
    fix: "check the settings' name and region, and whose credentials these are; or deploy it",
    run: "npx cdktf deploy",
  },
  "part-missing": {
    severity: "wrong",
    means: "the {part} is not there: the deployment is not whole, or someone deleted it",
    fix: "deploy again; the plan shows what is made anew",
    run: "npx cdktf deploy",
  },
  "bucket-unknown": {
    severity: "wrong",
    means: "nobody could say which bucket is the pipeline's: its function tells, and it could not be asked",
    fix: "name the bucket with --bucket, or let the stack tell with --outputs",
    run: "terraform output -json > outputs.json",
  },
  "not-allowed": {
    severity: "wrong",
    means: "it could not be looked at, so nothing is said about it: {permission} is denied",
    fix: "let whoever runs this do {permission} there",
  },
  "not-answered": {
    severity: "wrong",
    means: "it could not be looked at, so nothing is said about it: {reason}",
    fix: "try again; if it stays, look at the health of the service and at the network",
  },
  "alarm-on": {
    severity: "wrong",
    means: "the alarm is on: {reason}",
    fix: "its description says what to do: {description}",
  },
  "dead-letters": {
    severity: "wrong",
    means: "{messages} that could not be done; nothing tries again by itself",
    fix: "look at them; once the cause is mended, have them done again",
    run: "access-logs redrive --queue {handler} --dry-run",
  },
  "queue-old": {
    severity: "wrong",
    means: "the oldest of {messages} waits for {age}: new objects are not taken, or fail again and again",
    fix: "look at the errors of {function}, and whether its event source mapping is on",
    run: "access-logs doctor",
  },
  "function-failing": {
    severity: "wrong",
    means: "{errors} of its invocations failed within the last two hours, {day} within a day",
    fix: "look at its last errors; docs/errors.md says for each code what to do",
    run: "aws logs tail {logGroup} --since 2h --filter-pattern '{ $.level = \"ERROR\" }'",
  },
  "function-throttled": {
    severity: "wrong",
    means: "{throttles} of its invocations were refused within the last two hours",
    fix: "look at the concurrency that the account has left, and at what else uses it",
    run: "aws lambda get-account-settings",
  },
  "commit-stuck": {
    severity: "wrong",
    means: "the pending commit was recorded {age} ago and has not ended",
    fix: "look at the last errors of {function}; the next run submits the same statement again. Delete the record only if no such statement is running",
  },
  "source-silent": {
    severity: "wrong",
    means: "nothing was delivered for {age}, and {limit} without a file is what its settings allow",
    fix: "look whether access logs are still switched on; a source that may be quiet for longer gets silentAfterHours in the settings",
    run: "access-logs doctor",
  },
  "not-moved": {
    severity: "wrong",
    means: "{files} still where AWS delivered, for up to {age}; if all is well, moving takes seconds",
    fix: "if that is history from before the pipeline, bring it in; else look at {function} and its dead letters first",
    run: "access-logs backfill --from {from} --to {to} --bucket {bucket}",
  },
  "partition-missing": {
    severity: "wrong",
    means: "there are files, but the catalog does not know the partitions: {hours}",
    fix: "look at the errors of the functions that add partitions; then have these added",
    run: "access-logs backfill --from {from} --to {to} --bucket {bucket}",
  },
  "files-waiting": {
    severity: "wrong",
    means: "{files} moved and noted, but overdue for the commit: {hours}",
    fix: "look at the last errors of {function}; it goes on by itself once they are mended",
  },
  "file-rejected": {
    severity: "wrong",
    means: "{files} could not be read by Athena and set aside, e.g. {key}: {reason}",
    fix: "put a whole copy in the place of each file below rejected/, then take them back in; what nobody has a copy of can be deleted there, with its reason",
    run: "access-logs redrive --rejected --dry-run",
  },
  backlog: {
    severity: "note",
    means: "noted files outside of the hours looked at wait for the commit: {hours}",
    fix: "wait: {function} works from the oldest on. What these hours hold is shown by looking at them",
    run: "access-logs status --from {from} --to {to}",
  },
  "files-forgotten": {
    severity: "wrong",
    means: "{files} in no commit, and no note names them, so no run will look there: {hours}",
    fix: "have them noted; the next runs commit them",
    run: "access-logs backfill --from {from} --to {to} --bucket {bucket}",
  },
  "note-left": {
    severity: "wrong",
    means: "noted for too long, with nothing left to commit: {hours}",
    fix: "look whether {function} runs; its next run deletes the notes",
  },
  "unparsed-lines": {
    severity: "wrong",
    means: "{unparsed} of about {lines} lines could not be read as log lines, {percent} %",
    fix: "look at them: SELECT line, log_file FROM {table}_unparsed WHERE dt = ... LIMIT 20; a new version may know a new form",
  },
} as const satisfies Record<string, Rule>;
