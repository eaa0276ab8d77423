import type { LogSource } from "../pipeline/log-source";
import { moduleNameOf } from "./representatives";
import { type JsonMap, mapOf } from "./tree";

/** Name of the module in the examples that move from the app to the module, and back. */
const MODULE = "module.access_logs";

/** The addresses of a resource in the app and in the module. */
interface Addresses {
  readonly app: string;
  readonly module: string;
  /** Its address in the module before it was repeated with `for_each`. */
  readonly formerly?: string;
}

type Sources = readonly Pick<LogSource, "name" | "format">[];

/**
 * Blocks that move every resource of an app with these sources to the same one in the module. If the module has its own
 * block for a resource, they move it to that block's `from`: Terraform refuses two blocks with the same `to`.
 */
export const renderMoved = (module: JsonMap, sources: Sources): string =>
  render(
    addressesIn(module, sources).map((at) => [at.app, `${MODULE}.${at.formerly ?? at.module}`]),
    "For every resource that the app can have; Terraform ignores the resources that it does not have.",
  );

/** Blocks for the opposite direction. */
export const renderMovedBack = (module: JsonMap, sources: Sources): string =>
  render(
    addressesIn(module, sources).map((at) => [`${MODULE}.${at.module}`, at.app]),
    "For every resource that the module can have; Terraform ignores the resources that it does not have.",
  );

/** The module's own `moved.tf.json`, for users of an earlier version. */
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
    .filter((source) => moduleNameOf(source.format) === format)
    .map(({ name }) => ({
      app: address.replace(new RegExp(`${format}$`), name),
      module: `${address}["${name}"]`,
    }));
}

/** The keys of a resource's `for_each`, if they are constant. */
function keysOf({ locals }: JsonMap, { for_each: each }: JsonMap): string[] {
  const [, local = ""] = /\bin local\.(\w+) :/.exec(String(each)) ?? [];
  return Object.keys(mapOf(mapOf(locals)[local]));
}
