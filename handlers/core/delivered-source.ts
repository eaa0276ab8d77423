import { FORMATS } from "../../formats";
import type { ConfiguredSource } from "../../formats/configured-source";
import type { FolderLayout } from "../../formats/delivered-layout";

/** Where AWS delivers the files of a source, in folders by time. */
export interface DeliveredPlace {
  /** Name of the typed table. */
  readonly table: string;
  /** Configured name of the source. */
  readonly source: string;
  readonly bucket: string;
  /** Start of the source's keys. */
  readonly prefix: string;
  readonly layout: FolderLayout;
}

/** The place of a source's files in a bucket; `undefined` if its format has no folders by time. */
export function placeOf(
  { format, name, prefix }: ConfiguredSource,
  bucket: string,
): DeliveredPlace | undefined {
  const { table, delivered: layout } = FORMATS[format];
  return layout.kind === "folders" ? { table, source: name, bucket, prefix, layout } : undefined;
}

/** A source that is read as delivered, and the place of its files. */
export interface ReadSource {
  readonly source: ConfiguredSource;
  readonly place: DeliveredPlace;
}

/** The sources that are read as delivered. */
export const readSourcesOf = (sources: readonly ConfiguredSource[]): ReadSource[] =>
  sources.flatMap((source) => {
    const place = source.asDelivered && placeOf(source, source.asDelivered.bucket);
    return place ? [{ source, place }] : [];
  });
