import type { LogSource } from "../pipeline/log-source";
import { type JsonMap, mapOf } from "./tree";

/** Name of the module in the examples that lead from the app to the module, and back. */
const MODULE = "module.access_logs";

/** Where a resource is, by who has it. */
interface Addresses {
  readonly app: string;
  readonly module: string;
  /** Where the module had it before it was repeated with `for_each`. */
  readonly formerly?: string;
}

type Sources = readonly Pick<LogSource, "name" | "format">[];

/**
 * Blocks that lead from every resource of an app with these sources to the same one in the module. Where the module has blocks
 * of its own, they lead on: Terraform refuses two ways to one place.
 */
export const renderMoved = (module: JsonMap, sources: Sources): string =>
  render(
    addressesIn(module, sources).map((at) => [at.app, `${MODULE}.${at.formerly ?? at.module}`]),
    "Of every resource that the app may have; what it has not is left out by Terraform.",
  );

/** The way back. */
export const renderMovedBack = (module: JsonMap, sources: Sources): string =>
  render(
    addressesIn(module, sources).map((at) => [`${MODULE}.${at.module}`, at.app]),
    "Of every resource that the module may have; what it has not is left out by Terraform.",
  );

/** The module's own `moved.tf.json`, for those who had it before. */
export const ownMoves = (module: JsonMap): JsonMap => ({
  moved: addressesIn(module, []).flatMap(({ formerly, module: to }) =>
    formerly === undefined ? [] : [{ from: formerly, to }],
  ),
});

const render = (moves: readonly (readonly [from: string, to: string])[], comment: string): string =>
  `# ${comment}\n\n${moves.map(([from, to]) => `moved {\n  from = ${from}\n  to   = ${to}\n}\n`).join("\n")}`;

const addressesIn = (module: JsonMap, sources: Sources): Addresses[] =>
  Object.entries(mapOf(module.resource)).flatMap(([type, resources]) =>
    Object.entries(mapOf(resources)).flatMap(([id, body]) =>
      addressesOf(module, `${type}.${id}`, mapOf(body), sources),
    ),
  );

function addressesOf(module: JsonMap, address: string, body: JsonMap, sources: Sources): Addresses[] {
  const keys = keysOf(module, body);
  if (keys.length > 0) {
    return keys.map((key) => {
      const app = address.replace(/[^.]*$/, key);
      return { app, module: `${address}["${key}"]`, formerly: `${app}[0]` };
    });
  }
  const [, format] = /local\.(\w+)_sources/.exec(String(body.for_each)) ?? [];
  if (format === undefined) {
    return [{ app: address, module: `${address}${body.count === undefined ? "" : "[0]"}` }];
  }
  return sources
    .filter((source) => source.format === format)
    .map(({ name }) => ({
      app: address.replace(new RegExp(`${format}$`), name),
      module: `${address}["${name}"]`,
    }));
}

/** The keys that a resource is repeated for, where they are written down. */
function keysOf({ locals }: JsonMap, { for_each: each }: JsonMap): string[] {
  const [, local = ""] = /\bin local\.(\w+) :/.exec(String(each)) ?? [];
  return Object.keys(mapOf(mapOf(locals)[local]));
}
