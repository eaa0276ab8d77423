import { FORMATS, type FormatId } from "../formats";
import { type ConfiguredSource, formatsOf } from "../formats/configured-source";
import { type Privacy, type PrivacyOptions, withDefaults } from "../formats/privacy";

/** A source of access logs: a load balancer or distribution, or several of one kind. */
export interface LogSource {
  /** Unique name in the pipeline; the value of the `source` partition key if there is one. */
  readonly name: string;
  readonly format: FormatId;
  /**
   * Prefix configured at the load balancer or distribution, with a slash at the end; empty if none is
   * configured.
   */
  readonly prefix: string;
  /**
   * Accounts whose load balancers may deliver.
   *
   * @default - the account of the deployment
   */
  readonly accounts?: readonly string[];
  /**
   * Also partitions the table by `source`: for many sources of one kind that are mostly queried one by one.
   * All sources of a format must use the same value.
   *
   * @default false
   */
  readonly partition?: boolean;
  /**
   * Hours without a file before an alarm, up to 168; 0 for no alarm. A load balancer without requests
   * delivers no files.
   *
   * @default - the longest delay of the format's files: 2 for load balancers, 24 for distributions
   */
  readonly silentAfterHours?: number;
  /**
   * What the typed table holds instead of clients' addresses, query strings and cookies. Sources of a format
   * that are not partitioned by name share a table and its rows, so they must use the same values.
   *
   * @default - what was logged
   */
  readonly privacy?: PrivacyOptions;
}

/** All of a source's privacy options. */
export const privacyOf = ({ privacy }: LogSource): Privacy => withDefaults(privacy ?? {});

/** Prefix of a source's object keys, e.g. `alb/AWSLogs/`. */
export const keyPrefixOf = ({ prefix, format }: LogSource): string => prefix + FORMATS[format].deliveryFolder;

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
