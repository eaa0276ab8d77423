import fc from "fast-check";
import { MAX_VALUE } from "../../report/model";
import { decodedTexts } from "../../report/page/decoded";

const shown = (...values: readonly string[]) => values.map(decodedTexts(values));

describe("percent-encoded values", () => {
  it("are decoded once", () => {
    expect(shown("Mozilla/5.0%20(X11;%20Linux%20x86_64)", "/caf%25C3%25A9", "%22a%22")).toEqual([
      "Mozilla/5.0 (X11; Linux x86_64)",
      "/caf%C3%A9",
      '"a"',
    ]);
    expect(shown("/caf%C3%A9", "%5b2001:db8::1%5d")).toEqual(["/café", "[2001:db8::1]"]);
  });

  it("stay as logged if they are no UTF-8, or not encoded at all", () => {
    const values = ["/caf%E9", "100%", "%zz", "a+b", "", "%C3"];
    expect(shown(...values)).toEqual(values);
  });

  it("stay as logged if they have characters that cannot be seen", () => {
    const values = ["a%00b", "a%0Ab", "a%1B[31m", "a%E2%80%AEb", "a%E2%80%8Bb", "a%C2%85b"];
    expect(shown(...values)).toEqual(values);
  });

  it("stay as logged if they were cut, as the last character can be incomplete", () => {
    const cut = "%20".repeat(MAX_VALUE).slice(0, MAX_VALUE);
    expect(shown(cut)).toEqual([cut]);
  });

  it("stay as logged if they would look like another value, or like the page's own words", () => {
    for (const values of [
      ["a%20b", "a b"],
      ["a%20b", "a%20%20b"],
      ["a%2520b", "a%20b", "a b"],
      ["%41", "A"],
      ["e%CC%81", "%C3%A9"],
      ["%28other%29"],
      ["%28none%29", ""],
    ])
      expect(shown(...values)).toEqual(values);
  });

  it("never become the same text", () => {
    const value = fc.array(
      fc.constantFrom("a", "b", " ", "%20", "%2520", "%252520", "%25", "%41", "A", "%"),
      {
        maxLength: 5,
      },
    );
    fc.assert(
      fc.property(
        fc.uniqueArray(
          value.map((parts) => parts.join("")),
          { maxLength: 8 },
        ),
        (values) => {
          expect(new Set(shown(...values)).size).toBe(values.length);
        },
      ),
    );
  });
});
