import { readFileSync } from "node:fs";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { handlerCode, zipHandler } from "../../modules/handler-code";
import { HANDLER_NAMES } from "../../pipeline/handler-names";

const ROOT = join(__dirname, "../..");
/** Lambda loads small code faster; these are the limits that the project keeps. `make-report` has the script and the style of its page, too. */
const maxZipBytes = (name: string): number => (name === "make-report" ? 240 : 200) * 1024;
const MAX_CODE_BYTES = 600 * 1024;

describe.each(HANDLER_NAMES)("the code of %s", (name) => {
  const zip = readFileSync(handlerCode(name).path);
  const code = Buffer.from(unzipSync(zip)["index.js"] ?? []);

  it("is small", () => {
    expect(zip.length).toBeLessThan(maxZipBytes(name));
    expect(code.length).toBeLessThan(MAX_CODE_BYTES);
  });

  it("exports a handler", () => {
    expect(code.toString()).toMatch(/handler:\(\)=>/);
  });

  it("contains no path of this machine", () => {
    expect(code.toString()).not.toContain(ROOT);
  });
});

describe("zipHandler", () => {
  it("gives the same bytes in every time zone", () => {
    const zones = ["UTC", "America/Los_Angeles", "Pacific/Kiritimati"];
    const before = process.env.TZ;
    const zips = zones.map((zone) => {
      process.env.TZ = zone;
      return Buffer.from(zipHandler({ "index.js": Buffer.from("code") })).toString("hex");
    });
    process.env.TZ = before;
    expect(new Set(zips).size).toBe(1);
  });
});
