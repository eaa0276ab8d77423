/**
 * Keeps the result of the last call, for functions that are called again and again with one argument: files of one hour follow
 * each other.
 */
export function rememberLast<Argument, Result>(
  find: (argument: Argument) => Result,
): (argument: Argument) => Result {
  let last: { readonly argument: Argument; readonly result: Result } | undefined;
  return (argument) => {
    if (last?.argument !== argument) last = { argument, result: find(argument) };
    return last.result;
  };
}
