// First of all: it registers the formats.
import "../helpers/made-up-formats";

import { FORMAT_IDS } from "../../formats";
import { hourOf } from "../../formats/hour";
import type { LogFormat } from "../../formats/log-format";
import { type Partition, rawPrefixOf } from "../../formats/partition-layout";
import { lineReader } from "../../formats/read-line";
import { athenaDdlFile, DDL_BUCKET, DDL_DATABASE } from "../../formats/render/athena-ddl-file";
import { type LakeTable, lakeColumnTypes, renderCommit } from "../../formats/render/lake-sql";
import { renderFormatPage } from "../../formats/render/markdown";
import { planMove } from "../../handlers/core/move-plan";
import { lakeReport } from "../../inspect/lake-report";
import { AccessLogPipeline } from "../../modules/access-log-pipeline";
import { LogBucket } from "../../modules/log-bucket";
import { ownersPolicyOf } from "../../pipeline/owners-policy";
import { renderQuestionsPage } from "../../scripts/questions-page";
import { parseSettings } from "../../settings/load";
import { pipelinePropsOf } from "../../settings/pipeline-props";
import { SWITCHES } from "../../terraform-module/inputs";
import { terraformModule } from "../../terraform-module/terraform-module";
import { synthesize } from "../../terraform-module/variants";
import { ownershipOf, startDeployment } from "../helpers/deployment";
import { testLake } from "../helpers/lake";
import { idOf, relay, tunnel } from "../helpers/made-up-formats";
import {
  configuredSourcesIn,
  onlyResource,
  resourcesOf,
  synthConstruct,
  synthSettings,
} from "../helpers/synth";

const MADE_UP = [tunnel, relay];
const SOURCES = MADE_UP.map((format) => ({
  name: `my-${format.id}`,
  format: idOf(format),
  prefix: `${format.id}/`,
}));
const SETTINGS = { name: "logs", region: "eu-central-1", sources: SOURCES };
const HOUR = hourOf(Date.UTC(2026, 10, 23, 7));

const rowsOf = (format: LogFormat) => {
  const read = lineReader(format);
  return format.samples.map((line) => {
    const result = read(line);
    return result.kind === "row" ? result.row : result.kind;
  });
};

describe("a format that is registered", () => {
  it("has its lines read", () => {
    expect(rowsOf(tunnel)).toEqual([
      {
        time: "2026-11-23T07:05:00.186641Z",
        client_ip: "198.51.100.7",
        client_port: 2817,
        bytes: 500,
        sni: "shop.example.com",
      },
      {
        time: "2026-11-23T07:06:10.000000Z",
        client_ip: "2001:db8::7",
        client_port: 443,
        bytes: null,
        sni: null,
      },
    ]);
    expect(rowsOf(relay)).toEqual([
      { date: "2026-11-23", time: "2026-11-23T07:05:00.000000Z", status: "200", seconds: 0.125 },
      { date: "2026-11-23", time: "2026-11-23T07:06:10.000000Z", status: "404", seconds: null },
    ]);
  });

  it("reads no line that lacks a field as a row, if no field is optional", () => {
    const line = tunnel.samples[0].split(" ").slice(0, 3).join(" ");
    expect(lineReader(tunnel)(line).kind).toBe("unparsed");
  });

  it("is delivered to the stack's bucket by policy or by access control list, as configured", () => {
    const json = synthSettings(SETTINGS);
    const { policy } = onlyResource(json, "aws_s3_bucket_policy") as {
      policy: { Statement: { Sid: string }[] };
    };
    expect(policy.Statement.filter(({ Sid }) => Sid.includes("Delivery"))).toEqual([
      {
        Sid: "TunnelLogDelivery",
        Effect: "Allow",
        Principal: { Service: "delivery.logs.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: [
          expect.stringMatching(
            /^\$\{aws_s3_bucket\.logs\.arn\}\/tunnel\/AWSLogs\/\$\{data\.aws_caller_identity\..+\}\/\*$/,
          ),
        ],
      },
    ]);
    expect(onlyResource(json, "aws_s3_bucket_ownership_controls").rule).toEqual({
      object_ownership: "BucketOwnerPreferred",
    });
    expect(onlyResource(json, "aws_s3_bucket_acl")).toBeDefined();
    const { value, description } = (json.output?.deliveries ?? {}) as { value: object; description: string };
    expect(value).toEqual({
      "my-tunnel": { bucket: "${aws_s3_bucket.logs.bucket}", prefix: "tunnel" },
      "my-relay": { bucket: "${aws_s3_bucket.logs.bucket_domain_name}", prefix: "relay/" },
    });
    expect(description).toContain("or access_logs of a tunnel or logs of a relay");
  });

  it("has its own policy statement, and no access control list unless it needs one", () => {
    const web = { name: "web", format: "alb", prefix: "alb/" };
    const json = synthSettings({ ...SETTINGS, sources: [web, SOURCES[0]] });
    const { policy } = onlyResource(json, "aws_s3_bucket_policy") as {
      policy: { Statement: { Sid: string }[] };
    };
    expect(policy.Statement.map(({ Sid }) => Sid)).toEqual([
      "DenyPlainText",
      "LoadBalancerLogDelivery",
      "TunnelLogDelivery",
    ]);
    expect(resourcesOf(json, "aws_s3_bucket_acl")).toEqual({});
  });

  it("has its tables and its hours of silence in the stack and in the sources of the functions", () => {
    const json = synthSettings(SETTINGS);
    const tables = Object.values(resourcesOf(json, "aws_glue_catalog_table")).map(({ name }) => name);
    expect(tables.sort()).toEqual([
      "relay_access_logs_lines",
      "relay_access_logs_raw",
      "tunnel_access_logs_lines",
      "tunnel_access_logs_raw",
    ]);
    const silence = Object.entries(resourcesOf(json, "aws_cloudwatch_metric_alarm"))
      .filter(([id]) => id.startsWith("no-logs-"))
      .map(([id, { evaluation_periods }]) => [id, evaluation_periods]);
    expect(Object.fromEntries(silence)).toEqual({ "no-logs-my-tunnel": 6, "no-logs-my-relay": 12 });
    expect(configuredSourcesIn(json).map(({ format, prefix }) => [format, prefix])).toEqual([
      ["tunnel", "tunnel/AWSLogs/"],
      ["relay", "relay/"],
    ]);
  });

  it("is refused in a Region without delivery, and with accounts that it does not use", () => {
    const broken = SOURCES.map((source) => ({ ...source, accounts: ["111122223333"] }));
    expect(() => parseSettings("test", { ...SETTINGS, region: "cn-north-1", sources: broken })).toThrow(
      /sources\[1\]\.accounts: must not be set for sources of Relay: relays of any account.*\n.*sources\[1\]\.format: must be a Region with relays, got "cn-north-1"/,
    );
    // If only Terraform knows the Region, Terraform checks it.
    const json = synthConstruct((scope) => {
      new AccessLogPipeline(scope, "logs", { name: "logs", sources: SOURCES });
    });
    const { lifecycle } = onlyResource(json, "aws_s3_bucket_acl") as {
      lifecycle: { precondition: object[] };
    };
    expect(lifecycle.precondition).toEqual([
      {
        condition: expect.stringMatching(
          /^\$\{!\(contains\(\["ap-east-1"\], .+\) \|\| startswith\(.+, "cn-"\)\)\}$/,
        ),
        error_message: expect.stringMatching(/^must be a Region with relays, got /),
      },
    ]);
  });

  it("defines whether the bucket may be encrypted with a key", () => {
    const bucketOf = (source: object) => () =>
      synthConstruct((scope) => {
        new LogBucket(scope, "logs", {
          name: { prefix: "logs-" },
          kmsKey: "arn:aws:kms:eu-central-1:111122223333:key/1",
          deliveries: [source as (typeof SOURCES)[number]],
          expirations: [],
        });
      });
    expect(bucketOf(SOURCES[0] ?? {})).not.toThrow();
    expect(bucketOf(SOURCES[1] ?? {})).toThrow("a bucket that relays deliver to");
  });

  it("is in the policy for the owner of an existing bucket", () => {
    const props = pipelinePropsOf(parseSettings("test", { ...SETTINGS, existingLogBucket: "company" }));
    const { Statement } = JSON.parse(ownersPolicyOf(props, "company", "111122223333"));
    expect(Statement).toMatchObject([
      { Sid: "TunnelLogDelivery", Resource: ["arn:aws:s3:::company/tunnel/AWSLogs/111122223333/*"] },
    ]);
  });

  it("is in the Terraform module, for any of its sources", () => {
    const chosen = [...FORMAT_IDS, "columnar", "moves files"];
    const assignment = SWITCHES.map(({ name }) => (chosen.includes(name) ? 1 : 0));
    const synthesized = synthesize(assignment);
    if (!synthesized) throw new Error("the constructs refuse the made-up formats");
    const { locals, variable, resource } = terraformModule([{ assignment, synthesized }]);
    expect(locals).toMatchObject({
      tunnel_sources: expect.stringMatching(/null\), 6\), .*if source\.format == "tunnel"\]\}$/),
      relay_sources: expect.stringMatching(/null\), 12\), .*if source\.format == "relay"\]\}$/),
    });
    const { aws_s3_bucket_policy, aws_glue_catalog_table } = resource as Record<string, object>;
    expect(JSON.stringify(aws_s3_bucket_policy)).toMatch(/TunnelLogDelivery.*delivery\.logs\.amazonaws\.com/);
    expect(Object.keys(aws_glue_catalog_table ?? {})).toEqual(
      expect.arrayContaining(["tunnel_access_logs_raw", "relay_access_logs_lines"]),
    );
    const rules = JSON.stringify((variable as Record<string, object>).sources);
    expect(rules).toContain("accounts must not be set for sources of Relay");
    expect(rules).toContain(`if contains([\\"alb\\",`);
  });

  it("is moved on AWS, and its texts become values of the typed table", () => {
    for (const { name, format, prefix } of configuredSourcesIn(synthSettings(SETTINGS))) {
      const key = `${prefix}x/${format}_2026-11-23T07.log.gz`;
      expect(
        planMove([{ name, format, prefix }], "identity", { bucket: "logs", key, size: 1 }, "logs"),
      ).toMatchObject({
        kind: "move",
        partition: { table: `${format}_access_logs`, hour: HOUR },
      });
    }
    const tableOf = (format: LogFormat): LakeTable => ({
      format,
      database: "logs",
      bucket: "b",
      bySource: false,
    });
    expect([...lakeColumnTypes(tableOf(relay))].slice(0, 4)).toEqual([
      ["date", "date"],
      ["time", "timestamp"],
      ["status", "string"],
      ["seconds", "double"],
    ]);
    const partition: Partition = { table: tunnel.table, hour: HOUR };
    const key = `${rawPrefixOf(partition)}a.gz`;
    const commit = renderCommit(tableOf(tunnel), {
      kind: "moved",
      partitions: [partition],
      ranges: [{ from: key, to: key }],
    });
    expect(commit).toContain("TRY_CAST(NULLIF(NULLIF(\"client_port\", '-'), '') AS integer)");
  });

  it("is ingested with and without privacy, and queried; the doctor finds its unparsed lines", async () => {
    for (const privacy of [undefined, { clientIps: "truncate", cookies: "drop" } as const]) {
      const lake = testLake();
      try {
        for (const format of MADE_UP)
          lake.put(`${format.id}/${format.id}_2026-11-23T07.log.gz`, `${format.samples.join("\n")}\n?\n`);
        expect(await lake.ingest(privacy ? { privacy } : {})).toMatchObject({
          moved: 2,
          skipped: {},
          rows: { tunnel_access_logs: 2, relay_access_logs: 2 },
          unparsed: { tunnel_access_logs: 1, relay_access_logs: 1 },
        });
        const select = "SELECT client_ip, client_port, bytes, sni FROM tunnel_access_logs ORDER BY time";
        const [first, second] = privacy ? ["198.51.100.0", "2001:db8::"] : ["198.51.100.7", "2001:db8::7"];
        expect(await lake.query(select)).toEqual([
          { client_ip: first, client_port: 2817, bytes: 500, sni: "shop.example.com" },
          { client_ip: second, client_port: 443, bytes: null, sni: null },
        ]);
        expect(
          await lake.query("SELECT status, seconds FROM relay_access_logs WHERE dt = '2026-11-23'"),
        ).toEqual([
          { status: "200", seconds: 0.125 },
          { status: "404", seconds: null },
        ]);
        const { findings } = await lakeReport(lake.lake, { isDeep: true });
        expect(findings.map(({ code, where }) => [code, where])).toEqual([
          ["unparsed-lines", tunnel.table],
          ["unparsed-lines", relay.table],
        ]);
      } finally {
        lake.delete();
      }
    }
  });

  it("is checked by the doctor on AWS", async () => {
    const deployment = await startDeployment(SOURCES);
    try {
      expect((await deployment.report("doctor")).findings).toEqual([]);
      deployment.s3.documents.delete(`${deployment.bucket} policy`);
      deployment.s3.documents.set(
        `${deployment.bucket} ownershipControls`,
        ownershipOf("BucketOwnerEnforced"),
      );
      const { findings } = await deployment.report("doctor");
      expect(findings.map(({ code, what }) => [code, what])).toEqual([
        [
          "delivery-denied",
          expect.stringContaining("does not allow delivery.logs.amazonaws.com to do s3:PutObject"),
        ],
        ["acl-off", "Relay needs access control lists, and the bucket has disabled them"],
      ]);
      expect((await deployment.report("status")).findings).toEqual([]);
    } finally {
      await deployment.close();
    }
  });

  it("is in the DDL and the documentation", () => {
    const ddl = athenaDdlFile({ database: DDL_DATABASE, bucket: DDL_BUCKET });
    expect(ddl).toContain(
      "CREATE EXTERNAL TABLE IF NOT EXISTS `access_logs`.`tunnel_access_logs_raw` (\n  `time` string",
    );
    expect(renderFormatPage(tunnel)).not.toContain("Older files");
    expect(renderFormatPage(tunnel)).toContain("| `bytes` | `bytes` | bigint | Bytes sent to the client |");
    expect(renderFormatPage(relay)).toContain("Lines of older files have at least 3 fields");
    expect(renderFormatPage(relay)).toContain("| `time` | `time` | timestamp | Time of day of the request |");
    for (const format of MADE_UP) expect(renderFormatPage(format)).toContain(format.samples.join("\n"));
    // There are no questions about it yet.
    expect(renderQuestionsPage()).not.toContain("Tunnel access logs");
  });
});
