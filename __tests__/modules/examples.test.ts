import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Construct } from "constructs";
import * as library from "../../index";
import { synthConstruct } from "../helpers/synth";

const MODULES = join(__dirname, "../../modules");

const constructs = Object.entries(library).flatMap(([name, value]) =>
  typeof value === "function" && value.prototype instanceof Construct ? [name] : [],
);
const sources = readdirSync(MODULES)
  .filter((name) => name.endsWith(".ts"))
  .map((name) => readFileSync(join(MODULES, name), "utf8"));

/** The lines after `@example` in the comment of a construct. */
function exampleOf(name: string): string {
  const source = sources.find((text) => text.includes(`\nexport class ${name} `)) ?? "";
  const before = source.slice(0, source.indexOf(`\nexport class ${name} `));
  const comment = before.slice(before.lastIndexOf("/**"));
  const [, example = ""] = /\n \* @example\n((?: \*(?! @).*\n)+)/.exec(comment) ?? [];
  return example.replaceAll(/^ \* ?\/?/gm, "");
}

describe.each(constructs)("the example of %s", (name) => {
  it("can be copied into a stack unchanged", () => {
    const example = exampleOf(name);
    expect(example).toContain(`new ${name}(this, `);
    const json = synthConstruct((scope) => {
      // The names that an example uses from its context.
      const pipeline = new library.AccessLogPipeline(scope, "around", {
        name: "around",
        idPrefix: "around_",
        sources: [{ name: "web", format: "alb", prefix: "alb/" }],
      });
      const around = { ...library, pipeline, maintain: pipeline.lake?.maintain.handler };
      new Function(...Object.keys(around), example).apply(scope, Object.values(around));
    });
    const ids = Object.values(json.resource).flatMap((resources) => Object.keys(resources));
    expect(ids.filter((id) => !id.startsWith("around_"))).not.toEqual([]);
  });
});

it("exists for every construct of the library", () => {
  expect(constructs).toHaveLength(8);
});
