import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf } from "../../handlers/core/errors";
import { type LakeLayout, lakeLayout } from "../../lake/layout";
import { lockState, withLakeLock } from "../../lake/lock";
import { UserError } from "../../terminal/user-error";

const HOLD = join(__dirname, "../helpers/hold-lock.cjs");
const UNSHARE = ["unshare", "-Urpf", "--kill-child"];
const hasNamespaces = spawnSync("unshare", [...UNSHARE.slice(1), "true"]).status === 0;

let root: string;
let lake: LakeLayout;
let children: ChildProcess[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lock-"));
  lake = lakeLayout(join(root, "lake"));
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(root, { recursive: true });
});

/** Starts another process that holds the lock. @param command starts it in another namespace */
async function otherWriter(...command: readonly string[]): Promise<ChildProcess> {
  await withLakeLock(lake, async () => undefined);
  const [program = "", ...args] = [...command, process.execPath, HOLD, lake.lockFile];
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  if (child.stdout) await once(child.stdout, "data");
  return child;
}

const write = () => withLakeLock(lake, async () => "written");

describe("a lake", () => {
  it("has one writer at a time: another process is refused, with the lake and the writer's description", async () => {
    await otherWriter();
    writeFileSync(lake.writerFile, "process 12 on web-1, since 2026-11-28T22:00:00.000Z\n");
    await expect(write()).rejects.toThrow(
      `lake ${lake.root}: another ingest is writing to this lake: process 12 on web-1, since 2026-11-28T22:00:00.000Z`,
    );
    expect(await lockState(lake)).toEqual({
      isHeld: true,
      writer: "process 12 on web-1, since 2026-11-28T22:00:00.000Z",
    });
  });

  it("is locked by a process that is paused, and free as soon as it is killed", async () => {
    const child = await otherWriter();
    if (process.platform !== "win32") child.kill("SIGSTOP");
    await expect(write()).rejects.toThrow("another ingest is writing");
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await write()).toBe("written");
  });

  // Linux without user namespaces, and other systems, cannot start a process that counts process ids of its own.
  (hasNamespaces ? it : it.skip)(
    "is locked by a process of another container, whose process id means another process here",
    async () => {
      const child = await otherWriter(...UNSHARE);
      expect((await lockState(lake))?.isHeld).toBe(true);
      await expect(write()).rejects.toThrow("another ingest is writing");
      child.kill("SIGKILL");
      await once(child, "exit");
      expect(await write()).toBe("written");
    },
  );

  it("is not locked by what a writer of another version left behind, even if its process id runs", async () => {
    mkdirSync(lake.root);
    writeFileSync(lake.writerFile, String(process.ppid));
    expect(await lockState(lake)).toEqual({ isHeld: false, writer: `process ${process.ppid}` });
    expect(await write()).toBe("written");
    expect(existsSync(lake.writerFile)).toBe(false);
  });

  it("refuses a second writer in the same process, also by another path", async () => {
    symlinkSync(root, join(root, "link"), "junction");
    await withLakeLock(lake, async () => {
      expect(readFileSync(lake.writerFile, "utf8")).toContain(`process ${process.pid} on `);
      const other = withLakeLock(lakeLayout(join(root, "link", "lake")), async () => undefined);
      await expect(other).rejects.toThrow("another ingest is writing");
      // Looking at the lock must not release it.
      expect((await lockState(lake))?.isHeld).toBe(true);
      await expect(write()).rejects.toThrow("another ingest is writing");
    });
    expect(await lockState(lake)).toBeUndefined();
    expect(await write()).toBe("written");
  });

  it("says that work is not finished after it failed, until other work ends, but not if it was refused", async () => {
    const fail = (error: Error) => withLakeLock(lake, () => Promise.reject(error)).catch(messageOf);
    expect(await fail(new UserError("refused"))).toBe("refused");
    expect(await lockState(lake)).toBeUndefined();
    for (const error of [new Error("the disk is full"), new UserError("refused")]) {
      expect(await fail(error)).toBe(error.message);
      expect(await lockState(lake)).toMatchObject({ isHeld: false });
    }
    expect(await write()).toBe("written");
    expect(await lockState(lake)).toBeUndefined();
  });

  it("names its lock file if that cannot be used as a lock", async () => {
    mkdirSync(lake.root);
    writeFileSync(lake.lockFile, "no database");
    await expect(write()).rejects.toThrow(`${lake.lockFile}: the lake cannot be locked`);
  });
});
