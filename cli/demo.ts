import { rm } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { ingest } from "../lake/ingest";
import { PROPOSED_LAKE } from "../lake/layout";
import { withLake } from "../lake/query";
import { QUESTIONS } from "../questions";
import { ALL_TIME } from "../questions/range";
import { renderQuestion } from "../questions/render";
import { columnUnit } from "../questions/unit";
import { SAMPLE_DEFAULTS, writeSample } from "../sample/write-sample";
import { printRows } from "../terminal/print-rows";
import { writeErrors, writeTable, writeText } from "../terminal/write";
import { makeReport } from "./make-report";
import { pageWriter } from "./page-writer";
import { printSummary } from "./print-summary";

const FOLDER = "demo";

/** Questions about events in the sample logs: a scanner, an outage, and the effect of the cache. */
const SHOWN = ["alb_scanners", "alb_status_over_time", "cloudfront_cache_hits"];

async function demo(): Promise<void> {
  const logs = join(FOLDER, "logs");
  const lake = join(FOLDER, "lake");
  await rm(FOLDER, { recursive: true, force: true });
  await writeText(
    `Writing sample access logs of ${SAMPLE_DEFAULTS.hours} hours to ${logs}, and ingesting them into the lake ${lake}.\n\n`,
  );
  await writeSample(logs, SAMPLE_DEFAULTS, () => undefined);
  const summary = await ingest({
    inputs: [logs],
    lake,
    deleteOriginals: false,
    onProgress: () => undefined,
  });
  await writeText(printSummary(summary, lake));
  await withLake(lake, {}, async (open) => {
    for (const question of QUESTIONS.filter(({ name }) => SHOWN.includes(name))) {
      await writeText(`\n${question.title} (ask ${question.name})\n\n`);
      await open.query(renderQuestion(question, ALL_TIME), (result) =>
        printRows("table", result, writeTable, { unitOf: columnUnit }),
      );
    }
  });
  const report = join(FOLDER, "report.html");
  await makeReport({
    lake,
    range: undefined,
    timeZone: "UTC",
    save: await pageWriter({ output: report, isForced: false }),
  });
  await writeText(`
The whole picture: open ${report} in a browser.

Next:
  npx access-logs ask
                       list all built-in questions
  npx access-logs report --lake ${lake} --tz Europe/Berlin
                       the page of the picture above, in your time zone
  npx access-logs query "SELECT * FROM alb_access_logs LIMIT 5" --lake ${lake}
  npx access-logs ingest YOUR_LOGS --lake ${PROPOSED_LAKE}
                       ingest your own logs: folders, files or archives
  npm run synth        the same pipeline for AWS, as Terraform JSON in cdktf.out
`);
}

demo().catch((error: unknown) => {
  writeErrors(...inspect(error).split("\n"));
  process.exitCode = 1;
});
