/** A resource as Terraform JSON configures it. */
export type Resource = Readonly<Record<string, unknown>>;

/** A synthesized stack. */
export interface TerraformJson {
  readonly resource: Readonly<Record<string, Readonly<Record<string, Resource>>>>;
}

const REFERENCE = /(?<!\$)\$\{((?:data\.)?\w+)\.([\w-]+)\.(\w+)\}/g;

/**
 * The stack as Terraform would apply it, with resolved references.
 *
 * @param computed computed attribute of a resource after its creation, or of data (`data.aws_region`);
 * `undefined` keeps the reference
 */
export function applied(
  json: TerraformJson,
  computed: (type: string, id: string, attribute: string) => string | undefined,
): TerraformJson {
  const referredTo = (reference: string, type: string, id: string, attribute: string): string => {
    const configured = json.resource[type]?.[id]?.[attribute];
    return (
      computed(type, id, attribute) ??
      (typeof configured === "string" || typeof configured === "number"
        ? resolve(String(configured))
        : reference)
    );
  };
  const resolve = (text: string): string => text.replaceAll(REFERENCE, referredTo);
  return mapTexts(json, (text) => resolve(text).replaceAll("$${", "${").replaceAll("%%{", "%{"));
}

/** A value with each text in it replaced. */
function mapTexts<Value>(value: Value, replaced: (text: string) => string): Value {
  return JSON.parse(JSON.stringify(value), (_, part) => (typeof part === "string" ? replaced(part) : part));
}

/** Resources of a type, by logical id. */
export const resourcesOf = (
  { resource }: TerraformJson,
  type: string,
): readonly (readonly [string, Resource])[] => Object.entries(resource[type] ?? {});
