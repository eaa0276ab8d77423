import pLimit from "p-limit";

/**
 * Works on a few items at a time. After a failure it starts no other item and waits for those already
 * started, so that no work continues in the background.
 *
 * @throws the error of the first failure
 */
export async function forEachAtOnce<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  await pLimit(atOnce).map(items, async (item) => {
    if (failure) return;
    try {
      await work(item);
    } catch (error) {
      failure ??= { error };
    }
  });
  if (failure) throw failure.error;
}
