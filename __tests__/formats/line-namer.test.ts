import fc from "fast-check";
import { FORMATS } from "../../formats";
import { lineNamer } from "../../formats/field-order";
import { fieldsByName } from "../../formats/log-format";
import { lineReader } from "../../formats/read-line";

const { cloudfront } = FORMATS;
const NAMES = fieldsByName(cloudfront).map(({ name }) => name);
const OTHERS = ["cs-unknown", "x-edge-other(1)"];
const [SAMPLE] = cloudfront.samples;
const BY_NAME: Readonly<Record<string, string>> = {
  ...Object.fromEntries(cloudfront.fields.map(({ name }, index) => [name, SAMPLE.split("\t")[index] ?? "-"])),
  "timestamp(ms)": "1795417500123",
  "origin-fbl": "0.012",
  "origin-lbl": "0.034",
  asn: "64496",
  "c-country": "DE",
  "cache-behavior-path-pattern": "/images/*",
};

/** Fields in any order and choice, with names of other fields, and a line of them. */
const header = fc
  .shuffledSubarray([...NAMES, ...OTHERS], { minLength: 1 })
  .chain((names) =>
    fc.record({
      names: fc.constant(names),
      texts: fc.tuple(
        ...names.map((name) =>
          fc.oneof(
            { weight: 8, arbitrary: fc.constant(BY_NAME[name] ?? "other") },
            fc.constantFrom("-", "", "\u0001", '"quoted" \\ text'),
          ),
        ),
      ),
      cut: fc.integer({ min: 0, max: 2 }),
    }),
  )
  .map(({ names, texts, cut }) => ({ names, texts: cut === 1 ? texts.slice(0, -1) : texts }));

describe("lines that say their fields", () => {
  it("are the same rows as the lines after the header, for any order and choice of fields", () => {
    fc.assert(
      fc.property(header, ({ names, texts }) => {
        const lines = ["#Version: 1.0", `#Fields: ${names.join(" ")}`, texts.join("\t")];
        const named = lines.map(lineNamer(cloudfront)).at(-1) ?? "";
        // By a reader of its own, which has not seen the header.
        expect(lineReader(cloudfront)(named)).toEqual(lines.map(lineReader(cloudfront)).at(-1));
      }),
    );
  });

  it("are as they were after a header of the usual order, and if they are JSON", () => {
    const usual = `#Fields: ${cloudfront.fields.map(({ name }) => name).join(" ")}`;
    const lines = ["#Version: 1.0", usual, SAMPLE, '{"date":"2026-11-23"}', "", "#Fields: time date", "{}"];
    expect(lines.map(lineNamer(cloudfront))).toEqual(lines);
  });

  it("are unparsed if names cannot tell their fields apart, or if they were cut", () => {
    const name = lineNamer(FORMATS.alb);
    name("#Fields: elb type time");
    for (const line of ["app/shop/1 http 2026-11-23T07:05:00Z", "app/shop/1\thttp"]) {
      expect(name(line)).toBe(JSON.stringify({ line }));
      expect(lineReader(FORMATS.alb)(name(line))).toEqual({ kind: "unparsed" });
    }
    expect(name('"app/shop/1"\thttp\t-')).toBe('{"elb":"app/shop/1","type":"http","time":"-"}');
  });

  it("begin with the line after the header, and end with the next header", () => {
    const name = lineNamer(cloudfront);
    expect(["a\tb", "#Fields: asn date", "a\tb", "a", "#Fields: date time", "a\tb"].map(name)).toEqual([
      "a\tb",
      "#Fields: asn date",
      '{"asn":"a","date":"b"}',
      '{"asn":"a","date":""}',
      "#Fields: date time",
      '{"date":"a","time":"b"}',
    ]);
  });
});
