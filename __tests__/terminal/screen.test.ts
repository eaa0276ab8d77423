import { screenOf } from "../../terminal/screen";

const TERMINAL = { isTTY: true, columns: 132 };
const PIPE = { isTTY: false, columns: 0 };

describe("the screen", () => {
  it("is as wide as the terminal, and shows colour", () => {
    expect(screenOf(TERMINAL, {})).toEqual({ width: 132, hasColour: true });
  });

  it("has 80 columns and no colour if there is no terminal", () => {
    expect(screenOf(PIPE, {})).toEqual({ width: 80, hasColour: false });
  });

  it("has 80 columns on a terminal of unknown width", () => {
    expect(screenOf({ isTTY: true, columns: 0 }, {}).width).toBe(80);
  });

  it("has the width of the variable COLUMNS if there is no terminal", () => {
    expect(screenOf(PIPE, { COLUMNS: "200" }).width).toBe(200);
    expect(screenOf(TERMINAL, { COLUMNS: "200" }).width).toBe(132);
  });

  it.each([{ NO_COLOR: "1" }, { TERM: "dumb" }])("shows no colour with %j", (env) => {
    expect(screenOf(TERMINAL, env).hasColour).toBe(false);
  });
});
