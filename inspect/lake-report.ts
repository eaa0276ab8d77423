import type { HourRange } from "../handlers/core/add-partitions";
import { progressLine } from "../terminal/progress-line";
import { counted } from "../terminal/quantities";
import { judgeLake } from "./judge-lake";
import { filesOf } from "./judge-streams";
import { type LakeFacts, lakeFacts } from "./lake-facts";
import { printStreams, streamJson } from "./print-streams";
import type { Report } from "./report";

export interface LakeReportOptions {
  /**
   * Hours whose files are inspected.
   *
   * @default - all
   */
  readonly range?: HourRange;
  /** True to read every log and every value, too. */
  readonly isDeep: boolean;
}

/** Inspects a local lake. */
export async function lakeReport(folder: string, { range, isDeep }: LakeReportOptions): Promise<Report> {
  const now = new Date();
  const progress = progressLine(process.stderr);
  const facts = await lakeFacts(folder, {
    now,
    ...(range ? { range } : {}),
    isDeep,
    onProgress: progress.show,
  });
  progress.clear();
  return {
    subject: `lake ${facts.kind === "none" ? facts.folder : facts.root}`,
    at: now,
    tables: facts.kind === "none" ? [] : [printStreams(facts.streams, now)],
    values: valuesOf(facts, now),
    findings: judgeLake(facts),
    allIsWell: facts.kind === "none" ? "" : wellOf(facts, isDeep),
  };
}

const valuesOf = (facts: LakeFacts, now: Date) =>
  facts.kind === "none"
    ? {}
    : { streams: facts.streams.map((stream) => streamJson(stream, now)), skipped: facts.skipped };

type Existing = Extract<LakeFacts, { kind: "lake" }>;

function wellOf({ streams, parquet }: Existing, isDeep: boolean): string {
  const files = filesOf(streams);
  // A lake without any log has a finding.
  if (files + parquet.length === 0)
    return "no logs in these hours; without --since and --from, all hours are shown";
  const looked = `${counted(files, "log")} and ${counted(parquet.length, "Parquet file")}`;
  return isDeep ? `${looked} read completely, no problems found` : `${looked}, all committed`;
}
