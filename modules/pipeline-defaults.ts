import { Fn, Op, Token } from "cdktf";
import { ARRIVALS_PREFIX, RAW_PREFIX } from "../formats/partition-layout";
import { isAsDelivered, keyPrefixOf, uncoveredSources } from "../pipeline/log-source";
import { databaseOf, RESULTS_PREFIX } from "../pipeline/names";
import {
  type AccessLogPipelineProps,
  DEFAULT_LOG_RETENTION_DAYS,
  DEFAULT_RESULTS_RETENTION_DAYS,
  isColumnar,
} from "../pipeline/props";
import { RUNTIMES } from "../pipeline/runtime";
import { MEMORY_MIB } from "../pipeline/sizing";
import type { FunctionDefaults } from "./handler-function";
import type { Expiration } from "./log-bucket";

const GIB = 1024 ** 3;
/** A marker is used within an hour. Without typed tables, markers that were not consumed can be deleted. */
const NOTE_DAYS = 30;

/** Name of the Glue database. Terraform computes it from values that are unknown at synthesis. */
export const databaseNameOf = (props: AccessLogPipelineProps): string =>
  props.database === undefined && Token.isUnresolved(props.name)
    ? Fn.replace(props.name, "-", "_")
    : databaseOf(props);

/** @param gib gibibytes, or a token that Terraform resolves */
export const bytesOf = (gib: number): number =>
  Token.isUnresolved(gib) ? Token.asNumber(Fn.floor(Op.mul(gib, GIB))) : Math.floor(gib * GIB);

/** Settings that all functions of the pipeline share. */
export const functionDefaults = (props: AccessLogPipelineProps): FunctionDefaults => ({
  memoryMiB: MEMORY_MIB,
  runtime: props.runtime ?? RUNTIMES[0],
  logRetentionDays: props.logRetentionDays ?? DEFAULT_LOG_RETENTION_DAYS,
  ...(props.kmsKey === undefined ? {} : { kmsKey: props.kmsKey }),
  ...(props.permissionsBoundary === undefined ? {} : { permissionsBoundary: props.permissionsBoundary }),
  ...(props.iamPath === undefined ? {} : { iamPath: props.iamPath }),
  ...(props.globalNameSuffix === undefined ? {} : { globalNameSuffix: props.globalNameSuffix }),
  ...(props.vpc === undefined ? {} : { vpc: props.vpc }),
});

/** Expirations in the pipeline's bucket. */
export const expirationsOf = (props: AccessLogPipelineProps): Expiration[] => [
  {
    id: "query-results",
    prefix: RESULTS_PREFIX,
    days: props.resultsRetentionDays ?? DEFAULT_RESULTS_RETENTION_DAYS,
  },
  // With typed tables, markers are the work list: they stay until they are consumed.
  ...(isColumnar(props) ? [] : [{ id: "notes", prefix: ARRIVALS_PREFIX, days: NOTE_DAYS }]),
  ...(props.rawRetentionDays === undefined
    ? []
    : [{ id: "raw", prefix: RAW_PREFIX, days: props.rawRetentionDays }]),
];

/** Expirations in the bucket for deliveries: the originals of sources that are read as delivered are their text. */
export const originalExpirationsOf = ({ sources, rawRetentionDays }: AccessLogPipelineProps): Expiration[] =>
  rawRetentionDays === undefined
    ? []
    : uncoveredSources(sources)
        .filter(isAsDelivered)
        .map((source) => ({
          id: `delivered-${source.name}`,
          prefix: keyPrefixOf(source),
          days: rawRetentionDays,
        }));
