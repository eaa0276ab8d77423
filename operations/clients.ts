import { AthenaClient } from "@aws-sdk/client-athena";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SQSClient } from "@aws-sdk/client-sqs";
import { STSClient } from "@aws-sdk/client-sts";

/** An inspection makes a few dozen requests at once: some are throttled, and succeed a moment later. */
const MAX_ATTEMPTS = 5;

export type Clients = ReturnType<typeof awsClients>;

export function awsClients(region: string) {
  const config = { region, maxAttempts: MAX_ATTEMPTS };
  return {
    athena: new AthenaClient(config),
    cloudwatch: new CloudWatchClient(config),
    logs: new CloudWatchLogsClient(config),
    lambda: new LambdaClient(config),
    s3: new S3Client(config),
    scheduler: new SchedulerClient(config),
    sqs: new SQSClient(config),
    sts: new STSClient(config),
  };
}
