import { createHash, randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { HOUR_MS, HOUR_SECONDS } from "../formats/time";
import { OWNER } from "./s3-server";
import { type LocalServer, startServer } from "./start-server";

/** A message of a queue in memory. */
export interface Message {
  readonly id: string;
  readonly body: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

interface StoredMessage extends Message {
  visibleAt: number;
  received: number;
  receipt: string;
}

export interface Queue {
  readonly messages: StoredMessage[];
  /** Other attributes, as in SQS. */
  attributes: Record<string, string>;
}

type Input = Readonly<Record<string, unknown>>;
type Failure = { readonly status: number; readonly code: string; readonly message: string };

/**
 * SQS, Lambda, Scheduler, CloudWatch, Logs and STS in memory, each with its own protocol. Only resources that
 * a test adds exist; for others, it answers as AWS does.
 */
export interface AwsServer extends LocalServer {
  /** Requests in order, e.g. `sqs:GetQueueUrl`, with their subject. */
  readonly calls: readonly { readonly operation: string; readonly input: Input }[];
  readonly queues: Map<string, Queue>;
  addQueue(name: string, attributes?: Readonly<Record<string, string>>): void;
  send(queue: string, body: string, attributes?: Readonly<Record<string, string>>): void;
  /** Configuration of each function, and its concurrency and event source mappings. */
  readonly functions: Map<string, Record<string, unknown>>;
  readonly concurrency: Map<string, number>;
  readonly mappings: Record<string, unknown>[];
  readonly schedules: Map<string, Record<string, unknown>>;
  readonly alarms: Record<string, unknown>[];
  /** Log events of each group; other groups do not exist. */
  readonly logs: Map<string, { timestamp: number; message: string }[]>;
  /** Value of a metric in the current hour, by `name` and the values of its dimensions. */
  readonly metrics: Map<string, number>;
  /** Payloads of the invocations of functions. */
  readonly invocations: { readonly name: string; readonly type: string; readonly payload: string }[];
  /** Denies an operation. */
  deny(operation: string): void;
  /** Throttles an operation this many times. */
  throttle(operation: string, times: number): void;
}

export const queueArn = (name: string): string => `arn:aws:sqs:eu-central-1:${OWNER}:${name}`;
export const functionArn = (name: string): string => `arn:aws:lambda:eu-central-1:${OWNER}:function:${name}`;

export async function startAwsServer(): Promise<AwsServer> {
  const calls: { operation: string; input: Input }[] = [];
  const queues = new Map<string, Queue>();
  const functions = new Map<string, Record<string, unknown>>();
  const concurrency = new Map<string, number>();
  const mappings: Record<string, unknown>[] = [];
  const schedules = new Map<string, Record<string, unknown>>();
  const alarms: Record<string, unknown>[] = [];
  const logs = new Map<string, { timestamp: number; message: string }[]>();
  const metrics = new Map<string, number>();
  const invocations: { name: string; type: string; payload: string }[] = [];
  const denied = new Set<string>();
  const throttled = new Map<string, number>();
  const tasks: Record<string, unknown>[] = [];

  const queueOf = (input: Input): Queue => {
    const name = String(input.QueueName ?? String(input.QueueUrl).split("/").at(-1));
    const queue = queues.get(name);
    if (!queue) throw failure(400, "QueueDoesNotExist", "The specified queue does not exist.");
    return queue;
  };
  const visible = ({ messages }: Queue) => messages.filter(({ visibleAt }) => visibleAt <= Date.now());
  const functionOf = (name: string) => {
    const found = functions.get(name);
    if (!found) throw failure(404, "ResourceNotFoundException", `Function not found: ${functionArn(name)}`);
    return found;
  };

  const operations: Readonly<Record<string, (input: Input) => unknown>> = {
    "sts:GetCallerIdentity": () => ({ Account: OWNER }),
    "sqs:GetQueueUrl": (input) => {
      queueOf(input);
      return { QueueUrl: `${server.endpoint}/${OWNER}/${input.QueueName}` };
    },
    "sqs:GetQueueAttributes": (input) => {
      const queue = queueOf(input);
      const name = String(input.QueueUrl).split("/").at(-1) ?? "";
      const seen = visible(queue).length;
      return {
        Attributes: {
          QueueArn: queueArn(name),
          ApproximateNumberOfMessages: String(seen),
          ApproximateNumberOfMessagesNotVisible: String(queue.messages.length - seen),
          ...queue.attributes,
        },
      };
    },
    "sqs:ReceiveMessage": (input) => {
      const queue = queueOf(input);
      const timeout = Number(input.VisibilityTimeout ?? 30) * 1000;
      const Messages = visible(queue)
        .slice(0, Number(input.MaxNumberOfMessages ?? 1))
        .map((message) => {
          Object.assign(message, {
            visibleAt: Date.now() + timeout,
            received: message.received + 1,
            receipt: randomUUID(),
          });
          return {
            MessageId: message.id,
            ReceiptHandle: message.receipt,
            Body: message.body,
            MD5OfBody: createHash("md5").update(message.body).digest("hex"),
            Attributes: {
              SentTimestamp: String(Date.now() - HOUR_MS),
              ApproximateReceiveCount: String(message.received),
            },
            MessageAttributes: Object.fromEntries(
              Object.entries(message.attributes ?? {}).map(([key, StringValue]) => [
                key,
                { DataType: "String", StringValue },
              ]),
            ),
          };
        });
      return Messages.length > 0 ? { Messages } : {};
    },
    "sqs:ChangeMessageVisibilityBatch": (input) => {
      const entries = input.Entries as { Id: string; ReceiptHandle: string; VisibilityTimeout: number }[];
      for (const { ReceiptHandle, VisibilityTimeout } of entries) {
        const message = queueOf(input).messages.find(({ receipt }) => receipt === ReceiptHandle);
        if (message) message.visibleAt = Date.now() + VisibilityTimeout * 1000;
      }
      return { Successful: entries.map(({ Id }) => ({ Id })), Failed: [] };
    },
    "sqs:DeleteMessage": (input) => {
      const { messages } = queueOf(input);
      const index = messages.findIndex(({ receipt }) => receipt === input.ReceiptHandle);
      if (index >= 0) messages.splice(index, 1);
      return {};
    },
    "sqs:StartMessageMoveTask": (input) => {
      const source = queues.get(String(input.SourceArn).split(":").at(-1) ?? "");
      const target = queues.get(String(input.DestinationArn).split(":").at(-1) ?? "");
      if (!source || !target) throw failure(404, "ResourceNotFoundException", "no such queue");
      const isDeadLetters = [...queues.values()].some(({ attributes }) =>
        attributes.RedrivePolicy?.includes(String(input.SourceArn)),
      );
      if (!isDeadLetters) {
        throw failure(
          400,
          "InvalidParameterValue",
          "Source queue must be configured as a Dead Letter Queue.",
        );
      }
      const moved = visible(source);
      target.messages.push(...moved.map((message) => ({ ...message, received: 0 })));
      source.messages.splice(
        0,
        source.messages.length,
        ...source.messages.filter((item) => !moved.includes(item)),
      );
      tasks.unshift({
        TaskHandle: randomUUID(),
        SourceArn: input.SourceArn,
        Status: "RUNNING",
        ApproximateNumberOfMessagesMoved: 0,
        ApproximateNumberOfMessagesToMove: moved.length,
      });
      return { TaskHandle: tasks[0]?.TaskHandle };
    },
    "sqs:ListMessageMoveTasks": (input) => {
      const ofQueue = tasks.filter(({ SourceArn }) => SourceArn === input.SourceArn);
      const Results = ofQueue.map((task) => ({ ...task }));
      // The first poll sees the task running, the next one sees it completed.
      for (const task of ofQueue) {
        Object.assign(task, {
          Status: "COMPLETED",
          ApproximateNumberOfMessagesMoved: task.ApproximateNumberOfMessagesToMove,
        });
      }
      return { Results };
    },
    "lambda:GetFunctionConfiguration": ({ name }) => functionOf(String(name)),
    "lambda:GetFunctionConcurrency": ({ name }) => {
      functionOf(String(name));
      const reserved = concurrency.get(String(name));
      return reserved === undefined ? {} : { ReservedConcurrentExecutions: reserved };
    },
    "lambda:ListEventSourceMappings": ({ name }) => {
      functionOf(String(name));
      return { EventSourceMappings: mappings };
    },
    "lambda:Invoke": ({ name, type, payload }) => {
      functionOf(String(name));
      invocations.push({ name: String(name), type: String(type), payload: String(payload) });
      return {};
    },
    "scheduler:GetSchedule": ({ name }) => {
      const found = schedules.get(String(name));
      if (!found) throw failure(404, "ResourceNotFoundException", `Schedule ${name} does not exist.`);
      return found;
    },
    "cloudwatch:GetMetricData": (input) => ({
      MetricDataResults: (input.MetricDataQueries as MetricQuery[]).map(({ Id, MetricStat: { Metric } }) => {
        const value = metrics.get(
          [Metric.MetricName, ...Metric.Dimensions.map(({ Value }) => Value)].join(" "),
        );
        return value === undefined
          ? { Id, Label: "", Timestamps: [], Values: [], StatusCode: "Complete" }
          : {
              Id,
              Label: "",
              Timestamps: [Math.floor(Date.now() / HOUR_MS) * HOUR_SECONDS],
              Values: [value],
              StatusCode: "Complete",
            };
      }),
    }),
    "cloudwatch:DescribeAlarms": (input) => ({
      MetricAlarms: alarms.filter(({ AlarmName }) =>
        String(AlarmName).startsWith(String(input.AlarmNamePrefix)),
      ),
    }),
    "logs:FilterLogEvents": (input) => {
      const events = logs.get(String(input.logGroupName));
      if (!events) {
        throw failure(400, "ResourceNotFoundException", "The specified log group does not exist.");
      }
      return { events: events.filter(({ timestamp }) => timestamp >= Number(input.startTime)) };
    },
  };

  const server = await startServer(async (request, response) => {
    const { operation, input } = parse(request, await text(request));
    calls.push({ operation, input });
    try {
      const left = throttled.get(operation) ?? 0;
      throttled.set(operation, left - 1);
      if (left > 0) throw failure(429, "ThrottlingException", "Rate exceeded");
      if (denied.has(operation)) {
        throw failure(
          403,
          "AccessDeniedException",
          `User: someone is not authorized to perform: ${operation}`,
        );
      }
      const work = operations[operation];
      if (!work) throw failure(400, "UnknownOperationException", operation);
      answer(response, operation, work(input));
    } catch (error) {
      if (!isFailure(error)) throw error;
      refuse(response, operation, error);
    }
  });
  return {
    ...server,
    calls,
    queues,
    addQueue: (name, attributes = {}) =>
      void queues.set(name, { messages: [], attributes: { ...attributes } }),
    send: (name, body, attributes) =>
      void queues.get(name)?.messages.push({
        id: randomUUID(),
        body,
        ...(attributes ? { attributes } : {}),
        visibleAt: 0,
        received: 0,
        receipt: "",
      }),
    functions,
    concurrency,
    mappings,
    schedules,
    alarms,
    logs,
    metrics,
    invocations,
    deny: (operation) => void denied.add(operation),
    throttle: (operation, times) => void throttled.set(operation, times),
  };
}

interface MetricQuery {
  readonly Id: string;
  readonly MetricStat: {
    readonly Metric: { readonly MetricName: string; readonly Dimensions: { readonly Value: string }[] };
  };
}

const SERVICES: Readonly<Record<string, string>> = {
  AmazonSQS: "sqs",
  GraniteServiceVersion20100801: "cloudwatch",
  Logs_20140328: "logs",
};

/**
 * Determines the operation: by header in JSON protocols, by path in REST protocols, by form in the query
 * protocol.
 */
function parse(
  { method, url = "", headers }: IncomingMessage,
  body: string,
): { operation: string; input: Input } {
  const [service, name] = String(headers["x-amz-target"] ?? "").split(".");
  if (service && name) return { operation: `${SERVICES[service]}:${name}`, input: JSON.parse(body || "{}") };
  const { pathname, searchParams } = new URL(url, "http://aws");
  const [, functionName, what] = /\/functions\/([^/]+)\/(\w+)$/.exec(pathname) ?? [];
  if (what === "invocations") {
    const type = String(headers["x-amz-invocation-type"]);
    return { operation: "lambda:Invoke", input: { name: functionName, type, payload: body } };
  }
  if (what === "configuration")
    return { operation: "lambda:GetFunctionConfiguration", input: { name: functionName } };
  if (what === "concurrency")
    return { operation: "lambda:GetFunctionConcurrency", input: { name: functionName } };
  if (/\/event-source-mappings\/?$/.test(pathname)) {
    return {
      operation: "lambda:ListEventSourceMappings",
      input: { name: searchParams.get("FunctionName") },
    };
  }
  const [, schedule] = /^\/schedules\/([^/]+)$/.exec(pathname) ?? [];
  if (method === "GET" && schedule) return { operation: "scheduler:GetSchedule", input: { name: schedule } };
  return { operation: `sts:${new URLSearchParams(body).get("Action")}`, input: {} };
}

const failure = (status: number, code: string, message: string): Failure => ({ status, code, message });
const isFailure = (error: unknown): error is Failure =>
  typeof error === "object" && error !== null && "status" in error && "code" in error;

function answer(response: ServerResponse, operation: string, body: unknown): void {
  if (operation.startsWith("sts:")) {
    response.writeHead(200, { "content-type": "text/xml" });
    response.end(
      `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Account>${OWNER}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
    );
    return;
  }
  const status = operation === "lambda:Invoke" ? 202 : 200;
  response.writeHead(status, { "content-type": contentType(operation) }).end(JSON.stringify(body));
}

function refuse(response: ServerResponse, operation: string, { status, code, message }: Failure): void {
  if (operation.startsWith("sts:")) {
    response.writeHead(status, { "content-type": "text/xml" });
    response.end(
      `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
    );
    return;
  }
  // Lambda and Scheduler return the error name in a header, the others in the body.
  response.writeHead(status, { "content-type": contentType(operation), "x-amzn-errortype": code });
  response.end(JSON.stringify({ __type: code, message, Message: message }));
}

const contentType = (operation: string): string =>
  operation.startsWith("sqs:") || operation.startsWith("cloudwatch:")
    ? "application/x-amz-json-1.0"
    : "application/json";
