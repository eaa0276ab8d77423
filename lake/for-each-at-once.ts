import pLimit from "p-limit";

/**
 * Works on a few items at a time. After a failure no other item is begun, and those that were are waited for: nothing
 * goes on in the background.
 *
 * @throws what the first failure threw
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
