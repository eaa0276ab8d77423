import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** Where Debian and Ubuntu put it; another place is named by the variable. */
const PATHS = [
  process.env.CHROMIUM ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

export const CHROMIUM = PATHS.find((path) => path !== "" && existsSync(path));

/** In a container there is no sandbox to be root in. */
export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM ?? "", args: ["--no-sandbox"] });
