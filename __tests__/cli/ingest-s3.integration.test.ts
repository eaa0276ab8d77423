import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type S3Server, startS3Server } from "../../testing/s3-server";
import { albKey, type TestLake, testLake } from "../helpers/lake";
import { albLine } from "../helpers/lines";
import { NO_CREDENTIALS, runProgram } from "../helpers/run-program";

let s3: S3Server;
let lake: TestLake;
beforeEach(async () => {
  s3 = await startS3Server();
  lake = testLake();
});
afterEach(async () => {
  lake.delete();
  await s3.close();
});

const line = (agent: string, time = "2026-11-23T07:01:02.000000Z") =>
  `${albLine({ user_agent: `"${agent}"`, time })}\n`;
const put = (key: string, text: string) => s3.put("logs", key, key.endsWith(".gz") ? gzipSync(text) : text);
const run = async (
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = {},
) => {
  const outcome = await runProgram(["ingest", ...args, "--lake", lake.lake], {
    environment: { AWS_ENDPOINT_URL_S3: s3.endpoint, AWS_MAX_ATTEMPTS: "1", ...environment },
  });
  return { ...outcome, text: outcome.stdout + outcome.stderr };
};
/** Objects that were read since the last call. */
const downloads = (): string[] => {
  const keys = s3.requests.filter(({ method, key }) => method === "GET" && key !== "").map(({ key }) => key);
  s3.forgetRequests();
  return keys;
};
const agents = async () =>
  (await lake.query("SELECT user_agent AS agent FROM alb_access_logs ORDER BY 1")).map(({ agent }) => agent);

describe("access-logs ingest s3://", () => {
  it("downloads the objects below a prefix, and a second time only what is new or has changed", async () => {
    const [one, two] = [albKey(), albKey()];
    put(one, line("one"));
    put("alb/renamed.log", line("renamed"));
    put("alb/", "");
    put("elsewhere/other.log", line("other"));
    const first = await run(["s3://logs/alb/"]);
    expect([first.status, first.stderr]).toEqual([0, ""]);
    expect(first.stdout).toContain("logs      2 files: 2 new, 0 read before\n");
    expect(first.stdout).toContain("alb/renamed.log: alb, by its lines, in 1 hour\n");
    expect(downloads()).toHaveLength(2);

    const second = await run(["s3://logs/alb/"]);
    expect(second.stdout).toContain("logs      2 files: 0 new, 2 read before\n");
    expect(second.stdout).toContain("alb/renamed.log: alb, by its lines, in 1 hour\n");
    expect(downloads()).toEqual([]);

    put(two, line("two"));
    put(one, line("one, changed"));
    put("alb/renamed.log", line("renamed") + line("added"));
    expect((await run(["s3://logs/alb/"])).status).toBe(0);
    expect(downloads().sort()).toEqual([one, two, "alb/renamed.log"].sort());
    expect(await agents()).toEqual(["added", "one, changed", "renamed", "two"]);
  });

  it("keeps the rows of an object that was replaced by one without any, and names it in each run", async () => {
    const key = albKey();
    put(key, line("one"));
    await run(["s3://logs/alb/"]);
    put(key, "# nothing\n");
    for (const _run of [1, 2]) {
      const { status, stdout } = await run(["s3://logs/alb/"]);
      expect(status).toBe(1);
      expect(stdout).toContain(`${key}: it has no row, and its old content has 1 row, which stay`);
    }
    expect(await agents()).toEqual(["one"]);
  });

  it("downloads again what was deleted from the lake", async () => {
    put(albKey(), line("one"));
    put("renamed.log", line("renamed"));
    await run(["s3://logs"]);
    rmSync(join(lake.lake, "raw"), { recursive: true });
    downloads();
    expect((await run(["s3://logs"])).status).toBe(0);
    expect(downloads()).toHaveLength(2);
    expect(await agents()).toEqual(["one", "renamed"]);
  });

  it("adds no row for what was ingested from a folder", async () => {
    const key = albKey();
    put(key, line("one"));
    lake.put(key, line("one"));
    await lake.ingest();
    expect((await run(["s3://logs"])).stdout).toContain("0 new in alb_access_logs");
    expect(await agents()).toEqual(["one"]);
  });

  it("goes on where a connection broke off, in a named file and in one without a name", async () => {
    const key = albKey();
    put(key, line("one"));
    put("renamed.log.gz", line("renamed"));
    const broken = new Set<string>();
    s3.setFault(({ key: asked, method }) => {
      if (method !== "GET" || asked === "" || broken.has(asked)) return undefined;
      broken.add(asked);
      return "broken-off";
    });
    expect((await run(["s3://logs"])).status).toBe(0);
    expect(broken.size).toBe(2);
    expect(await agents()).toEqual(["one", "renamed"]);
  });

  it("ends when credentials expire, and goes on with the rest later", async () => {
    const keys = Array.from({ length: 150 }, () => albKey());
    for (const [index, key] of keys.entries()) put(key, line(String(index)));
    let answers = 0;
    s3.setFault(({ method, key }) =>
      method === "GET" && key !== "" && ++answers > 20 ? { status: 400, code: "ExpiredToken" } : undefined,
    );
    const { status, stderr } = await run(["s3://logs"]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: ExpiredToken; renew your credentials/m);
    expect(stderr).not.toMatch(/\n\s+at /);
    s3.setFault(undefined);
    downloads();
    expect((await run(["s3://logs"])).stdout).toContain("150 files");
    expect(downloads()).toHaveLength(130);
    expect(await agents()).toHaveLength(150);
  });

  it("follows a bucket to its Region, also without a Region", async () => {
    put("renamed.log", line("renamed"));
    s3.setFault(({ region }) =>
      region === "eu-central-1"
        ? undefined
        : { status: 301, code: "PermanentRedirect", headers: { "x-amz-bucket-region": "eu-central-1" } },
    );
    expect((await run(["s3://logs"])).status).toBe(0);
    const empty = {
      AWS_REGION: undefined,
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    };
    expect((await run(["s3://logs"], empty)).status).toBe(0);
    expect(await agents()).toEqual(["renamed"]);
  });

  it("names an object that cannot be read, with the permission, and takes the others", async () => {
    const [denied, archived] = [albKey(), albKey()];
    for (const key of [denied, archived, "a.log", "b.log"]) put(key, line(key));
    s3.setFault(({ method, key }) => {
      if (method !== "GET") return undefined;
      if (key === denied || key === "a.log") return { status: 403, code: "AccessDenied" };
      return key === archived ? { status: 403, code: "InvalidObjectState" } : undefined;
    });
    const { status, text } = await run(["s3://logs"]);
    expect(status).toBe(1);
    expect(text).toMatch(/a\.log: access denied; you need s3:GetObject/);
    expect(text).toMatch(/access denied; you need s3:GetObject.*\n.*archived; restore it/);
    expect(await agents()).toEqual(["b.log"]);
  });

  it("says how to read an object that is encrypted with a key of its writer, and takes the others", async () => {
    const named = albKey();
    for (const key of [named, "its own.log", "b.log"]) put(key, line(key));
    const message =
      "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.";
    s3.setFault(({ method, key }) =>
      method === "GET" && (key === named || key === "its own.log")
        ? { status: 400, code: "InvalidRequest", message }
        : undefined,
    );
    const { status, text } = await run(["s3://logs"]);
    expect(status).toBe(1);
    expect(text).toMatch(
      new RegExp(`${named}: .*it is encrypted with a key that S3 does not keep \\(SSE-C\\)`),
    );
    expect(text).toMatch(/its own\.log: it is .* copy it with "aws s3 cp --sse-c AES256 --sse-c-key /);
    expect(await agents()).toEqual(["b.log"]);
  });

  it.each([
    [
      "no bucket",
      "s3://none/alb",
      {},
      /^error: s3:\/\/none\/alb: the bucket does not exist; check its name$/m,
    ],
    [
      "no object",
      "s3://logs/alb/",
      {},
      /^error: s3:\/\/logs\/alb\/: there is no object .* begins with "alb\/"/m,
    ],
    ["no bucket's name", "s3://", {}, /^error: s3:\/\/: expected s3:\/\/bucket/m],
    [
      "no credentials",
      "s3://logs",
      NO_CREDENTIALS,
      /^error: Could not load credentials.*sign in, e\.g\. with "aws sso login"/m,
    ],
    [
      "no server",
      "s3://logs",
      { AWS_ENDPOINT_URL_S3: "http://127.0.0.1:1" },
      /^error: s3:\/\/logs: S3 cannot be reached \(.*ECONNREFUSED/m,
    ],
  ])("says what to do about %s", async (_, url, environment, expected) => {
    put("elsewhere/a.log", line("a"));
    const { status, stderr } = await run([url], environment);
    expect(status).toBeGreaterThan(0);
    expect(stderr).toMatch(expected);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it("names the permission to list the objects", async () => {
    put("a.log", line("a"));
    s3.setFault(() => ({ status: 403, code: "AccessDenied" }));
    expect((await run(["s3://logs"])).stderr).toMatch(
      /^error: s3:\/\/logs: access denied; you need s3:ListBucket on logs/,
    );
  });

  it("uses the profile that is named", async () => {
    put("a.log", line("a"));
    const file = join(lake.logs, "config");
    writeFileSync(
      file,
      "[profile other]\naws_access_key_id = a\naws_secret_access_key = b\nregion = eu-west-1\n",
    );
    const environment = { ...NO_CREDENTIALS, AWS_REGION: undefined, AWS_CONFIG_FILE: file };
    expect((await run(["s3://logs", "--profile", "other"], environment)).status).toBe(0);
    expect(new Set(s3.requests.map(({ region }) => region))).toEqual(new Set(["eu-west-1"]));
  });

  it("deletes no object", async () => {
    put("a.log", line("a"));
    const { status, stderr } = await run(["s3://logs", "--move"]);
    expect([status, stderr]).toEqual([2, expect.stringContaining("--move deletes files of this machine")]);
    expect(s3.keys("logs")).toEqual(["a.log"]);
  });
});
