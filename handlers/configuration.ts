import * as z from "zod/mini";
import { FORMAT_IDS } from "../formats";
import type { ConfiguredSource } from "../formats/configured-source";
import { CONFIGURATION_KEY } from "../formats/partition-layout";
import { ADDRESS_MODES, TEXT_MODES } from "../formats/privacy";
import { PermanentError } from "./core/errors";
import { jsonOf, problemsOf } from "./core/json";
import type { ObjectStore } from "./core/ports";

const configuration = z.strictObject({
  sources: z.array(
    z.strictObject({
      format: z.enum(FORMAT_IDS),
      prefix: z.string(),
      name: z.string().check(z.regex(/^[a-z0-9][a-z0-9_-]*$/)),
      partition: z.optional(z.boolean()),
      asDelivered: z.optional(z.strictObject({ bucket: z.string().check(z.minLength(3)) })),
      privacy: z.optional(
        z.strictObject({
          clientIps: z.optional(z.enum(ADDRESS_MODES)),
          queryStrings: z.optional(z.enum(TEXT_MODES)),
          cookies: z.optional(z.enum(TEXT_MODES)),
        }),
      ),
    }),
  ),
});

/**
 * Configuration that Terraform writes into the bucket for the functions: all values that grow with the
 * sources.
 */
export type Configuration = z.input<typeof configuration>;

/** What is configured, and since when. */
export interface Configured {
  readonly sources: readonly ConfiguredSource[];
  /** When the object was written. */
  readonly writtenAt: Date;
}

/**
 * Reads the configuration that Terraform wrote into the pipeline's bucket: once per Lambda environment, and again
 * after a failure. A deployment that changes it starts new environments.
 *
 * @throws PermanentError `INVALID_ENVIRONMENT` that names the object and all missing or invalid values
 */
export function configurationIn(store: Pick<ObjectStore, "read">, bucket: string): () => Promise<Configured> {
  let configured: Configured | undefined;
  return async () => {
    configured ??= await readConfiguration(store, bucket);
    return configured;
  };
}

/** Only the sources of the configuration. @throws as `configurationIn` */
export function sourcesIn(
  store: Pick<ObjectStore, "read">,
  bucket: string,
): () => Promise<readonly ConfiguredSource[]> {
  const configurationOf = configurationIn(store, bucket);
  return async () => (await configurationOf()).sources;
}

async function readConfiguration(store: Pick<ObjectStore, "read">, bucket: string): Promise<Configured> {
  const place = `s3://${bucket}/${CONFIGURATION_KEY}`;
  const object = await store.read({ bucket, key: CONFIGURATION_KEY });
  if (object === undefined) throw invalid(place, "is missing");
  const stored = jsonOf(object.body);
  if (stored === undefined) throw invalid(place, "is not valid JSON");
  const result = z.safeParse(configuration, stored);
  if (result.success) {
    const sources = result.data.sources.map(({ partition = false, ...source }) => ({ ...source, partition }));
    return { sources, writtenAt: object.writtenAt };
  }
  throw invalid(place, problemsOf(result.error));
}

const invalid = (place: string, problem: string): PermanentError =>
  new PermanentError(
    "INVALID_ENVIRONMENT",
    `${place}: ${problem}; deploy the stack again to write this object`,
  );
