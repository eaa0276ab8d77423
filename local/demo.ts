import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ingest } from "./ingest";
import { printRows } from "./print-rows";
import { printSummary } from "./print-summary";
import { queryLake } from "./query";
import { SAMPLE_DEFAULTS, writeSample } from "./sample/write-sample";
import { write } from "./write";

const FOLDER = "demo";

/** A question, as someone would put it, and its SQL. */
interface Question {
  readonly text: string;
  readonly sql: string;
}

const QUESTIONS: readonly Question[] = [
  {
    text: "Who looks for holes? Clients with the most refused paths",
    sql: `SELECT client_ip, count(*) AS requests, count(DISTINCT request_url) AS urls, min(time) AS first_seen
FROM alb_access_logs
WHERE elb_status_code = '404'
GROUP BY client_ip
ORDER BY requests DESC
LIMIT 3`,
  },
  {
    text: "When did the checkout fail? Server errors by ten minutes",
    sql: `SELECT time_bucket(INTERVAL 10 MINUTE, time) AS since, count(*) AS errors, round(max(target_processing_time), 1) AS slowest_seconds
FROM alb_access_logs
WHERE elb_status_code >= '500' AND request_url LIKE '%/checkout%'
GROUP BY since
ORDER BY errors DESC
LIMIT 3`,
  },
  {
    text: "What does the cache spare the origin? Hits and bytes by content type",
    sql: `SELECT sc_content_type, count(*) AS requests,
  round(100.0 * count(*) FILTER (WHERE x_edge_result_type = 'Hit') / count(*), 1) AS hit_percent,
  sum(sc_bytes) AS bytes
FROM cloudfront_access_logs
GROUP BY sc_content_type
ORDER BY bytes DESC
LIMIT 4`,
  },
];

async function demo(): Promise<void> {
  const logs = join(FOLDER, "logs");
  const lake = join(FOLDER, "lake");
  await rm(FOLDER, { recursive: true, force: true });
  await write(
    `Made-up access logs of ${SAMPLE_DEFAULTS.hours} hours go to ${logs}, through the pipeline, into ${lake}.\n\n`,
  );
  await writeSample(logs, SAMPLE_DEFAULTS, () => undefined);
  const summary = await ingest({
    directory: logs,
    lake,
    deleteOriginals: false,
    onProgress: () => undefined,
  });
  await write(printSummary(summary, lake));
  for (const { text, sql } of QUESTIONS) {
    await write(`\n${text}\n\n`);
    await queryLake(lake, sql, (result) => printRows("table", result, write));
  }
  await write(`
Next:
  npm run access-logs -- query "SELECT * FROM alb_access_logs LIMIT 5" --lake ${lake}
  npm run access-logs -- ingest YOUR_LOGS --lake ./lake
                       your own logs: a folder as the bucket has it (aws s3 sync)
  npm run synth        the same pipeline for AWS, as Terraform JSON in cdktf.out
`);
}

demo().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
