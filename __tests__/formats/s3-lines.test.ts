import fc from "fast-check";
import { FORMATS } from "../../formats";
import { lineReader, type Row } from "../../formats/read-line";
import { renderLineForm } from "../../formats/render/line-pattern";
import { LINES } from "../helpers/lines";

const line = LINES.s3;
const FIELD_COUNT = FORMATS.s3.fields.length;
const read = (text: string): Row | string => {
  const result = lineReader(FORMATS.s3)(text);
  return result.kind === "row" ? result.row : result.kind;
};

it("gives every column its value", () => {
  expect(read(line())).toEqual({
    bucketowner: "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be",
    bucket_name: "shop-media",
    time: "2026-11-23T07:05:12.000000Z",
    remoteip: "198.51.100.7",
    requester: "arn:aws:sts::111122223333:assumed-role/uploads/web-1",
    requestid: "3E57427F3EXAMPLE",
    operation: "REST.GET.OBJECT",
    key: "images/a+b.png",
    request_uri: "GET /images/a%20b.png?versionId=v1 HTTP/1.1",
    httpstatus: "206",
    errorcode: null,
    bytessent: 1024,
    objectsize: 4_406_583,
    totaltime: 41,
    turnaroundtime: 28,
    referrer: "https://www.example.com/",
    useragent: "Mozilla/5.0 (X11; Linux x86_64)",
    versionid: "v1",
    hostid: "s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234=",
    sigv: "SigV4",
    ciphersuite: "TLS_AES_128_GCM_SHA256",
    authtype: "AuthHeader",
    endpoint: "shop-media.s3.eu-central-1.amazonaws.com",
    tlsversion: "TLSv1.3",
    accesspointarn: "arn:aws:s3:eu-central-1:111122223333:accesspoint/web",
    aclrequired: "Yes",
    sourceregion: "eu-central-1",
  });
});

it.each(Array.from({ length: FIELD_COUNT - 17 }, (_, index) => index + 18))(
  "reads a line that ends after %i fields; the rest is NULL",
  (count) => {
    const values = Object.values(read(line({ errorcode: "NoSuchKey" }, count)));
    expect(values.map((value) => value !== null)).toEqual(values.map((_, index) => index < count));
  },
);

it("has NULL for a dash, also without quotes, as in lines of batch deletes and copies", () => {
  const missing = { request_uri: "-", referrer: "-", useragent: "-" };
  const row = { request_uri: null, referrer: null, useragent: null };
  expect(read(line(missing))).toEqual({ ...(read(line()) as Row), ...row });
  expect(read(line(missing, 18))).toMatchObject({ ...row, versionid: "v1" });
});

it("reads no quote as the start of another field than the one it began", () => {
  // Each client has sent a text with the dashes and the words that would be the rest of a line.
  const rest = "200 - 1 1 1 1 - - v h SigV4 c a e t p n r";
  expect(read(line({ request_uri: `"GET /a" ${rest} HTTP/1.1"` }))).toBe("unparsed");
  expect(read(line({ referrer: `"https://a" - v1 ${rest}"` }))).toBe("unparsed");
  expect(read(line({ useragent: `"a" v1 ${rest}"` }))).toBe("unparsed");
});

it("does not read a line of fewer fields as a row", () => {
  expect(read(line({}, 17))).toBe("unparsed");
});

it("ignores unknown new fields, unless they have quotes", () => {
  expect(read(`${line()} new 42 -`)).toEqual(read(line()));
  expect(read(`${line()} "a new field"`)).toBe("unparsed");
});

it("reads the last day of every month, and the 29th of February only in leap years", () => {
  const timeOf = (day: Date) => {
    const [, date, month, year] = day.toUTCString().split(" ");
    return line({ requestdatetime: `[${date}/${month}/${year}:23:59:59 +0000]` });
  };
  for (let day = 0; day < 800; day++) {
    const instant = new Date(Date.UTC(1999, 0, 1 + day));
    const text = timeOf(instant);
    expect(read(text)).toMatchObject({ time: `${instant.toISOString().slice(0, 10)}T23:59:59.000000Z` });
  }
  for (const day of [
    "29/Feb/2027",
    "31/Apr/2027",
    "30/Feb/2028",
    "32/Jan/2027",
    "00/Jan/2027",
    "01/Foo/2027",
  ])
    expect(read(line({ requestdatetime: `[${day}:00:00:00 +0000]` }))).toBe("unparsed");
});

it.each([
  [
    "operations of S3 itself",
    { request_uri: "-", remoteip: "-", httpstatus: "-" },
    { request_uri: null, remoteip: null, httpstatus: null },
  ],
  [
    "a dash in quotes",
    { request_uri: '"-"', referrer: '"-"', useragent: '"-"' },
    { request_uri: null, referrer: null, useragent: null },
  ],
  ["empty fields in quotes", { referrer: '""', useragent: '""' }, { referrer: null, useragent: null }],
  ["a referrer with spaces", { referrer: '"referer test"' }, { referrer: "referer test" }],
  ["a quote at the end of a value", { useragent: '"Safari/604.1""' }, { useragent: 'Safari/604.1"' }],
  ["a quote at the start of a value", { useragent: '""a b"' }, { useragent: '"a b' }],
  ["a quote at the end of a URL", { request_uri: '"GET /" HTTP/1.1"' }, { request_uri: 'GET /" HTTP/1.1' }],
  [
    "quotes inside of a word",
    { request_uri: '"GET /a"b"c HTTP/1.1"' },
    { request_uri: 'GET /a"b"c HTTP/1.1' },
  ],
  ["spaces at both ends of a value", { useragent: '" a b "' }, { useragent: " a b " }],
  ["a value of quotes only", { useragent: '"""""' }, { useragent: '"""' }],
  ["a backslash before a quote", { useragent: '"a\\"b\\"' }, { useragent: 'a\\"b\\' }],
] as const)("reads %s", (_, changes, expected) => {
  expect(read(line(changes))).toMatchObject(expected);
});

it.each([
  ["a quote before other words of a request", { request_uri: '"GET /" HTTP/1.1 x"' }],
  ["a quote before a space", { useragent: '"a" b"' }],
  ["a quote after a space", { useragent: '"a "b"' }],
  ["a referrer that looks like two fields", { referrer: '"a" "b"' }],
  ["no closing quote", { useragent: '"a' }],
  ["a referrer without quotes", { referrer: "https://a" }],
  ["another zone", { requestdatetime: "[23/Nov/2026:07:05:12 +0100]" }],
])("does not read %s as a row", (_, changes) => {
  expect(read(line(changes))).toBe("unparsed");
});

it("reads 64 KB in any quoted field", () => {
  const long = `${'b"c '.repeat(16_000)}d`;
  for (const name of ["request_uri", "referrer", "useragent"] as const) {
    const start = performance.now();
    expect(read(line({ [name]: `"${long}"` }))).toMatchObject({ [name]: long });
    expect(performance.now() - start).toBeLessThan(1000);
  }
});

/** Text that a client sends in a header or a URL, made to look like the fields around it. */
const clientText = fc
  .array(fc.constantFrom('"', '" "', ' "', '" ', " ", "-", "200", "GET", "/a", "HTTP/1.1", '"-"', "x"), {
    maxLength: 30,
  })
  .map((parts) => parts.join(""));

it("never reads what a client sent as another field", () => {
  fc.assert(
    fc.property(clientText, clientText, clientText, (uri, referrer, agent) => {
      const row = read(
        line({ request_uri: `"GET ${uri} HTTP/1.1"`, referrer: `"${referrer}"`, useragent: `"${agent}"` }),
      );
      if (row === "unparsed") return;
      const orNull = (text: string) => (text === "" || text === "-" ? null : text);
      expect(row).toEqual({
        ...(read(line()) as Row),
        request_uri: `GET ${uri} HTTP/1.1`,
        referrer: orNull(referrer),
        useragent: orNull(agent),
      });
    }),
    { numRuns: 5000 },
  );
});

it("has a form that matches the same lines as its pattern, whatever a client sent", () => {
  const form = new RegExp(`^(?:${renderLineForm(FORMATS.s3)})$`);
  fc.assert(
    fc.property(clientText, clientText, (uri, agent) => {
      const text = line({ request_uri: `"${uri}"`, useragent: `"${agent}"` });
      expect(form.test(text)).toBe(read(text) !== "unparsed");
    }),
    { numRuns: 2000 },
  );
});

describe("lines that follow the documented grammar", () => {
  const word = fc.stringMatching(/^[A-Za-z0-9._:/+=%-]{1,20}$/).filter((text) => text !== "-");
  const header = fc
    .stringMatching(/^[!#-~é日](?:[ !#-~é日]{0,40}[!#-~é日])?$/)
    .filter((text) => text !== "-");
  const count = fc.integer({ min: 0, max: 999_999_999_999_999 });
  const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
  const known = fc.record({
    time: fc.date({ min: new Date("2006-01-01"), max: new Date("2099-12-31"), noInvalidDate: true }),
    remoteip: optional(fc.ipV6()),
    requester: optional(word),
    key: optional(word),
    request_uri: optional(header),
    bytessent: optional(count),
    objectsize: optional(count),
    totaltime: optional(count),
    referrer: optional(header),
    useragent: optional(header),
    versionid: optional(word),
    tail: fc.integer({ min: 0, max: 9 }),
    sourceregion: optional(word),
  });

  it("are parsed to the values that they were made from", () => {
    fc.assert(
      fc.property(known, ({ time, tail, sourceregion, ...values }) => {
        const [, day, month, year, clock] = time.toUTCString().split(" ");
        const quoted = ["request_uri", "referrer", "useragent"];
        const texts = Object.entries(values).map(([name, value]) => {
          const text = String(value ?? "-");
          return [name, quoted.includes(name) ? `"${text}"` : text];
        });
        const row = read(
          line(
            {
              ...Object.fromEntries(texts),
              requestdatetime: `[${day}/${month}/${year}:${clock} +0000]`,
              sourceregion: sourceregion ?? "-",
            },
            FIELD_COUNT - tail,
          ),
        );
        expect(row).toMatchObject({
          ...values,
          time: `${time.toISOString().slice(0, 19)}.000000Z`,
          sourceregion: tail === 0 ? sourceregion : null,
        });
      }),
      { numRuns: 500 },
    );
  });
});
