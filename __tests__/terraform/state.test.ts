import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { startS3Server } from "../../testing/s3-server";
import { startServer } from "../../testing/start-server";
import { BACKENDS, terraformBlock } from "../helpers/backends";
import { runTerraform, terraformEnvironment } from "../helpers/terraform";

const APPLY = ["apply", "-auto-approve"];

/** A state server with the protocol of the http backend. */
async function startStateServer() {
  let state = "";
  let lock: string | undefined;
  const requests: string[] = [];
  const server = await startServer(async (request, response) => {
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
  return {
    address: `${server.endpoint}/state`,
    requests,
    state: () => state,
    lock: (by: string) => {
      lock = by;
    },
    close: server.close,
  };
}

describe("state", () => {
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
  const terraform = (args: readonly string[], variables: Readonly<Record<string, string>> = {}) =>
    runTerraform(folder, [...args, "-input=false"], variables);

  it("is stored and locked by a server", async () => {
    const server = await startStateServer();
    try {
      const { address } = server;
      prepare({ type: "http", address, lock_address: address, unlock_address: address });
      await terraform(["init"]);
      await terraform(APPLY);
      expect(JSON.parse(server.state()).outputs.answer.value).toBe(42);
      expect(server.requests).toEqual(expect.arrayContaining(["LOCK", "POST", "UNLOCK"]));
      server.lock(JSON.stringify({ ID: "x", Who: "a colleague" }));
      await expect(terraform(APPLY)).rejects.toMatchObject({
        stderr: expect.stringContaining("already locked: ID=x"),
      });
    } finally {
      await server.close();
    }
  });

  it("is stored in a bucket, and locked by a file next to it", async () => {
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
      await terraform(["init"], credentials);
      await terraform(APPLY, credentials);
      const state = JSON.parse(server.read("state", "access-logs.tfstate") ?? "{}");
      expect(state.outputs.answer.value).toBe(42);
      expect(server.keys("state")).toEqual(["access-logs.tfstate", "others"]);
      server.put("state", "access-logs.tfstate.tflock", JSON.stringify({ ID: "x", Who: "a colleague" }));
      await expect(terraform(APPLY, credentials)).rejects.toMatchObject({
        stderr: expect.stringMatching(/Error acquiring the state lock[\s\S]*a colleague/),
      });
    } finally {
      await server.close();
    }
  });

  it("is stored in a file next to the stack, and locked while it is in use", async () => {
    prepare({ type: "local" });
    await terraform(["init"]);
    await terraform(APPLY);
    expect(JSON.parse(readFileSync(join(folder, "terraform.tfstate"), "utf8")).outputs.answer.value).toBe(42);
    // A run that waits for an answer keeps the lock.
    prepare({ type: "local" }, 43);
    const waiting = spawn("terraform", ["apply"], { cwd: folder, env: terraformEnvironment(folder) });
    const isOver = once(waiting, "exit");
    for await (const text of waiting.stdout.setEncoding("utf8")) if (text.includes("Enter a value:")) break;
    await expect(terraform(APPLY)).rejects.toMatchObject({
      stderr: expect.stringContaining("Error acquiring the state lock"),
    });
    waiting.kill("SIGINT");
    await isOver;
  });

  it.each(BACKENDS.map(({ settings }) => [settings.type, settings] as const))(
    "has a block for %s that Terraform reads",
    async (_, settings) => {
      prepare(settings);
      await terraform(["init", "-backend=false"]);
      await runTerraform(folder, ["validate"]);
    },
  );
});
