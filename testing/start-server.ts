import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A server on this machine, on a separate port. */
export interface LocalServer {
  /** Without a slash at its end. */
  readonly endpoint: string;
  /** Stops the server, and closes all open connections. */
  close(): Promise<void>;
}

/** @param handler answers a request; an error that it throws is a bug, and ends the process */
export async function startServer(
  handler: (request: IncomingMessage, response: ServerResponse) => Promise<unknown>,
): Promise<LocalServer> {
  const server = createServer((request, response) => {
    handler(request, response).catch((error: unknown) => {
      // A client that aborts its request is not a bug.
      if (request.complete) throw error;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
