import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { BACKENDS } from "../helpers/backends";
import { startS3Server } from "../helpers/s3-server";
import { synthSettings } from "../helpers/synth";

const SETTINGS = {
  name: "access-logs",
  region: "eu-central-1",
  sources: [{ name: "alb", format: "alb", prefix: "alb/" }],
};
const terraformBlock = (backend: object) => synthSettings({ ...SETTINGS, backend }).terraform;
const HAS_TERRAFORM = spawnSync("terraform", ["version"]).status === 0;

describe("the place for state", () => {
  it.each(BACKENDS.map(({ settings, block }) => [JSON.stringify(settings), settings, block] as const))(
    "is what the settings say, and only that: %s",
    (_, settings, block) => {
      expect(terraformBlock(settings).backend).toEqual(block);
    },
  );

  it.each([[{ name: "access-logs" }], [{ tags: ["logs", "prod"], project: "platform" }]])(
    "is HCP Terraform, instead of a backend, with the workspaces %j",
    (workspaces) => {
      const block = terraformBlock({ type: "cloud", organization: "acme", workspaces });
      expect(block).toMatchObject({ cloud: { organization: "acme", workspaces } });
      expect(block.backend).toBeUndefined();
    },
  );

  it.each([
    [{ type: "s3", bucket: "state" }, "backend.key: "],
    [{ type: "s3", bucket: "state", key: "k", region: "r", access_key: "AKIA" }, '"access_key"'],
    [
      { type: "s3", bucket: "b-1", key: "k", region: "r", assume_role: { role_arn: "me" } },
      "must be the ARN",
    ],
    [{ type: "cloud", organization: "acme", workspaces: {} }, 'must have "name" or "tags"'],
    [
      { type: "remote", organization: "acme", workspaces: { name: "a", prefix: "b" } },
      'must have "name" or "prefix"',
    ],
    [{ type: "http", address: "state" }, "backend.address: "],
    [{ type: "swift" }, "backend"],
  ])("is refused, by the name of the option, when it is %j", (backend, message) => {
    expect(() => terraformBlock(backend)).toThrow(message);
  });
});

/** A state server, as the http backend wants it. */
async function startStateServer() {
  let state = "";
  let lock: string | undefined;
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    requests.push(request.method ?? "");
    switch (request.method) {
      case "LOCK":
        if (lock !== undefined) return response.writeHead(423).end(lock);
        lock = body;
        return response.end();
      case "UNLOCK":
        lock = undefined;
        return response.end();
      case "POST":
        state = body;
        return response.end();
      default:
        return state === "" ? response.writeHead(404).end() : response.end(state);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/state`,
    requests,
    state: () => state,
    lock: (by: string) => {
      lock = by;
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

(HAS_TERRAFORM ? describe : describe.skip)("with real Terraform, state", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "backend-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A configuration that needs no provider, with the backend of the stack. */
  const prepare = (backend: object, answer = 42) =>
    writeFileSync(
      join(folder, "cdk.tf.json"),
      JSON.stringify({
        terraform: { backend: terraformBlock(backend).backend },
        output: { answer: { value: answer } },
      }),
    );
  const terraformWith = (variables: NodeJS.ProcessEnv, ...args: readonly string[]) =>
    promisify(execFile)("terraform", [...args, "-input=false", "-no-color"], {
      cwd: folder,
      env: { ...process.env, ...variables },
    });
  const terraform = (...args: readonly string[]) => terraformWith({}, ...args);

  it("is held and locked by a server", async () => {
    const server = await startStateServer();
    try {
      const { address } = server;
      prepare({ type: "http", address, lock_address: address, unlock_address: address });
      await terraform("init");
      await terraform("apply", "-auto-approve");
      expect(JSON.parse(server.state()).outputs.answer.value).toBe(42);
      expect(server.requests).toEqual(expect.arrayContaining(["LOCK", "POST", "UNLOCK"]));
      server.lock(JSON.stringify({ ID: "x", Who: "a colleague" }));
      await expect(terraform("apply", "-auto-approve")).rejects.toMatchObject({
        stderr: expect.stringContaining("already locked: ID=x"),
      });
    } finally {
      await server.close();
    }
  });

  it("is held in a bucket, and locked by a file beside it", async () => {
    const server = await startS3Server();
    server.put("state", "others", "");
    try {
      prepare({
        type: "s3",
        bucket: "state",
        key: "access-logs.tfstate",
        region: "eu-central-1",
        endpoints: { s3: server.endpoint },
        use_path_style: true,
        skip_credentials_validation: true,
        skip_requesting_account_id: true,
        skip_metadata_api_check: true,
      });
      const credentials = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
      await terraformWith(credentials, "init");
      await terraformWith(credentials, "apply", "-auto-approve");
      const state = JSON.parse(server.read("state", "access-logs.tfstate") ?? "{}");
      expect(state.outputs.answer.value).toBe(42);
      expect(server.keys("state")).toEqual(["access-logs.tfstate", "others"]);
      server.put("state", "access-logs.tfstate.tflock", JSON.stringify({ ID: "x", Who: "a colleague" }));
      await expect(terraformWith(credentials, "apply", "-auto-approve")).rejects.toMatchObject({
        stderr: expect.stringMatching(/Error acquiring the state lock[\s\S]*a colleague/),
      });
    } finally {
      await server.close();
    }
  });

  it("is held by a file beside the stack, and locked while it is in use", async () => {
    prepare({ type: "local" });
    await terraform("init");
    await terraform("apply", "-auto-approve");
    expect(JSON.parse(readFileSync(join(folder, "terraform.tfstate"), "utf8")).outputs.answer.value).toBe(42);
    // One that waits for an answer keeps the lock.
    prepare({ type: "local" }, 43);
    const waiting = spawn("terraform", ["apply", "-no-color"], { cwd: folder });
    const isOver = once(waiting, "exit");
    for await (const text of waiting.stdout.setEncoding("utf8")) if (text.includes("Enter a value:")) break;
    await expect(terraform("apply", "-auto-approve")).rejects.toMatchObject({
      stderr: expect.stringContaining("Error acquiring the state lock"),
    });
    waiting.kill("SIGINT");
    await isOver;
  });

  it.each(BACKENDS.map(({ settings }) => [settings.type, settings] as const))(
    "has a block for %s that Terraform reads",
    async (_, settings) => {
      prepare(settings);
      await terraform("init", "-backend=false");
      await promisify(execFile)("terraform", ["validate", "-no-color"], { cwd: folder });
    },
  );
});
