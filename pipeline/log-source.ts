import { FORMATS, type FormatId } from "../formats";
import { type ConfiguredSource, formatsOf } from "../formats/configured-source";
import { deliveryFolderOf } from "../formats/delivery";
import { type Privacy, type PrivacyOptions, withDefaults } from "../formats/privacy";

/** A load balancer or distribution that delivers access logs, or several of one kind. */
export interface LogSource {
  /** Unique in the pipeline; the value of the `source` partition key if the table has it. */
  readonly name: string;
  readonly format: FormatId;
  /** Prefix configured at the load balancer or distribution, with a slash at the end; empty without a prefix. */
  readonly prefix: string;
  /**
   * Accounts whose load balancers may deliver.
   *
   * @default - the account of the pipeline
   */
  readonly accounts?: readonly string[];
  /**
   * Partitions the table by `source`, too: for many sources of one kind that are mostly queried one by one. It must be the
   * same for all sources of a format.
   *
   * @default false
   */
  readonly partition?: boolean;
  /**
   * Hours without a file after which an alarm is raised, at most 168; 0: no alarm. A load balancer without requests delivers no
   * files.
   *
   * @default - the maximum delay of the format's files: 2 for load balancers, 24 for distributions
   */
  readonly silentAfterHours?: number;
  /**
   * How the typed table stores client addresses, query strings and cookies. It must be the same for all sources of a format
   * unless they are partitioned, because they share partitions.
   *
   * @default - as logged
   */
  readonly privacy?: PrivacyOptions;
  /**
   * True if the keys of its objects have the prefix of another source, too, so that one filter of events is enough for both.
   *
   * @default - found by comparing the prefixes
   */
  readonly isCovered?: boolean;
}

/** All of a source's privacy options. */
export const privacyOf = ({ privacy }: LogSource): Privacy => withDefaults(privacy ?? {});

/** What the keys of a source's objects start with, e.g. `alb/AWSLogs/`. */
export const keyPrefixOf = ({ prefix, format }: LogSource): string =>
  prefix + deliveryFolderOf(FORMATS[format].delivery);

/**
 * The sources whose prefixes are needed to get the events of all sources: S3 refuses overlapping filters. Sources of
 * formats with distinct names may have common keys.
 */
export const uncoveredSources = (sources: readonly LogSource[]): readonly LogSource[] =>
  sources.filter((source, index) => {
    const prefix = keyPrefixOf(source);
    const isCovered = sources.some((other, position) => {
      const covering = keyPrefixOf(other);
      return prefix.startsWith(covering) && (position < index || prefix !== covering);
    });
    return !(source.isCovered ?? isCovered);
  });

/**
 * A week: the longest period that a CloudWatch alarm evaluates.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
 */
export const MAX_SILENT_HOURS = 168;
export const isSilenceAllowed = (hours: number): boolean =>
  Number.isInteger(hours) && hours >= 0 && hours <= MAX_SILENT_HOURS;

/** Hours without a file that indicate a problem with a source; 0 if there is no such limit. */
export const silentAfterHoursOf = ({ silentAfterHours, format }: LogSource): number =>
  silentAfterHours ?? FORMATS[format].lateByHours;

/**
 * The sources as the functions read them. They are ordered by format, and their attributes as Terraform
 * writes them, so that the Terraform module produces the same text.
 */
export const configuredSourcesOf = (sources: readonly LogSource[]): readonly ConfiguredSource[] =>
  formatsOf(sources).flatMap((format) =>
    sources
      .filter((source) => source.format === format)
      .map((source) => {
        const { clientIps, cookies, queryStrings } = privacyOf(source);
        return {
          format,
          name: source.name,
          ...(source.partition ? { partition: true } : {}),
          prefix: keyPrefixOf(source),
          privacy: { clientIps, cookies, queryStrings },
        };
      }),
  );
