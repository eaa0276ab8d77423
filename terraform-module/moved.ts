import type { LogSource } from "../pipeline/log-source";
import { isMap, type JsonMap } from "./loops";

/** Name of the module in the example that goes on with what the app has deployed. */
const MODULE = "module.access_logs";

const moved = (from: string, to: string): string =>
  `moved {\n  from = ${from}\n  to   = ${MODULE}.${to}\n}\n`;

/** Blocks that lead from every resource of an app with these sources to the same one in the module. */
export function renderMoved(module: JsonMap, sources: readonly Pick<LogSource, "name" | "format">[]): string {
  const types = Object.entries(isMap(module.resource) ? module.resource : {});
  const blocks = types.flatMap(([type, resources]) =>
    Object.entries(isMap(resources) ? resources : {}).flatMap(([id, body]) => {
      const address = `${type}.${id}`;
      if (!isMap(body)) return [];
      const [, format] = /local\.(\w+)_sources/.exec(String(body.for_each)) ?? [];
      if (format === undefined) return [moved(address, `${address}${body.count === undefined ? "" : "[0]"}`)];
      return sources
        .filter((source) => source.format === format)
        .map(({ name }) =>
          moved(address.replace(new RegExp(`${format}$`), name), `${address}[${JSON.stringify(name)}]`),
        );
    }),
  );
  return `# Of every resource that the app may have; what it has not is left out by Terraform.\n\n${blocks.join("\n")}`;
}
