import { spawnSync } from "node:child_process";
import { Command } from "commander";
import { accessLogs } from "../../cli/program";
import manifest from "../../package.json";
import { renderManPage } from "../../scripts/man-page";

describe("the manual page", () => {
  it("has a section for each command, with its options and examples", () => {
    const page = renderManPage();
    for (const command of accessLogs().commands)
      expect(page).toContain(`.SS access\\-logs ${command.name().replace("-", "\\-")}`);
    expect(page).toContain(".B \\-\\-seed <number>\nthe same seed");
    expect(page).toContain(".EX\n  $ access\\-logs sample ./logs\n");
  });

  it("names the questions, without the options that all of them have", () => {
    const page = renderManPage();
    expect(page).toMatch(/^\.B alb_top_clients\nWhich clients /m);
    expect(page).not.toContain("first day of the week");
  });

  it("shows texts that look like macros as they are", () => {
    const program = new Command("do-it").description(".TH is a macro");
    program.command("run").description("'quoted' \\n");
    expect(renderManPage(program)).toContain("\n\\&'quoted' \\en\n");
  });

  it("is installed by npm, which takes a list only", () => {
    expect(manifest.man).toEqual(["docs/access-logs.1"]);
    expect(manifest.files).toEqual(expect.arrayContaining(manifest.man));
  });

  it("has no mistake that groff finds", () => {
    const { error, stderr } = spawnSync("groff", ["-man", "-Tutf8", "-ww", "-z"], {
      input: renderManPage(),
      encoding: "utf8",
    });
    // Not every machine has groff.
    if (error === undefined) expect(stderr).toBe("");
  });
});
