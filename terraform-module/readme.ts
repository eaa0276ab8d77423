import { INPUTS } from "./inputs";
import { snakeCase } from "./snake-case";
import { isMap, type Json, type JsonMap } from "./tree";
import { typeOf } from "./variables";

/** Contents of the module's README in addition to the tables. */
export interface Usage {
  /** The smallest configuration that calls the module. */
  readonly example: string;
  /** Names of the folders in `examples/`. */
  readonly examples: readonly string[];
}

/** The module's README: its usage, and its tables of inputs and outputs. */
export function renderReadme(module: JsonMap, { example, examples }: Usage): string {
  const terraform = mapIn(module, "terraform");
  const { version } = mapIn(mapIn(terraform, "required_providers"), "aws");
  return `# Access logs as a Terraform module

ALB and CloudFront access logs, queryable with SQL in Athena minutes after delivery. This folder is complete: the code of the
functions is in \`handlers/\`, and no build is needed. \`npm run build:module\` of cdktf-access-logs writes it, from the same
constructs that its CDKTF app and library use.

\`\`\`hcl
${example.trim()}
\`\`\`

Put this folder into your repository, or anywhere that \`source\` can refer to, and set \`source\` to it. Further examples:
${examples.map((name) => `[${name}](examples/${name}/main.tf)`).join(", ")}.

- The module configures no provider and no backend: it uses yours, and \`count\`, \`for_each\` and \`depends_on\` work. Two
  instances in one account and Region need different names.
- Terraform must know the number of sources, their formats, and which options are set when it plans, but not names, ARNs and
  ids. If resources depend on such a value, the variable is an object: \`kms_key = { arn = aws_kms_key.logs.arn }\`.
- \`deliver_from = { arn = aws_cloudfront_distribution.cdn.arn }\` of a source creates the delivery of its logs as JSON (standard
  logging version 2), see [cloudfront-json](examples/cloudfront-json/main.tf). Its three resources are in us-east-1, with the
  argument \`region\`: no second provider is needed. The same works for an Application Load Balancer, in its own Region. The policy
  of an existing bucket must allow it.
- The typed tables are not in the state: a function creates them.
- Resources have the same ids as in the app, below \`module.<name>.\`. \`moved\` blocks move them from the app to the module, see
  [moved.tf](examples/from-the-app/moved.tf), and [back](examples/from-the-app/back/moved.tf).
- An unknown attribute of an object is an error; without this check, Terraform would silently ignore it.
- With OpenTofu, use the command \`tofu\` instead of \`terraform\`.

| requires | version |
| --- | --- |
| Terraform or OpenTofu | ${terraform.required_version} |
| hashicorp/aws | ${version} |

## Inputs

| name | type | meaning | default |
| --- | --- | --- | --- |
${rows(mapIn(module, "variable"), ({ description, default: value }, name) => [
  code(typeNamed(name)),
  meaningOf(String(description)),
  value === undefined ? "required" : code(JSON.stringify(value)) + fallbackOf(value, String(description)),
])}${attributeRows()}
## Outputs

| name | meaning |
| --- | --- |
${rows(mapIn(module, "output"), ({ description }) => [String(description)])}`;
}

/** Rows for the attributes of objects. */
const attributeRows = (): string =>
  INPUTS.flatMap(({ variable, schema }) =>
    Object.entries(schema.items?.properties ?? schema.properties ?? {}).map(([name, property]) => {
      const label = `${variable}${schema.items ? "[*]" : ""}.${snakeCase(name)}`;
      const isRequired = (schema.items ?? schema).required?.includes(name);
      const description = property.description ?? "";
      return `| ${code(label)} | ${code(typeOf(property))} | ${meaningOf(description)} | ${isRequired ? "required" : `${code("null")}${fallbackOf(null, description)}`} |\n`;
    }),
  ).join("");

const meaningOf = (description: string): string => description.replace(/\. Default: .*$/, "");

/** The default of a variable. */
const fallbackOf = (value: Json, description: string): string => {
  const fallback = /\. Default: (.*)$/.exec(description)?.[1];
  return value === null && fallback !== undefined ? `: ${fallback}` : "";
};

/** The type in the table, also of variables with type `any`, which check their values with rules. */
function typeNamed(variable: string): string {
  const input = INPUTS.find((known) => known.variable === variable);
  if (!input) throw new Error(`"${variable}" is no input`);
  return typeOf(input.schema);
}

const rows = (entries: JsonMap, cells: (entry: JsonMap, name: string) => readonly string[]): string =>
  Object.keys(entries)
    .map((name) => `| ${[code(name), ...cells(mapIn(entries, name), name)].join(" | ")} |\n`)
    .join("");

const code = (text: string): string => `\`${text}\``;

function mapIn(map: JsonMap, key: string): JsonMap {
  const value = map[key];
  if (!isMap(value)) throw new Error(`the module has no "${key}"`);
  return value;
}
