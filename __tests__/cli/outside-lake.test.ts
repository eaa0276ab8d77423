import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requireOutsideLake } from "../../cli/outside-lake";

const root = mkdtempSync(join(tmpdir(), "outside"));
const lake = join(root, "lake");
mkdirSync(join(lake, "typed"), { recursive: true });
afterAll(() => rmSync(root, { recursive: true }));

it.each([
  "lake/privacy.json",
  "lake/typed/alb_access_logs/dt=2026-11-23/hour=07/0123456789abcdef.parquet",
  "other/../lake/x.csv",
])("an answer is not written into the lake: %s", (file) => {
  expect(() => requireOutsideLake(join(root, file), lake)).toThrow("the file is in the lake");
});

it("an answer is not written into the lake through a link", () => {
  symlinkSync(lake, join(root, "link"), "junction");
  expect(() => requireOutsideLake(join(root, "link", "x.csv"), lake)).toThrow("the file is in the lake");
  expect(() => requireOutsideLake(join(root, "lake", "x.csv"), join(root, "link"))).toThrow(
    "the file is in the lake",
  );
});

it.each(["x.csv", "lake.csv", "lake-2/x.csv"])("an answer is written next to the lake: %s", (file) => {
  expect(() => requireOutsideLake(join(root, file), lake)).not.toThrow();
});
