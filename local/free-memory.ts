import { MessageChannel } from "node:worker_threads";

/** What is sent through a closed port is received by no one. */
const closedPort = new MessageChannel().port1;
closedPort.close();

/**
 * Gives the memory of a large buffer back at once; the buffer is empty from then on.
 *
 * The garbage collector waits until tens of megabytes have piled up. Until then every new buffer is made of pages that
 * the process has not touched before, and on a virtual machine it can take longer to get a page than to fill it. A
 * buffer that is transferred leaves this thread whatever becomes of the message.
 */
export function freeMemory({ buffer }: Buffer): void {
  // Small ones share the pool's memory with others.
  if (buffer instanceof ArrayBuffer && buffer.byteLength > Buffer.poolSize) {
    closedPort.postMessage(undefined, [buffer]);
  }
}
