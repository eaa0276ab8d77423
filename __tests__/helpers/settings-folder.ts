import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A new folder with the settings of a pipeline for one load balancer, in which commands can run. @param name of the pipeline */
export function settingsFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), "settings-"));
  const sources = [{ name: "alb", format: "alb", prefix: "alb/" }];
  writeFileSync(join(folder, "access-logs.json"), JSON.stringify({ name, region: "eu-central-1", sources }));
  return folder;
}
