import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { PageAssets } from "./render";

/** @param folder the folder of the built page: that of the program */
export async function readAssets(folder: string): Promise<PageAssets> {
  return {
    script: await readFile(join(folder, "report-page.js"), "utf8"),
    style: await readFile(join(folder, "report-page-style.css"), "utf8"),
  };
}
