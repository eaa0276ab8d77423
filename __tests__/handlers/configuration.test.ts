import { tablesOfSources } from "../../formats/configured-source";
import { CONFIGURATION_KEY } from "../../formats/partition-layout";
import { sourcesIn } from "../../handlers/configuration";

/** A store that holds one object, and counts how often it is read. */
function storeOf(...answers: readonly (string | undefined | Error)[]) {
  const asked: string[] = [];
  return {
    asked,
    read: async ({ bucket, key }: { bucket: string; key: string }) => {
      const answer = answers[Math.min(asked.length, answers.length - 1)];
      asked.push(`${bucket}/${key}`);
      if (answer instanceof Error) throw answer;
      return answer === undefined ? undefined : { body: answer, etag: "1", writtenAt: WRITTEN_AT };
    },
  };
}
const WRITTEN_AT = new Date("2026-11-23T07:00:00Z");
const WEB = { format: "alb", prefix: "web/AWSLogs/", name: "web" };

describe("the configured sources of the functions", () => {
  it("are read once, from the pipeline's bucket", async () => {
    const store = storeOf(JSON.stringify({ sources: [WEB] }));
    const sources = sourcesIn(store, "logs");
    expect(await sources()).toEqual([{ ...WEB, partition: false }]);
    await sources();
    expect(store.asked).toEqual([`logs/${CONFIGURATION_KEY}`]);
  });

  it("name the bucket of a source whose files are read as delivered", async () => {
    const source = { ...WEB, asDelivered: { bucket: "their-logs" } };
    expect(await sourcesIn(storeOf(JSON.stringify({ sources: [source] })), "logs")()).toEqual([
      { ...source, partition: false },
    ]);
  });

  it("are read again after a failure", async () => {
    const sources = sourcesIn(storeOf(new Error("SlowDown"), JSON.stringify({ sources: [WEB] })), "logs");
    await expect(sources()).rejects.toThrow("SlowDown");
    expect(await sources()).toHaveLength(1);
  });

  it.each([
    ["is missing", undefined],
    ["is not valid JSON", "{"],
    ["sources: ", "{}"],
    ["sources.0.asDelivered.bucket: ", JSON.stringify({ sources: [{ ...WEB, asDelivered: {} }] })],
    ["sources.0.format: ", JSON.stringify({ sources: [{ ...WEB, format: "gwlb" }] })],
    [
      "sources.0.privacy.clientIps: ",
      JSON.stringify({ sources: [{ ...WEB, privacy: { clientIps: "drop" } }] }),
    ],
  ])("are refused with the object and the fix if the object %s", async (problem, body) => {
    const refused = sourcesIn(storeOf(body), "logs")();
    await expect(refused).rejects.toMatchObject({ code: "INVALID_ENVIRONMENT" });
    await expect(refused).rejects.toThrow(`s3://logs/_config/sources.json: ${problem}`);
    await expect(refused).rejects.toThrow("deploy the stack again to write this object");
  });

  it("make one table for each format, with its partition sources and its privacy rules", () => {
    const hashed = { clientIps: "hash" } as const;
    expect(
      tablesOfSources([
        { format: "cloudfront", name: "cdn", prefix: "cf/" },
        { format: "alb", name: "web", prefix: "web/", partition: true, privacy: hashed },
        { format: "alb", name: "shop", prefix: "shop/", partition: true },
      ]),
    ).toEqual([
      {
        table: "alb_access_logs",
        sources: ["web", "shop"],
        privacy: [{ source: "web", clientIps: "hash", queryStrings: "keep", cookies: "keep" }],
      },
      { table: "cloudfront_access_logs" },
    ]);
    expect(
      tablesOfSources([
        { format: "alb", name: "web", prefix: "web/", privacy: hashed },
        { format: "alb", name: "shop", prefix: "shop/", privacy: { ...hashed, cookies: "keep" } },
      ]),
    ).toEqual([
      {
        table: "alb_access_logs",
        privacy: [{ clientIps: "hash", queryStrings: "keep", cookies: "keep" }],
      },
    ]);
  });

  it("make tables that name the sources which are read as delivered", () => {
    const asDelivered = { bucket: "their-logs" };
    expect(
      tablesOfSources([
        { format: "alb", name: "web", prefix: "web/AWSLogs/", asDelivered },
        { format: "alb", name: "shop", prefix: "shop/" },
      ]),
    ).toEqual([
      {
        table: "alb_access_logs",
        delivered: [{ name: "web", bucket: "their-logs", prefix: "web/AWSLogs/" }],
      },
    ]);
  });
});
