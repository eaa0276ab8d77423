import { gzipSync } from "node:zlib";
import { openLake } from "../../lake/query";
import type { Range } from "../../questions/range";
import { collect, REPORTED_TABLES } from "../../report/collect";
import { keptCounts } from "../../report/kept-counts";
import { lakeEngine } from "../../report/lake-engine";
import { rejectedIn } from "../../report/lake-rejected";
import type { Report } from "../../report/model";
import { albKey, cloudfrontKey, keyOf, type TestLake, testLake } from "./lake";
import { albLine, cloudfrontLine, LINES } from "./lines";
import { logFiles, loggedRequests } from "./requests";

/** Values that try to end a text, a script, an attribute or a cell. */
export const HOSTILE = {
  agent: "</script><script>window.broken=1</script><img src=x onerror=window.broken=1>",
  path: "/<img/src=x/onerror=window.broken=1>",
  referrer: "=HYPERLINK(1)\u202e",
};

/** A lake with requests of a few hours, hostile values among them. */
export async function reportLake(): Promise<TestLake> {
  const lake = testLake();
  const requests = loggedRequests(11);
  for (const [hour, text] of logFiles("alb", requests))
    lake.put(albKey(`${hour.replaceAll("-", "")}05Z`), text);
  for (const [hour, text] of logFiles("cloudfront", requests))
    lake.put(cloudfrontKey(hour.replace("T", "-")), text);
  lake.put(
    albKey(),
    `${albLine({ user_agent: `"${HOSTILE.agent}"`, request_line: `"GET https://shop.example.com:443${HOSTILE.path} HTTP/1.1"` })}\nnot a line\n`,
  );
  lake.put(
    cloudfrontKey(),
    `#Version: 1.0\n${cloudfrontLine({ "cs(Referer)": HOSTILE.referrer, "cs(User-Agent)": HOSTILE.agent.replaceAll(" ", "%20") })}\n`,
  );
  // A format without panels that filter.
  lake.put(
    keyOf("s3"),
    Array.from({ length: 20 }, (_, index) =>
      LINES.s3({ key: `${HOSTILE.path}${index + 10}`, requester: "-", httpstatus: "200", errorcode: "-" }),
    ).join("\n"),
  );
  // A format without rows.
  lake.put(keyOf("nlb"), `${HOSTILE.agent}\n`);
  // Cut off in the middle.
  const whole = gzipSync(albLine().repeat(50));
  lake.put(albKey("20261123T0905Z"), whole.subarray(0, whole.length / 2));
  await lake.ingest();
  return lake;
}

/** The report of a lake. */
export async function reportOf(folder: string, range?: Range, timeZone = "UTC"): Promise<Report> {
  const lake = await openLake(folder);
  try {
    const collected = await collect(keptCounts(lakeEngine(lake)), { range, timeZone });
    return {
      made: Date.UTC(2026, 10, 24),
      timeZone,
      source: "a lake",
      options: "--lake 'a lake'",
      ...collected,
      rejected: await rejectedIn(folder, REPORTED_TABLES),
      cuts: [],
    };
  } finally {
    lake.close();
  }
}
