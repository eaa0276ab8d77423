/**
 * Passes items on while the next ones are being made, so that making and using them overlap.
 *
 * If the consumer stops early, the items that are being made are still waited for: nothing goes on in the background.
 *
 * @param ahead items that are made before they are asked for
 */
export async function* prefetch<T>(items: AsyncIterable<T>, ahead: number): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]();
  const pending = Array.from({ length: ahead }, () => iterator.next());
  // A failure is the consumer's when it comes to it, not an unhandled rejection before.
  for (const next of pending) next.catch(() => undefined);
  try {
    for (;;) {
      const next = pending.shift();
      if (!next) return;
      const { done, value } = await next;
      if (done) return;
      const following = iterator.next();
      following.catch(() => undefined);
      pending.push(following);
      yield value;
    }
  } finally {
    await Promise.allSettled(pending);
    await iterator.return?.();
  }
}
