import { FORMATS, type FormatId } from ".";
import { keepsAll, type PrivacyOptions, type TablePrivacy, withDefaults } from "./privacy";

/** Configuration of a source, as the functions read it. */
export interface ConfiguredSource {
  readonly format: FormatId;
  /** Start of the keys of its objects. */
  readonly prefix: string;
  readonly name: string;
  /** True if the name is the value of the table's `source` partition key. */
  readonly partition?: boolean;
  /** Personal data that its rows must not contain. */
  readonly privacy?: PrivacyOptions | undefined;
  /** Set if its files are read where AWS delivers them, in this bucket, instead of moved. */
  readonly asDelivered?: { readonly bucket: string } | undefined;
}

/** A source whose files are read where AWS delivers them. */
export interface DeliveredSource {
  readonly name: string;
  readonly bucket: string;
  /** Start of the keys of its objects. */
  readonly prefix: string;
}

/** The properties of a table that depend on its sources. */
export interface ConfiguredTable {
  /** Name of the typed table. */
  readonly table: string;
  /** Values of the `source` partition key, if the table has one. */
  readonly sources?: readonly string[];
  /** Personal data that its rows must not contain. */
  readonly privacy?: readonly TablePrivacy[];
  /** The sources that are read as delivered, if there are any. */
  readonly delivered?: readonly DeliveredSource[];
}

type Source = Omit<ConfiguredSource, "prefix" | "asDelivered">;

/** The formats of the sources, in the order of the registry. */
export const formatsOf = (sources: readonly Pick<Source, "format">[]): readonly FormatId[] =>
  (Object.keys(FORMATS) as FormatId[]).filter((id) => sources.some(({ format }) => format === id));

/** Values of the `source` partition key of a format's table; empty if it has none. */
export const sourceNamesOf = (sources: readonly Source[], format: string): string[] =>
  sources.filter((source) => source.format === format && source.partition).map(({ name }) => name);

/** The sources of a format that are read as delivered. */
export const deliveredSourcesOf = (
  sources: readonly ConfiguredSource[],
  format: string,
): readonly DeliveredSource[] =>
  sources.flatMap(({ format: id, name, prefix, asDelivered }) =>
    asDelivered && id === format ? [{ name, prefix, bucket: asDelivered.bucket }] : [],
  );

/**
 * Starts of the keys of all objects that are moved. Sources of different formats can have common keys: a prefix that
 * begins with another one is left out.
 */
export const movedPrefixesOf = (
  sources: readonly Pick<ConfiguredSource, "prefix" | "asDelivered">[],
): readonly string[] => {
  const moved = sources.filter(({ asDelivered }) => asDelivered === undefined);
  const prefixes = [...new Set(moved.map(({ prefix }) => prefix))];
  return prefixes.filter((prefix) => !prefixes.some((other) => other !== prefix && prefix.startsWith(other)));
};

/** The tables of sources: sources of one format share a table. */
export const tablesOfSources = (sources: readonly ConfiguredSource[]): ConfiguredTable[] =>
  formatsOf(sources).map((id) => {
    const names = sourceNamesOf(sources, id);
    const privacy = privacyRulesOf(sources, id);
    const delivered = deliveredSourcesOf(sources, id);
    return {
      table: FORMATS[id].table,
      ...(names.length > 0 ? { sources: names } : {}),
      ...(privacy.length > 0 ? { privacy } : {}),
      ...(delivered.length > 0 ? { delivered } : {}),
    };
  });

/**
 * A rule for each source with `privacy` if the table is partitioned by source, else one rule for all sources. Empty if
 * everything is kept.
 */
function privacyRulesOf(sources: readonly Source[], format: string): TablePrivacy[] {
  const ofFormat = sources.filter((source) => source.format === format);
  const ruled = ofFormat
    .map(({ name, privacy }) => ({ name, privacy: withDefaults(privacy ?? {}) }))
    .filter(({ privacy }) => !keepsAll(privacy));
  const bySource = sourceNamesOf(sources, format).length > 0;
  if (bySource) return ruled.map(({ name, privacy }) => ({ source: name, ...privacy }));
  return ruled.slice(0, 1).map(({ privacy }) => privacy);
}
