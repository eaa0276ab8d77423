import {
  DefaultTokenResolver,
  Fn,
  Lazy,
  ref,
  StringConcat,
  TerraformStack,
  Testing,
  Token,
  Tokenization,
} from "cdktf";
import { resolveWith } from "../../modules/resolve-tokens";
import { parseSettings } from "../../settings/load";
import { AccessLogsStack } from "../../stacks/access-logs-stack";

const resolver = new DefaultTokenResolver(new StringConcat());
const given: unknown[] = [];
const ofCdktf = (scope: unknown, value: unknown) =>
  Tokenization.resolve(value, { scope: scope as TerraformStack, resolver, preparing: false });
const faster = resolveWith((scope, value) => {
  given.push(value);
  return ofCdktf(scope, value);
});
const stack = new TerraformStack(Testing.app(), "test");
const [text, number, list, map] = [
  Token.asString(ref("var.text")),
  Token.asNumber(ref("var.number")),
  Token.asList(ref("var.list")),
  Token.asStringMap(ref("var.map")),
];

describe("resolving only tokens", () => {
  beforeEach(() => given.splice(0));

  it.each<[string, unknown]>([
    ["a text", text],
    ["a text in a text", [`${text}-1`, `a "\${b}" ${text}`]],
    ["a number", [number, -1, 0.5]],
    ["a number in a text", { days: `${number} days` }],
    ["a list", { list, none: [] }],
    ["a list in a list", [list, [list]]],
    ["a map", { map, of: { map } }],
    ["the key of a map", { [`${text}`]: 1, other: { [`a-${text}`]: [undefined, 2] } }],
    [
      "a value that is computed later",
      { later: Lazy.anyValue({ produce: () => ({ text, no: undefined }) }) },
    ],
    ["the result of a function", [Fn.join(",", list), Fn.lookup(map, "a", "b"), { if: Fn.lengthOf(list) }]],
    ["nothing", [undefined, null, { a: undefined, b: null, c: "", d: {} }, true, new Date(0)]],
  ])("gives the same as CDKTF for %s", (_, value) => {
    expect(faster(stack, value)).toStrictEqual(ofCdktf(stack, value));
  });

  it("gives the same as CDKTF for every resource of a stack", () => {
    const sources = [{ name: "web", format: "alb", prefix: "alb/", partition: true }];
    const settings = parseSettings("test.json", { name: "logs", region: "eu-central-1", sources });
    const app = new AccessLogsStack(Testing.app(), settings);
    const elements = app.node
      .findAll()
      .flatMap((element) =>
        "toTerraform" in element && typeof element.toTerraform === "function" && element !== app
          ? [element.toTerraform()]
          : [],
      );
    expect(elements.length).toBeGreaterThan(50);
    expect(faster(app, elements)).toStrictEqual(ofCdktf(app, elements));
  });

  it("does not give CDKTF values that are written down", () => {
    const columns = [{ name: "time", type: "timestamp", comment: "from ${start} to the end" }, 1, true, null];
    expect(faster(stack, { columns, text })).toStrictEqual({ columns, text: "${var.text}" });
    expect(given).toEqual([text]);
  });
});
