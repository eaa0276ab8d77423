import type { ConvertedType, LogicalType, SchemaElement } from "hyparquet";

/** A value as the file has it, before its logical type. */
export type StoredValue = boolean | number | bigint | Uint8Array;

/** What a stored value means. */
type Meaning =
  | { readonly kind: "text" | "boolean" | "integer" | "float" | "double" | "uuid" | "date" }
  | { readonly kind: "unsigned"; readonly bits: number }
  | { readonly kind: "decimal"; readonly scale: number }
  | { readonly kind: "time" | "instant"; readonly perSecond: bigint }
  /** Nothing that a log has. */
  | { readonly kind: "other" };

const PER_SECOND = { MILLIS: 1_000n, MICROS: 1_000_000n, NANOS: 1_000_000_000n } as const;
const TEXT: Meaning = { kind: "text" };
const INTEGER: Meaning = { kind: "integer" };
const OTHER: Meaning = { kind: "other" };

const BY_CONVERTED_TYPE: Readonly<Partial<Record<ConvertedType, Meaning>>> = {
  UTF8: TEXT,
  ENUM: TEXT,
  JSON: TEXT,
  DATE: { kind: "date" },
  TIME_MILLIS: { kind: "time", perSecond: PER_SECOND.MILLIS },
  TIME_MICROS: { kind: "time", perSecond: PER_SECOND.MICROS },
  TIMESTAMP_MILLIS: { kind: "instant", perSecond: PER_SECOND.MILLIS },
  TIMESTAMP_MICROS: { kind: "instant", perSecond: PER_SECOND.MICROS },
  UINT_8: { kind: "unsigned", bits: 8 },
  UINT_16: { kind: "unsigned", bits: 16 },
  UINT_32: { kind: "unsigned", bits: 32 },
  UINT_64: { kind: "unsigned", bits: 64 },
  INT_8: INTEGER,
  INT_16: INTEGER,
  INT_32: INTEGER,
  INT_64: INTEGER,
};

function byLogicalType(type: LogicalType): Meaning {
  switch (type.type) {
    case "STRING":
    case "ENUM":
    case "JSON":
      return TEXT;
    case "UUID":
      return { kind: "uuid" };
    case "DATE":
      return { kind: "date" };
    case "DECIMAL":
      return { kind: "decimal", scale: type.scale };
    case "TIME":
      return { kind: "time", perSecond: PER_SECOND[type.unit] };
    case "TIMESTAMP":
      return { kind: "instant", perSecond: PER_SECOND[type.unit] };
    case "INTEGER":
      return type.isSigned ? INTEGER : { kind: "unsigned", bits: type.bitWidth };
    default:
      return OTHER;
  }
}

function meaningOf({
  type,
  scale = 0,
  converted_type: converted,
  logical_type: logical,
}: SchemaElement): Meaning {
  if (logical) return byLogicalType(logical);
  if (converted === "DECIMAL") return { kind: "decimal", scale };
  if (converted) return BY_CONVERTED_TYPE[converted] ?? OTHER;
  switch (type) {
    case "BOOLEAN":
      return { kind: "boolean" };
    case "INT32":
    case "INT64":
      return INTEGER;
    case "INT96":
      return { kind: "instant", perSecond: PER_SECOND.NANOS };
    case "FLOAT":
      return { kind: "float" };
    case "DOUBLE":
      return { kind: "double" };
    case "BYTE_ARRAY":
      return TEXT;
    default:
      return OTHER;
  }
}

/** True if the values of a column are texts as they are stored. */
export const isTextColumn = (element: SchemaElement): boolean => meaningOf(element).kind === "text";

/** Gives the text of a value; `null` if it has none. */
export type ValueText = (value: StoredValue) => string | null;

/**
 * Makes the function that writes the values of a column as AWS writes them in JSON: times in ISO 8601, all others as SQL casts
 * them to text.
 */
export function valueText(element: SchemaElement): ValueText {
  const meaning = meaningOf(element);
  switch (meaning.kind) {
    case "text":
      return (value) => (value instanceof Uint8Array ? bytesOf(value).toString("utf8") : null);
    case "boolean":
    case "integer":
      return String;
    case "unsigned":
      return (value) => String(BigInt.asUintN(meaning.bits, integerOf(value)));
    case "decimal":
      return (value) => decimalText(integerOf(value), meaning.scale);
    case "date":
      return (value) =>
        isoInstant(integerOf(value) * SECONDS_PER_DAY, 1n)?.slice(0, "YYYY-MM-DD".length) ?? null;
    case "time":
      return (value) => timeText(integerOf(value), meaning.perSecond);
    case "instant":
      return (value) => isoInstant(integerOf(value), meaning.perSecond);
    case "float":
      return (value) => floatText(shortest(Number(value)));
    case "double":
      return (value) => floatText(Number(value));
    case "uuid":
      return (value) => (value instanceof Uint8Array ? uuidText(bytesOf(value).toString("hex")) : null);
    case "other":
      return () => null;
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

/** Bytes are an integer with its sign, the most significant first. */
function integerOf(value: StoredValue): bigint {
  if (!(value instanceof Uint8Array)) return BigInt(value);
  return BigInt.asIntN(8 * value.length, BigInt(`0x0${bytesOf(value).toString("hex")}`));
}

function decimalText(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  const sign = unscaled < 0n ? "-" : "";
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

const SECONDS_PER_DAY = 86_400n;
const MICROS = PER_SECOND.MICROS;

/** `2026-11-23T07:05:00.000000Z`; `null` for a time outside of the years that JavaScript knows. */
function isoInstant(time: bigint, perSecond: bigint): string | null {
  const micros = perSecond > MICROS ? floored(time, perSecond / MICROS) : time * (MICROS / perSecond);
  const milliseconds = floored(micros, 1_000n);
  const date = new Date(Number(milliseconds));
  if (Number.isNaN(date.getTime())) return null;
  return date.toISOString().replace("Z", `${String(micros - milliseconds * 1_000n).padStart(3, "0")}Z`);
}

const floored = (value: bigint, by: bigint): bigint =>
  value / by - (value < 0n && value % by !== 0n ? 1n : 0n);

/** `07:05:00`, and the fraction of the second if it has one. */
const timeText = (time: bigint, perSecond: bigint): string | null =>
  isoInstant(time, perSecond)
    ?.slice("YYYY-MM-DDT".length, -1)
    .replace(/\.?0+$/, "") ?? null;

const uuidText = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

/** Digits that tell each float from all others. */
const FLOAT_DIGITS = 9;

/** The double with the fewest digits that is this float. */
function shortest(float: number): number {
  for (let digits = 1; digits <= FLOAT_DIGITS; digits++) {
    const shorter = Number(float.toPrecision(digits));
    if (Math.fround(shorter) === float) return shorter;
  }
  return float;
}

/** Exponents of the numbers that are written without one. */
const PLAIN_EXPONENTS = { first: -4, last: 15 };

/** A number as DuckDB writes it: `1.0`, `1e-05`, `nan`. */
function floatText(value: number): string {
  if (!Number.isFinite(value)) return String(value).replace("Infinity", "inf").toLowerCase();
  const [digits = "", power = ""] = value.toExponential().split("e");
  const exponent = Number(power);
  if (exponent < PLAIN_EXPONENTS.first || exponent > PLAIN_EXPONENTS.last) {
    const [, sign = "", number = ""] = /^([+-])(\d+)$/.exec(power) ?? [];
    return `${digits}e${sign}${number.padStart(2, "0")}`;
  }
  const text = Object.is(value, -0) ? "-0" : String(value);
  return Number.isInteger(value) ? `${text}.0` : text;
}
