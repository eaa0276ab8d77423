import {
  Agent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
  request as send,
} from "node:http";
import { pipeline } from "node:stream";
import { type LocalServer, startServer } from "./start-server";

/** A request as received. */
export interface WireRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Body of POST requests only: bodies of others are data. */
  readonly body: string;
}

/**
 * Forwards requests unchanged to a server, from a separate port. The header `Host` stays as the client set
 * it, because it is signed.
 *
 * @param onRequest called with each request
 */
export async function forwardHttp(
  target: string,
  onRequest: (request: WireRequest) => void,
): Promise<LocalServer> {
  const { hostname, port } = new URL(target);
  const agent = new Agent({ keepAlive: true });
  const server = await startServer(async (request, response) => {
    tell(request, onRequest);
    const { method, url, rawHeaders } = request;
    const forwarded = send({ agent, hostname, port, method, path: url, headers: rawHeaders }, (answer) =>
      answerWith(answer, response),
    );
    forwarded.on("error", () => response.destroy());
    // A killed client aborts its request.
    pipeline(request, forwarded, () => undefined);
  });
  return {
    endpoint: server.endpoint,
    close: () => {
      agent.destroy();
      return server.close();
    },
  };
}

function tell(request: IncomingMessage, onRequest: (request: WireRequest) => void): void {
  const { method = "", url = "", headers } = request;
  if (method !== "POST") {
    onRequest({ method, url, headers, body: "" });
    return;
  }
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => onRequest({ method, url, headers, body: Buffer.concat(chunks).toString() }));
}

function answerWith(answer: IncomingMessage, response: ServerResponse): void {
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders);
  pipeline(answer, response, () => undefined);
}
