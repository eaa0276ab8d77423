import * as threads from "node:worker_threads";
import { nameOf } from "../handlers/core/errors";

/** What is sent through a closed port is received by no one. */
const closedPort = new threads.MessageChannel().port1;
closedPort.close();

/**
 * Gives the memory of a buffer back at once, if the buffer has it to itself: it is empty from then on. Any other buffer
 * is left as it is, to the garbage collector.
 *
 * The garbage collector waits until tens of megabytes have piled up. Until then every new buffer is made of pages that
 * the process has not touched before, and on a virtual machine it can take longer to get a page than to fill it. A
 * buffer that is transferred leaves this thread whatever becomes of the message.
 *
 * @param buffer one that the caller got as its own, and of which it uses no part any more
 */
export function freeMemory(buffer: Buffer): void {
  const memory = buffer.buffer;
  if (memory instanceof ArrayBuffer && isWhole(buffer, memory) && !isKept(memory)) transfer(memory);
}

/** Where a buffer is a part of its memory, as in Node's pool, other buffers can have the rest. */
const isWhole = (buffer: Buffer, memory: ArrayBuffer): boolean =>
  memory.byteLength > 0 && buffer.byteOffset === 0 && buffer.byteLength === memory.byteLength;

/** Node 20 cannot be asked. There, memory that is marked stays where it is when it is transferred. */
const isKept = (memory: ArrayBuffer): boolean => threads.isMarkedAsUntransferable?.(memory) ?? false;

function transfer(memory: ArrayBuffer): void {
  try {
    closedPort.postMessage(undefined, [memory]);
  } catch (error) {
    // Memory of WebAssembly can never leave its owner, which only the attempt tells.
    if (nameOf(error) !== "DataCloneError") throw error;
  }
}
