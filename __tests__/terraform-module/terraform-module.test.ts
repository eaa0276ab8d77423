import { existsSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ref, Token } from "cdktf";
import { FORMAT_IDS } from "../../formats";
import { QUESTIONS } from "../../questions";
import {
  type Assignment,
  conditionFor,
  holds,
  renderCondition,
  type Switch,
} from "../../terraform-module/condition";
import { CALLERS_SETTINGS, formatsIn, INPUTS, SWITCHES } from "../../terraform-module/inputs";
import { FOR_EACH, foldAddresses, foldLoops } from "../../terraform-module/loops";
import { ownMoves, renderMoved, renderMovedBack } from "../../terraform-module/moved";
import type { Node, Optional } from "../../terraform-module/node";
import { renderReadme } from "../../terraform-module/readme";
import { moduleNameOf, representativesOf } from "../../terraform-module/representatives";
import { mergeSamples, terraformModule } from "../../terraform-module/terraform-module";
import { isMap, type Json, type JsonMap, mapOf } from "../../terraform-module/tree";
import { samples } from "../../terraform-module/variants";
import { conditionalsIn } from "../helpers/conditionals";
import { resourcesOf, synthSettings } from "../helpers/synth";

const ROOT = join(__dirname, "../..");
const SOURCES = FORMAT_IDS.map((format) => ({ name: format, format, prefix: `${format}/` }));
const SETTINGS = {
  name: "access-logs",
  // Web ACLs deliver to buckets with this start of the name.
  bucketName: "aws-waf-logs-access-logs",
  region: "eu-central-1",
  sources: SOURCES,
};

const known = samples();
const merged = mergeSamples(known);
const terraform = terraformModule(known, merged);
const part = (key: string): JsonMap => mapOf(terraform[key]);
const resources = Object.entries(part("resource")).flatMap(([type, items]) =>
  Object.entries(mapOf(items)).map(([id, body]) => ({ address: `${type}.${id}`, body: mapOf(body) })),
);

/** The part of a description of all variants that applies to one of them. */
function evaluate(node: Node, assignment: Assignment, blocks = node): Json {
  const there = ({ when, node: item }: Optional) =>
    holds(when, assignment) && (item.kind !== "attribute" || isThere(blocks, item.address, assignment));
  switch (node.kind) {
    case "attribute":
      return `\${${node.address}.${node.attribute}}`;
    case "value": {
      const at = SWITCHES.findIndex(({ reference }) => `\${${reference}}` === node.value);
      return at < 0 ? node.value : (SWITCHES[at]?.options[assignment[at] ?? 0]?.value ?? null);
    }
    case "choice": {
      const chosen = node.cases.find(there);
      return chosen ? evaluate(chosen.node, assignment, blocks) : null;
    }
    case "list":
      return node.items
        .filter(there)
        .map((item) => evaluate(item.node, assignment, blocks))
        .filter((item) => !isMap(item) || hasSources(item[FOR_EACH], assignment));
    case "map":
      return Object.fromEntries(
        [...node.entries]
          .filter(([, entry]) => there(entry))
          .map(([key, entry]): [string, Json] => [key, evaluate(entry.node, assignment, blocks)])
          .filter(([, item]) => !isMap(item) || hasSources(item[FOR_EACH], assignment)),
      );
  }
}

function isThere(blocks: Node, address: string, assignment: Assignment): boolean {
  const resource = blocks.kind === "map" ? blocks.entries.get(address) : undefined;
  return resource !== undefined && holds(resource.when, assignment);
}

const hasSources = (format: Json | undefined, assignment: Assignment): boolean =>
  format === undefined || formatsIn(assignment).some((present) => moduleNameOf(present) === format);

describe("the Terraform module", () => {
  it("equals the output of the constructs, also for settings that its generator does not use", () => {
    const { blocks, outputs } = merged;
    for (const { assignment, synthesized } of samples(16, 7)) {
      expect(evaluate(blocks, assignment)).toEqual(synthesized.blocks);
      expect(evaluate(outputs, assignment, blocks)).toEqual(synthesized.outputs);
    }
  });

  it("has a variable for each prop of the pipeline, and for the tags", () => {
    const interfaces = ["pipeline/props.ts", "pipeline/security-props.ts"]
      .map((file) => readFileSync(join(ROOT, file), "utf8"))
      .join("\n")
      .matchAll(/interface (?:AccessLogPipelineProps|SecurityProps)\b[^{]*\{\n([\s\S]*?)\n\}/g);
    const props = [...interfaces].flatMap(([, body = ""]) =>
      [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name = ""]) => name),
    );
    expect(props.length).toBeGreaterThan(15);
    const settings = INPUTS.map(({ setting }) => setting);
    // The prefix of ids is for CDKTF stacks; in HCL the module's name separates the resources.
    // The Region is that of the provider that the module is called with.
    const ofLibrary = [
      "idPrefix",
      "region",
      "ruleForEachSource",
      "isHashed",
      "movesFiles",
      "deliveredPrefixes",
      "landingArn",
    ];
    const problems = [
      ...props
        .filter((prop) => !settings.includes(prop) && !ofLibrary.includes(prop))
        .map(
          (prop) =>
            `the prop "${prop}" has no option in settings/schema.ts, from which variables are made: add one`,
        ),
      ...settings
        .filter((setting) => setting !== "tags" && !props.includes(setting))
        .map((setting) => `the option "${setting}" is no prop: add it to CALLERS_SETTINGS in inputs.ts`),
    ];
    const attributes = INPUTS.filter(({ setting }) => setting === "sources").flatMap(({ schema }) =>
      Object.keys(schema.items?.properties ?? {}),
    );
    const represented = [true, false].flatMap((isVended) =>
      representativesOf("alb", {
        bySource: true,
        isWatched: true,
        isCovered: false,
        layout: "hive",
        isVended,
      }).flatMap((source) => Object.keys(source)),
    );
    problems.push(
      ...attributes
        .filter((attribute) => !represented.includes(attribute))
        .map((attribute) => `sources have "${attribute}": give it to those in representatives.ts, too`),
    );
    expect(problems).toEqual([]);
    expect(CALLERS_SETTINGS.filter((setting) => props.includes(setting))).toEqual(["region"]);
  });

  it("uses each variable", () => {
    const { variable, ...others } = terraform;
    const text = JSON.stringify(others);
    const unused = Object.keys(mapOf(variable))
      .filter((name) => !new RegExp(`\\bvar\\.${name}\\b`).test(text))
      .map(
        (name) => `var.${name} changes nothing: the constructs lose it, perhaps by computing with a token`,
      );
    expect(unused).toEqual([]);
  });

  it("has the defaults of the constructs", () => {
    const defaults = INPUTS.filter(({ schema }) => schema.default !== undefined).map(
      ({ setting, schema }): [string, unknown] => [setting, schema.default],
    );
    expect(defaults.length).toBeGreaterThan(5);
    expect(synthSettings({ ...SETTINGS, ...Object.fromEntries(defaults) })).toEqual(synthSettings(SETTINGS));
  });

  it("decides which resources exist by values that Terraform knows when it plans", () => {
    // Account ids and choices are constants, not created in the same run.
    const writtenDown = ["existing_log_bucket_owner", "existing_log_bucket_events"];
    const mayBeUnknown = INPUTS.filter(
      ({ schema, variable }) =>
        schema.wrappedIn === undefined &&
        schema.type === "string" &&
        schema.default === undefined &&
        !writtenDown.includes(variable),
    );
    const problems = resources.flatMap(({ address, body }) =>
      mayBeUnknown
        .filter(({ variable }) => new RegExp(`\\bvar\\.${variable}\\b`).test(String(body.count)))
        .map(({ setting }) => `${address} is there if "${setting}" is set: add that to WRAPPED in inputs.ts`),
    );
    expect(problems).toEqual([]);
  });

  it("has no provider and no backend, and states the versions that it supports", () => {
    expect(Object.keys(terraform)).toEqual([
      "//",
      "terraform",
      "variable",
      "locals",
      "data",
      "resource",
      "output",
    ]);
    expect(terraform.terraform).toEqual({
      required_version: ">= 1.9.0",
      required_providers: {
        aws: { source: "hashicorp/aws", version: expect.stringMatching(/^>= \d+\.\d+\.\d+, < \d+\.0\.0$/) },
      },
    });
  });

  it("finds its zips in its own folder, and contains no path of the machine that built it", () => {
    for (const { body } of resources.filter(({ address }) => address.startsWith("aws_lambda_function."))) {
      expect(body.filename).toMatch(/^\$\{path\.module\}\/handlers\/[a-z-]+\.zip$/);
    }
    expect(JSON.stringify(terraform)).not.toContain(ROOT);
    expect(JSON.stringify(terraform)).not.toContain(tmpdir());
  });

  it("tags everything that can be tagged", () => {
    const untagged = resources.filter(({ body }) => body.tags === undefined).map(({ address }) => address);
    expect(
      untagged.filter((address) => /^aws_(?:s3_bucket|sqs_queue|lambda_function|iam_role)\./.test(address)),
    ).toEqual([]);
  });

  it("has every resource of the app at the same address, so that `moved` blocks can migrate from the app", () => {
    const app = synthSettings({
      ...SETTINGS,
      kmsKey: "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
      lakeFormation: true,
    });
    const addresses = Object.keys(app.resource).flatMap((type) =>
      Object.keys(resourcesOf(app, type)).map((id) => `${type}.${id}`),
    );
    const movesIn = (text: string) =>
      [...text.matchAll(/^moved \{\n {2}from = (.+)\n {2}to {3}= (.+)\n\}/gm)].map(
        ([, from = "", to = ""]) => ({
          from,
          to,
        }),
      );
    const moved = renderMoved(terraform, SOURCES);
    const from = movesIn(moved).map((move) => move.from);
    expect(addresses.filter((address) => !from.includes(address))).toEqual([]);
    expect(from).toHaveLength(new Set(from).size);
    // The module's own blocks continue from its earlier addresses.
    const onwards = new Map(movesIn(renderMovedBack(terraform, SOURCES)).map((move) => [move.to, move.from]));
    const to = [...onwards.values()].map((address) => address.replace(/^module\.access_logs\./, ""));
    expect([...onwards.keys()]).toEqual(from);
    expect([...new Set(to.map((address) => address.replace(/\[.*$/, "")))]).toEqual(
      resources.map(({ address }) => address),
    );
    const questions = movesIn(moved).filter((move) => move.from.startsWith("aws_athena_named_query."));
    expect(questions).toContainEqual({
      from: "aws_athena_named_query.alb_bots",
      to: "module.access_logs.aws_athena_named_query.alb_bots[0]",
    });
    expect(moved).toContain("from = aws_s3_bucket.logs\n  to   = module.access_logs.aws_s3_bucket.logs\n");
    expect(moved).toContain(
      "from = aws_s3_bucket.landing\n  to   = module.access_logs.aws_s3_bucket.landing[0]\n",
    );
    expect(moved).toContain(
      'from = aws_cloudwatch_metric_alarm.no-logs-alb\n  to   = module.access_logs.aws_cloudwatch_metric_alarm.no-logs-alb["alb"]\n',
    );
  });

  it("has `moved` blocks from earlier addresses to the current ones", () => {
    const { moved } = ownMoves(terraform);
    expect(moved).toHaveLength(2 * QUESTIONS.length);
    expect(moved).toContainEqual({
      from: "aws_athena_named_query.alb_bots[0]",
      to: 'aws_athena_named_query.alb["alb_bots"]',
    });
  });

  it("has at most 777 conditionals with eight formats: without idioms it had 794 with two", () => {
    expect(conditionalsIn(terraform)).toBeLessThanOrEqual(777);
    expect(conditionalsIn(["${a ? b : c}", "a ? b", '${a ? "no ? ${b ? c : d}" : "$${e ? f : g}"}'])).toBe(3);
  });

  it("is generated as in the example of its generator", () => {
    const page = readFileSync(join(ROOT, "terraform-module/README.md"), "utf8");
    const [withoutKey, withKey, merged] = [...page.matchAll(/^```json\n(.*?)^```/gms)].map(([, json = ""]) =>
      JSON.parse(json),
    );
    const address = "aws_cloudwatch_log_group.transform_partition_logs";
    const variants = known.map(({ synthesized }) => JSON.stringify(synthesized.blocks[address] ?? null));
    expect([...new Set(variants)].sort()).toEqual(
      [null, withKey, withoutKey].map((value) => JSON.stringify(value)).sort(),
    );
    expect(resources.find((resource) => resource.address === address)?.body).toEqual(merged);
  });

  it("has these resources under these conditions", () => {
    const conditions = resources.map(({ address, body }) => [address, body.count ?? "always"]);
    expect(Object.fromEntries(conditions)).toMatchSnapshot();
  });

  it("has a README with every input and output, the smallest example, and examples that exist", () => {
    const examples = readdirSync(join(ROOT, "examples/terraform"));
    const readme = renderReadme(terraform, { example: "module {}", examples });
    const rows = [...readme.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
    expect(rows).toEqual([...Object.keys(part("variable")), ...Object.keys(part("output"))]);
    expect(readme).toContain("```hcl\nmodule {}\n```");
    for (const [, path = ""] of readme.matchAll(/\]\((examples\/[^)]+\.tf)\)/g)) {
      const isMade = path.startsWith("examples/from-the-app/") && path.endsWith("moved.tf");
      expect([
        path,
        isMade || existsSync(join(ROOT, path.replace("examples/", "examples/terraform/"))),
      ]).toEqual([path, true]);
    }
  });
});

describe("a value computed from sources", () => {
  it("has an item for each source, also in JSON and in comma-separated text", () => {
    const [one, two] = ["alb_1", "alb_2"];
    expect(
      foldLoops(
        {
          list: ["first", `\${${one}.prefix}*`, `\${${two}.prefix}*`],
          json: JSON.stringify([{ name: `\${${one}.name}` }, { name: `\${${two}.name}` }]),
          text: `\${${one}.name},\${${two}.name}`,
        },
        "x",
      ),
    ).toEqual({
      list: ["first", { $for: "alb", item: "${source.prefix}*" }],
      json: { $json: [{ $for: "alb", item: { name: "${source.name}" } }] },
      text: { $join: ",", $for: "alb", item: "${source.name}" },
    });
  });

  it.each([
    ["only of the first one", ["${alb_1.name}"], "x[0]: alb_1 is no item of a list"],
    ["different for the second one", ["a ${alb_1.name}", "b ${alb_2.name}"], "is not made of every source"],
    ["of two at once", [["${alb_1.name}-${alb_2.name}"]], "is made of several sources"],
    ["no list", { bucket: "${alb_1.name}" }, "x.bucket: alb_1 is no item of a list"],
  ])("is refused with its place if it is %s", (_, value, message) => {
    expect(() => foldLoops(value, "x")).toThrow(message);
  });
});

describe("a resource for each source", () => {
  const alarm = (index: number, periods = `\${alb_${index}.silent_after_hours}`) => ({
    name: `\${alb_${index}.name}`,
    periods,
  });
  const both = { "aws_x.no-logs-${alb_1.name}": alarm(1), "aws_x.no-logs-${alb_2.name}": alarm(2) };

  it("is one repeated resource, with the format in its address and the source's name as index", () => {
    const arns = ["${aws_x.no-logs-${alb_1.name}.arn}", "${aws_x.no-logs-${alb_2.name}.arn}"];
    expect(foldAddresses({ ...both, "aws_y.all": { arns } })).toEqual({
      "aws_x.no-logs-alb": {
        $for: "alb",
        item: { name: "${source.name}", periods: "${source.silent_after_hours}" },
      },
      "aws_y.all": { arns: [{ $for: "alb", item: "${aws_x.no-logs-alb[source.name].arn}" }] },
    });
  });

  it("is refused if it differs between sources", () => {
    expect(() => foldAddresses({ ...both, "aws_x.no-logs-${alb_2.name}": alarm(2, "1") })).toThrow(
      "aws_x.no-logs-${alb_2.name}: is not the same for every source",
    );
  });
});

describe("a value computed from a value that only Terraform knows", () => {
  it.each([
    ["a number", Token.asNumber(ref("var.days")) * 60],
    ["a text", Token.asString(ref("var.name")).toUpperCase()],
  ])("is refused with its place if it is %s", (_, value) => {
    expect(() => foldLoops({ rule: [{ days: value }] }, "x")).toThrow(
      /^x\.rule\[0\]\.days: .*Token\.isUnresolved/,
    );
  });
});

const BUCKET: Switch = yesOrNo("bucket", "var.bucket != null", "var.bucket == null");
const OWNER: Switch = yesOrNo("owner", "var.owner != null", "var.owner == null");
const MODE: Switch = {
  name: "mode",
  options: ["managed", "projection", "none"].map((value) => ({
    when: `var.mode == "${value}"`,
    unless: `var.mode != "${value}"`,
  })),
};
function yesOrNo(name: string, when: string, unless: string): Switch {
  return {
    name,
    options: [
      { when: unless, unless: when },
      { when, unless },
    ],
  };
}

describe("a condition", () => {
  const switches = [BUCKET, OWNER, MODE];
  const all = [0, 1].flatMap((bucket) =>
    [0, 1].flatMap((owner) => [0, 1, 2].map((mode) => [bucket, owner, mode])),
  );
  const conditionOf = (wanted: (assignment: readonly number[]) => boolean, among = all) =>
    renderCondition(
      switches,
      conditionFor(
        switches,
        among.filter(wanted),
        among.filter((assignment) => !wanted(assignment)),
      ),
    );

  it.each([
    ["true", () => true],
    ["var.bucket != null", ([bucket]: readonly number[]) => bucket === 1],
    [
      "var.bucket == null && var.owner != null",
      ([bucket, owner]: readonly number[]) => bucket === 0 && owner === 1,
    ],
    ['var.mode == "projection"', ([, , mode]: readonly number[]) => mode === 1],
    ['var.mode != "none"', ([, , mode]: readonly number[]) => mode !== 2],
    [
      "(var.bucket != null && var.owner != null) || (var.bucket == null && var.owner == null)",
      ([bucket, owner]: readonly number[]) => bucket === owner,
    ],
  ])("has only the terms that decide: %s", (text, wanted) => {
    expect(conditionOf(wanted)).toBe(text);
    expect(conditionOf(wanted, [...all].reverse())).toBe(text);
  });
});
