import type { Rule } from "../finding";
import { STATUS_FINDINGS } from "./aws-findings";

const { "nothing-deployed": nothing, "part-missing": part, "bucket-unknown": bucket } = STATUS_FINDINGS;
const { "not-allowed": denied, "not-answered": failed, "file-rejected": rejected } = STATUS_FINDINGS;

/** Findings of `doctor` in the configuration of a pipeline. */
export const CHECK_FINDINGS = {
  "nothing-deployed": nothing,
  "part-missing": part,
  "bucket-unknown": bucket,
  "not-allowed": denied,
  "not-answered": failed,
  "bucket-missing": {
    severity: "wrong",
    means: "the bucket does not exist",
    fix: "check the name; if the bucket was deleted, deploy again and enable delivery again",
    run: "npx cdktf deploy",
  },
  "notification-missing": {
    severity: "wrong",
    means: "the bucket does not notify the queue about new objects below {prefix}, so they are not moved",
    fix: "deploy again if the bucket belongs to the pipeline; otherwise connect it",
    run: "access-logs connect-bucket --bucket {bucket} --owner {account} --queue {queue} --prefix {prefixes}",
  },
  "eventbridge-off": {
    severity: "wrong",
    means: "the bucket sends no events to EventBridge, where the pipeline listens",
    fix: "enable them; nothing else on the bucket changes",
    run: "access-logs connect-bucket --bucket {bucket} --owner {account} --eventbridge",
  },
  "delivery-denied": {
    severity: "wrong",
    means: "the bucket's policy does not allow {who} to do {action} on {resource}",
    fix: "deploy again if the bucket belongs to the pipeline; otherwise ask its owner to add the statements that this command prints",
    run: "access-logs bucket-policy --account {account}",
  },
  "acl-off": {
    severity: "wrong",
    means: "{service} needs access control lists, and the bucket has disabled them",
    fix: "deploy again if the bucket belongs to the pipeline; otherwise set its object ownership",
    run: "aws s3api put-bucket-ownership-controls --bucket {bucket} --ownership-controls 'Rules=[{ObjectOwnership=BucketOwnerPreferred}]'",
  },
  "queue-closed": {
    severity: "wrong",
    means: "the queue's policy does not allow {service} to send to it, so new objects are not announced",
    fix: "deploy again",
    run: "npx cdktf deploy",
  },
  "queue-without-dead-letters": {
    severity: "wrong",
    means: "the queue has no dead-letter queue: failing messages are retried for days and then lost",
    fix: "deploy again",
    run: "npx cdktf deploy",
  },
  "mapping-off": {
    severity: "wrong",
    means: "the function receives no messages from the queue: the event source mapping is {state}",
    fix: "enable it, or deploy again if it is missing",
    run: "aws lambda list-event-source-mappings --function-name {where}",
  },
  "mapping-by-batch": {
    severity: "wrong",
    means:
      "one failed message causes a retry of its whole batch: the mapping does not report single failures",
    fix: "deploy again",
    run: "npx cdktf deploy",
  },
  "function-inactive": {
    severity: "wrong",
    means: "the function cannot run: {state}",
    fix: "fix this cause, often a deleted key or role. Then deploy again",
    run: "npx cdktf deploy",
  },
  "function-stopped": {
    severity: "wrong",
    means: "its reserved concurrency is 0, so it never runs: someone stopped it",
    fix: "deploy again",
    run: "npx cdktf deploy",
  },
  "function-outdated": {
    severity: "wrong",
    means: "its {variable} differs from the settings: {got}",
    fix: "deploy these settings, or pass the deployed settings with --settings",
    run: "npx cdktf deploy",
  },
  "sources-outdated": {
    severity: "wrong",
    means: "the functions' configuration differs from the settings for: {sources}",
    fix: "deploy these settings, or pass the deployed settings with --settings",
    run: "npx cdktf deploy",
  },
  "function-denied": {
    severity: "wrong",
    means: "access was denied within the last day: {message}",
    fix: "deploy again if its role was changed; otherwise check the bucket's policy, the key's policy, Lake Formation, and the organization's policies",
    run: "npx cdktf deploy",
  },
  "schedule-off": {
    severity: "wrong",
    means: "the schedule is disabled, so the function never runs",
    fix: "deploy again to enable it",
    run: "npx cdktf deploy",
  },
  "schedule-target": {
    severity: "wrong",
    means: "the schedule invokes {target}, which is not this function",
    fix: "deploy again",
    run: "npx cdktf deploy",
  },
  "workgroup-off": {
    severity: "wrong",
    means: "the workgroup is disabled: no statement runs in it",
    fix: "enable it",
    run: "aws athena update-work-group --work-group {where} --state ENABLED",
  },
  "workgroup-open": {
    severity: "wrong",
    means:
      "clients can override the workgroup's settings, so its scan limit and its encryption are not enforced",
    fix: "deploy again",
    run: "npx cdktf deploy",
  },
  "workgroup-engine": {
    severity: "wrong",
    means: "the workgroup uses {engine}; Iceberg tables need version 3",
    fix: "deploy again",
    run: "npx cdktf deploy",
  },
  "workgroup-output": {
    severity: "wrong",
    means: "the result location is {got}, where the functions may not write; expected {expected}",
    fix: "deploy again",
    run: "npx cdktf deploy",
  },
  "table-missing": {
    severity: "wrong",
    means: "the table is missing in the catalog, so queries on it fail",
    fix: "deploy again",
    run: "npx cdktf deploy",
  },
  "typed-table-missing": {
    severity: "note",
    means: "the table does not exist yet: transform-partition creates it after the first files arrive",
    fix: "wait for the first files; check with status whether they arrived",
    run: "access-logs status",
  },
  "table-column-missing": {
    severity: "wrong",
    means: "columns of the format are missing: {columns}; statements that use them fail",
    fix: "deploy this version: a raw table gets the columns at once, a typed table with its next files",
    run: "npx cdktf deploy",
  },
  "table-column-unknown": {
    severity: "note",
    means:
      "the format does not have the columns {columns}: a newer version created the table, or someone added them",
    fix: "use the newer version; columns are never removed",
  },
  "table-column-type": {
    severity: "wrong",
    means: "column {column} has type {got}, expected {expected}: statements that use it fail or cast",
    fix: "a type cannot be changed in place: drop the table (its data stays) and deploy again; for a typed table also delete its files below lake/ and backfill its hours",
    run: "access-logs backfill --from DATE --to DATE --bucket {bucket}",
  },
  "table-location": {
    severity: "wrong",
    means: "the table's location is {got}, but files are moved to {expected}",
    fix: "deploy again, or set --bucket to the deployed bucket",
    run: "npx cdktf deploy",
  },
  "file-rejected": rejected,
} as const satisfies Record<string, Rule>;
