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
    means: "there is no such bucket",
    fix: "look at the name; if it was deleted, deploy again and switch delivery on anew",
    run: "npx cdktf deploy",
  },
  "notification-missing": {
    severity: "wrong",
    means: "the bucket does not tell the queue of new objects below {prefix}, so they stay where they are",
    fix: "deploy again if the bucket is the pipeline's; else connect it",
    run: "access-logs connect-bucket --bucket {bucket} --owner {account} --queue {queue} --prefix {prefixes}",
  },
  "eventbridge-off": {
    severity: "wrong",
    means: "the bucket sends no events to EventBridge, where the pipeline listens",
    fix: "switch them on; nothing else on the bucket changes",
    run: "access-logs connect-bucket --bucket {bucket} --owner {account} --eventbridge",
  },
  "delivery-denied": {
    severity: "wrong",
    means: "the bucket's policy does not let {who} do {action} on {resource}",
    fix: "deploy again if the bucket is the pipeline's; else have its owner add what this prints",
    run: "access-logs bucket-policy --account {account}",
  },
  "acl-off": {
    severity: "wrong",
    means: "CloudFront delivers by access control list, and the bucket has them switched off",
    fix: "deploy again if the bucket is the pipeline's; else set its object ownership",
    run: "aws s3api put-bucket-ownership-controls --bucket {bucket} --ownership-controls 'Rules=[{ObjectOwnership=BucketOwnerPreferred}]'",
  },
  "queue-closed": {
    severity: "wrong",
    means: "the queue's policy does not let {service} send to it, so nobody tells of new objects",
    fix: "deploy again",
    run: "npx cdktf deploy",
  },
  "queue-without-dead-letters": {
    severity: "wrong",
    means: "messages that cannot be done are tried for days and then lost: no dead-letter queue is behind it",
    fix: "deploy again",
    run: "npx cdktf deploy",
  },
  "mapping-off": {
    severity: "wrong",
    means: "nothing takes messages from the queue for the function: the event source mapping is {state}",
    fix: "switch it on again, or deploy again if it is missing",
    run: "aws lambda list-event-source-mappings --function-name {where}",
  },
  "mapping-by-batch": {
    severity: "wrong",
    means: "one message that fails brings its whole batch back: the mapping does not ask for single failures",
    fix: "deploy again",
    run: "npx cdktf deploy",
  },
  "function-inactive": {
    severity: "wrong",
    means: "it cannot run: {state}",
    fix: "mend what is said there; often a key or a role that is gone. Then deploy again",
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
    means: "its {variable} is not what the settings say: {got}",
    fix: "deploy the settings, or name those that were deployed with --settings",
    run: "npx cdktf deploy",
  },
  "sources-outdated": {
    severity: "wrong",
    means: "what the functions are told is not what the settings say of: {sources}",
    fix: "deploy the settings, or name those that were deployed with --settings",
    run: "npx cdktf deploy",
  },
  "function-denied": {
    severity: "wrong",
    means: "it was refused within the last day: {message}",
    fix: "deploy again if its role was changed; else look at the bucket's policy, the key's policy, Lake Formation, and what the organization denies",
    run: "npx cdktf deploy",
  },
  "schedule-off": {
    severity: "wrong",
    means: "the schedule is switched off, so the function never runs",
    fix: "switch it on again by deploying",
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
    means: "the workgroup is switched off: no statement runs in it",
    fix: "switch it on",
    run: "aws athena update-work-group --work-group {where} --state ENABLED",
  },
  "workgroup-open": {
    severity: "wrong",
    means:
      "clients can override the workgroup's settings, so its limit of bytes and its encryption do not hold",
    fix: "deploy again",
    run: "npx cdktf deploy",
  },
  "workgroup-engine": {
    severity: "wrong",
    means: "it runs {engine}, and Iceberg tables need version 3",
    fix: "deploy again",
    run: "npx cdktf deploy",
  },
  "workgroup-output": {
    severity: "wrong",
    means: "results go to {got}, where the functions may not write; they should go to {expected}",
    fix: "deploy again",
    run: "npx cdktf deploy",
  },
  "table-missing": {
    severity: "wrong",
    means: "there is no such table in the catalog, so no query on it runs",
    fix: "deploy again",
    run: "npx cdktf deploy",
  },
  "typed-table-missing": {
    severity: "note",
    means: "there is no such table yet: transform-partition makes it when the first files have come",
    fix: "wait for the first files; status says whether they came",
    run: "access-logs status",
  },
  "table-column-missing": {
    severity: "wrong",
    means: "it lacks the columns {columns} of the format, so statements that name them fail",
    fix: "deploy this version: the tables of the text get them at once, a typed table with its next files",
    run: "npx cdktf deploy",
  },
  "table-column-unknown": {
    severity: "note",
    means:
      "it has the columns {columns}, which are none of the format's: a newer version made it, or someone added them",
    fix: "use the newer version; columns are never taken away",
  },
  "table-column-type": {
    severity: "wrong",
    means: "its column {column} is {got}, and the format says {expected}: statements on it fail or cast",
    fix: "a type cannot be changed in place: drop the table, its data stays; deploy again; for a typed table also delete its files below lake/ and mark its hours",
    run: "access-logs backfill --from DATE --to DATE --bucket {bucket}",
  },
  "table-location": {
    severity: "wrong",
    means: "it reads {got}, and the files are moved to {expected}",
    fix: "deploy again, or name the bucket that was deployed with --bucket",
    run: "npx cdktf deploy",
  },
  "file-rejected": rejected,
} as const satisfies Record<string, Rule>;
