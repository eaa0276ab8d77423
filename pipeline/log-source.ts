import { FORMATS, type FormatId } from "../formats";
import { type ConfiguredSource, formatsOf } from "../formats/configured-source";
import { deliveryFolderOf, type VendedDelivery } from "../formats/delivery";
import { type Privacy, type PrivacyOptions, withDefaults } from "../formats/privacy";

/** `hive`: files are moved to a Hive-style layout; `as-delivered`: they are read where AWS delivers them. */
export const LAYOUTS = ["hive", "as-delivered"] as const;
export type Layout = (typeof LAYOUTS)[number];

/** A load balancer, distribution, bucket or web ACL that delivers access logs, or several of one kind. */
export interface LogSource {
  /** Unique in the pipeline; the value of the `source` partition key if the table has it. */
  readonly name: string;
  readonly format: FormatId;
  /** Prefix configured where its logging is enabled, with a slash at the end; empty without a prefix. */
  readonly prefix: string;
  /**
   * Accounts whose load balancers or web ACLs may deliver; not for distributions and buckets.
   *
   * @default - the account of the pipeline
   */
  readonly accounts?: readonly string[];
  /**
   * ARN of a distribution or an Application Load Balancer of the pipeline's account: the pipeline then creates the delivery of its
   * logs by CloudWatch Logs, as JSON, with all fields that the table has. Nothing is to be enabled at the resource.
   *
   * @default - the logs are enabled elsewhere
   */
  readonly deliverFrom?: string;
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
   * @default - the maximum delay of the format's files: e.g. 2 for load balancers, 24 for distributions, 30 for buckets
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
   * Where the text of its logs is read: `hive`, after the pipeline moved each file to a partition of the raw table, or
   * `as-delivered`, where AWS delivers the files. The pipeline then only reads, and needs no events of the bucket. Not for
   * distributions and buckets, whose files all lie in one folder.
   *
   * @default "hive"
   */
  readonly layout?: Layout;
  /**
   * True if the keys of its objects have the prefix of another source with the same layout, too, so that what is set up
   * for a prefix, e.g. a filter of events, is enough for both.
   *
   * @default - found by comparing the prefixes
   */
  readonly isCovered?: boolean;
}

/** True if the pipeline reads the files of a source where AWS delivers them. */
export const isAsDelivered = ({ layout }: Pick<LogSource, "layout">): boolean => layout === "as-delivered";

/** How CloudWatch Logs delivers the logs of a source, if the pipeline creates the delivery. */
export function vendedDeliveryOf({
  format,
  deliverFrom,
}: {
  readonly format: FormatId;
  readonly deliverFrom?: string | undefined;
}): VendedDelivery | undefined {
  const { delivery } = FORMATS[format];
  return deliverFrom === undefined ? undefined : delivery.vended;
}

/** All of a source's privacy options. */
export const privacyOf = ({ privacy }: LogSource): Privacy => withDefaults(privacy ?? {});

/** What the keys of a source's objects start with, e.g. `alb/AWSLogs/`. */
export const keyPrefixOf = ({ prefix, format }: LogSource): string =>
  prefix + deliveryFolderOf(FORMATS[format].delivery);

/**
 * The sources whose prefixes are enough for all sources with the same layout. Sources of formats with distinct names may
 * have common keys, but S3 refuses overlapping filters of events, and Lake Formation a location that is registered.
 */
export const uncoveredSources = (sources: readonly LogSource[]): readonly LogSource[] =>
  sources.filter((source, index) => {
    const prefix = keyPrefixOf(source);
    const isCovered = sources.some((other, position) => {
      const covering = keyPrefixOf(other);
      return (
        isAsDelivered(other) === isAsDelivered(source) &&
        prefix.startsWith(covering) &&
        (position < index || prefix !== covering)
      );
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
 *
 * @param landing bucket that logs are delivered to
 */
export const configuredSourcesOf = (
  sources: readonly LogSource[],
  landing: string,
): readonly ConfiguredSource[] =>
  formatsOf(sources).flatMap((format) =>
    sources
      .filter((source) => source.format === format)
      .map((source) => {
        const { clientIps, cookies, queryStrings } = privacyOf(source);
        return {
          ...(isAsDelivered(source) ? { asDelivered: { bucket: landing } } : {}),
          format,
          name: source.name,
          ...(source.partition ? { partition: true } : {}),
          prefix: keyPrefixOf(source),
          privacy: { clientIps, cookies, queryStrings },
        };
      }),
  );
