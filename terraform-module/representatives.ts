import { ref, Token } from "cdktf";
import { FORMAT_IDS, FORMATS, type FormatId } from "../formats";
import { withDefaults } from "../formats/privacy";
import type { Layout, LogSource } from "../pipeline/log-source";
import { snakeCase } from "./snake-case";
import { type Json, mapTexts, textsIn } from "./tree";

/** A format in names of the module. */
export const moduleNameOf = (format: FormatId): string => format.replaceAll("-", "_");

/** Two, so that values that depend on the number of sources are noticed. */
export const REPRESENTATIVES = [1, 2];

/** Options of sources that determine more than a value. */
interface SourceOptions {
  readonly bySource: boolean;
  /** False for sources that may be silent indefinitely. */
  readonly isWatched: boolean;
  /** True for sources whose keys have the prefix of another source, too. */
  readonly isCovered: boolean;
  readonly layout: Layout;
  /** True for sources with deliveries that the module creates. */
  readonly isVended: boolean;
}

/** Local value: the ARNs of the resources that deliver, by the name of the source. */
export const DELIVER_FROM = "local.deliver_from";

/**
 * Two sources that represent any number of sources of a format. Their texts are Terraform references, so that all
 * results of the constructs show which source they come from.
 */
export const representativesOf = (
  format: FormatId,
  { bySource, isWatched, isCovered, layout, isVended }: SourceOptions,
): LogSource[] =>
  REPRESENTATIVES.map((index) => {
    const source = `${moduleNameOf(format)}_${index}`;
    return {
      name: `\${${source}.name}`,
      format,
      prefix: `\${${source}.prefix}`,
      // Only a delivery that a bucket policy allows has accounts.
      ...(FORMATS[format].delivery.kind === "bucket-policy" && !isVended
        ? { accounts: [`\${${source}.account}`] }
        : {}),
      ...(isVended ? { deliverFrom: `\${${DELIVER_FROM}[${source}.name]}` } : {}),
      partition: bySource,
      layout,
      silentAfterHours: isWatched ? Token.asNumber(ref(`${source}.silent_after_hours`)) : 0,
      privacy: Object.fromEntries(
        PRIVACY_OPTIONS.map((option) => [option, `\${${source}.${snakeCase(option)}}`]),
      ),
      isCovered,
    };
  });

const PRIVACY_OPTIONS = Object.keys(withDefaults({}));

const NAMES = FORMAT_IDS.map(moduleNameOf).join("|");
/** A reference that the constructs got, e.g. `alb_1.prefix`. */
const REFERENCE = new RegExp(
  `\\b(${NAMES})_(\\d)\\.(?=${["name", "prefix", "account", "silent_after_hours", ...PRIVACY_OPTIONS.map(snakeCase)].join("|")})`,
  "g",
);
const MARKS = REPRESENTATIVES.map((index) => `_${index}.`);
/** An id built from a source's name: `no-logs-\${alb_1.name}`. */
export const ADDRESS = new RegExp(`\\b(aws_\\w+\\.[\\w-]+-)\\$\\{(${NAMES})_(\\d)\\.name\\}`, "g");

/** The representatives that a value refers to, e.g. `alb_1`. */
export const mentioned = (value: Json): ReadonlySet<string> =>
  new Set(
    [...textsIn(value)].flatMap((text) =>
      // Most texts are about no source.
      MARKS.some((mark) => text.includes(mark))
        ? [...text.matchAll(REFERENCE)].map(([, format, index]) => `${format}_${index}`)
        : [],
    ),
  );

/** The same value for any source: `source.name` instead of `alb_1.name`. */
export const forAny = (value: Json): Json => mapTexts(value, (text) => text.replaceAll(REFERENCE, "source."));
