import type { LogSource } from "../pipeline/log-source";
import { isMap, type Json, type JsonMap } from "./tree";

/** Name of the module in the example that goes on with what the app has deployed. */
const MODULE = "module.access_logs";

type Sources = readonly Pick<LogSource, "name" | "format">[];

/** Where a resource of the app is in the module. */
interface Move {
  readonly from: string;
  readonly to: string;
}

/** Blocks that lead from every resource of an app with these sources to the same one in the module. */
export function renderMoved(module: JsonMap, sources: Sources): string {
  const blocks = resourcesOf(module)
    .flatMap(({ address, body }) => movesOf(module, address, body, sources))
    .map(({ from, to }) => `moved {\n  from = ${from}\n  to   = ${MODULE}.${to}\n}\n`);
  return `# Of every resource that the app may have; what it has not is left out by Terraform.\n\n${blocks.join("\n")}`;
}

/** The module's own `moved.tf.json`: resources that were one each, with a `count`, before they had `for_each`. */
export const ownMoves = (module: JsonMap): JsonMap => ({
  moved: resourcesOf(module).flatMap(({ address, body }) =>
    keysOf(module, body).map((key) => ({
      from: `${siblingOf(address, key)}[0]`,
      to: `${address}["${key}"]`,
    })),
  ),
});

function movesOf(module: JsonMap, address: string, body: JsonMap, sources: Sources): Move[] {
  const keys = keysOf(module, body);
  if (keys.length > 0) {
    return keys.map((key) => ({ from: siblingOf(address, key), to: `${address}["${key}"]` }));
  }
  const [, format] = /local\.(\w+)_sources/.exec(String(body.for_each)) ?? [];
  if (format === undefined) {
    return [{ from: address, to: `${address}${body.count === undefined ? "" : "[0]"}` }];
  }
  return sources
    .filter((source) => source.format === format)
    .map(({ name }) => ({
      from: address.replace(new RegExp(`${format}$`), name),
      to: `${address}["${name}"]`,
    }));
}

const resourcesOf = (module: JsonMap): { readonly address: string; readonly body: JsonMap }[] =>
  Object.entries(mapOf(module.resource)).flatMap(([type, resources]) =>
    Object.entries(mapOf(resources)).map(([id, body]) => ({ address: `${type}.${id}`, body: mapOf(body) })),
  );

/** The keys that a resource is repeated for, where they are written down. */
function keysOf({ locals }: JsonMap, { for_each: each }: JsonMap): string[] {
  const [, local = ""] = /\bin local\.(\w+) :/.exec(String(each)) ?? [];
  return Object.keys(mapOf(mapOf(locals)[local]));
}

const siblingOf = (address: string, id: string): string => address.replace(/[^.]*$/, id);

const mapOf = (value: Json | undefined): JsonMap => (isMap(value) ? value : {});
