import { forwardHttp, type WireRequest } from "../http-forwarder";
import type { Call, CallOfAnyone, Place } from "./call";
import { isAllowed, type Statement } from "./evaluate";
import { commandOf } from "./requests";
import { callsOf } from "./sdk-calls";

export interface WatchOptions {
  /** Name of the function. */
  readonly name: string;
  /** Statements of its role. */
  readonly statements: readonly Statement[];
  readonly place: Place;
  /** Endpoints of S3 and of the JSON services. */
  readonly s3: string;
  readonly services: string;
}

/** A function whose requests to AWS are recorded. */
export interface WatchedFunction {
  /** Environment variables with the endpoints of the services. */
  readonly environment: Readonly<Record<string, string>>;
  /** Its requests, and those that Athena made for it. */
  readonly calls: readonly Call[];
  /** @throws Error that names each call that the function's role does not allow */
  expectAllowed(): void;
  close(): Promise<void>;
}

export async function watchFunction(options: WatchOptions): Promise<WatchedFunction> {
  const { name, statements, place, s3, services } = options;
  const calls: Call[] = [];
  const problems = new Set<string>();
  const note = (request: WireRequest): void => {
    try {
      for (const call of callsOf(place, commandOf(request))) {
        calls.push({ ...call, function: name });
        if (!isAllowed(statements, call)) problems.add(`no statement allows ${textOf(call)}`);
      }
    } catch (error) {
      problems.add(error instanceof Error ? error.message : String(error));
    }
  };
  const toS3 = await forwardHttp(s3, note);
  const toServices = await forwardHttp(services, note);
  return {
    environment: {
      AWS_ENDPOINT_URL_S3: toS3.endpoint,
      AWS_ENDPOINT_URL_ATHENA: toServices.endpoint,
      AWS_ENDPOINT_URL_GLUE: toServices.endpoint,
    },
    calls,
    expectAllowed: () => {
      if (problems.size > 0) throw new Error(`the role of ${name}:\n  ${[...problems].join("\n  ")}`);
    },
    close: async () => {
      await Promise.all([toS3.close(), toServices.close()]);
    },
  };
}

const textOf = ({ action, resource, context }: CallOfAnyone): string =>
  `${action} on ${resource}${context ? ` with ${JSON.stringify(context)}` : ""}`;
