import { FORMATS, type FormatId } from "../formats";

/** One place that access logs are delivered from: a load balancer or distribution, or several of one kind. */
export interface LogSource {
  /** Unique in the pipeline; the value of the `source` partition key if there is one. */
  readonly name: string;
  readonly format: FormatId;
  /** Prefix configured at the load balancer or distribution, with a slash at the end; empty if none is. */
  readonly prefix: string;
  /**
   * Accounts whose load balancers may deliver.
   *
   * @default - the account that is deployed to
   */
  readonly accounts?: readonly string[];
  /**
   * Partitions the table by `source`, too: for many sources of one kind that are mostly queried one by one. All
   * sources of a format must agree.
   *
   * @default false
   */
  readonly partition?: boolean;
}

/** What the keys of a source's objects start with, e.g. `alb/AWSLogs/`. */
export const keyPrefixOf = ({ prefix, format }: LogSource): string => prefix + FORMATS[format].deliveryFolder;

/** The formats among the sources, in the order of the registry. */
export const formatsOf = (sources: readonly LogSource[]): readonly FormatId[] =>
  (Object.keys(FORMATS) as FormatId[]).filter((id) => sources.some(({ format }) => format === id));

/** A source as `move-access-logs` knows it. */
export interface MoveSource {
  readonly format: FormatId;
  /** What the keys of its objects start with. */
  readonly prefix: string;
  /** Value of the `source` partition key, if the table has one. */
  readonly name?: string;
}

export const moveSourcesOf = (sources: readonly LogSource[]): readonly MoveSource[] =>
  sources.map((source) => ({
    format: source.format,
    prefix: keyPrefixOf(source),
    ...(source.partition ? { name: source.name } : {}),
  }));
