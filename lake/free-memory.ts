import * as threads from "node:worker_threads";
import { nameOf } from "../handlers/core/errors";

/** A message sent through a closed port is dropped. */
const closedPort = new threads.MessageChannel().port1;
closedPort.close();

/**
 * Frees the memory of a buffer at once if the buffer does not share it; the buffer is then empty. Any other
 * buffer is left to the garbage collector.
 *
 * The garbage collector waits until tens of megabytes have accumulated. Until then every new buffer uses
 * pages that are new to the process, and on a virtual machine it can take longer to get a page than to fill
 * it. A transferred buffer leaves this thread even if the message is dropped.
 *
 * @param buffer buffer that the caller owns and no longer uses in any part
 */
export function freeMemory(buffer: Buffer): void {
  const memory = buffer.buffer;
  if (memory instanceof ArrayBuffer && isWhole(buffer, memory) && !isKept(memory)) transfer(memory);
}

/** If a buffer is only a part of its memory, as in Node's pool, other buffers may use the rest. */
const isWhole = (buffer: Buffer, memory: ArrayBuffer): boolean =>
  memory.byteLength > 0 && buffer.byteOffset === 0 && buffer.byteLength === memory.byteLength;

/** Node 20 has no such function. There, marked memory stays in this thread when it is transferred. */
const isKept = (memory: ArrayBuffer): boolean => threads.isMarkedAsUntransferable?.(memory) ?? false;

function transfer(memory: ArrayBuffer): void {
  try {
    closedPort.postMessage(undefined, [memory]);
  } catch (error) {
    // Memory of WebAssembly cannot be transferred, and only the attempt shows it.
    if (nameOf(error) !== "DataCloneError") throw error;
  }
}
