import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import type * as z from "zod";
import { type LocalServer, startServer } from "./start-server";

/** An error answer of the service. */
export class ServiceError extends Error {
  constructor(
    /** Error name in the SDK, e.g. `InvalidRequestException`. */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** An operation of a service: it gets the parsed body of a request and returns the body of the answer. */
export type Operation = (body: unknown) => Promise<object>;

/**
 * Operations by service and name, as in the header `x-amz-target`: `AmazonAthena`, then `GetQueryExecution`.
 */
export type Services = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

/**
 * An operation that validates its input first.
 *
 * @param code error for an invalid input
 */
export const operation =
  <Schema extends z.ZodType>(
    schema: Schema,
    code: string,
    run: (input: z.output<Schema>) => object | Promise<object>,
  ): Operation =>
  async (body) => {
    const result = schema.safeParse(body);
    if (result.success) return run(result.data);
    const problems = result.error.issues.map(
      ({ path, message }) => `Value at '${path.join(".")}' failed to satisfy constraint: ${message}`,
    );
    throw new ServiceError(
      code,
      `${problems.length} validation error${problems.length > 1 ? "s" : ""} detected: ${problems.join("; ")}`,
    );
  };

/**
 * Serves AWS JSON 1.1 services on a separate port.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
export const serveAwsJson = (services: Services): Promise<LocalServer> =>
  startServer((request, response) => answer(services, request, response));

async function answer(services: Services, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [service = "", name = ""] = String(request.headers["x-amz-target"]).split(".");
  try {
    const run = services[service]?.[name];
    if (!run) throw new ServiceError("UnknownOperationException", `${service}.${name} is not served here`);
    send(response, 200, await run(JSON.parse((await text(request)) || "{}")));
  } catch (error) {
    const [status, code, message] =
      error instanceof ServiceError
        ? [400, error.code, error.message]
        : [500, "InternalServerException", String(error)];
    // Athena's own errors use "Message", others "message"; the SDK reads both.
    send(response, status, { __type: code, message, Message: message });
  }
}

const send = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(body));
};
