import { FORMAT_IDS, FORMATS } from "../../formats";
import { columnsByPosition, columnsOf } from "../../formats/log-format";
import { lineReader, type Row } from "../../formats/read-line";
import { renderLineForm, renderLinePattern, renderNamedLinePattern } from "../../formats/render/line-pattern";
import {
  ALB_FIELDS,
  albLine,
  CLOUDFRONT_FIELDS,
  cloudfrontLine,
  type FieldTexts,
  LINES,
  objectOf,
} from "../helpers/lines";

const read = (format: keyof typeof FORMATS, line: string): Row | string => {
  const result = lineReader(FORMATS[format])(line);
  return result.kind === "row" ? result.row : result.kind;
};

describe.each(Object.values(FORMATS))("the line pattern of $id", (format) => {
  const pattern = renderLinePattern(format);

  it("has one capturing group per column", () => {
    const groups = new RegExp(`${pattern}|`).exec("")?.length ?? 0;
    expect(groups - 1).toBe(columnsByPosition(format).length);
    const named = new RegExp(`${renderNamedLinePattern(format)}|`).exec("")?.length ?? 0;
    expect(named - 1).toBe(columnsOf(format).length);
  });

  it("has a form without groups and without lookarounds, which RE2 does not support", () => {
    const form = renderLineForm(format);
    expect(new RegExp(`${form}|`).exec("")).toHaveLength(1);
    expect(form).not.toMatch(/\(\?(?!:)/);
  });

  it("uses only syntax with the same meaning in Java and JavaScript", () => {
    for (const notShared of [
      "(?>",
      "\\1",
      "\\b",
      "\\d",
      "\\s",
      "\\w",
      "*+",
      "++",
      "?+",
      "[[",
      "&&",
      "^",
      "$",
    ]) {
      const outsideClasses = pattern.replaceAll(/\[\^?[^\]]*(?:\\\][^\]]*)?\]/g, "[]");
      expect(outsideClasses).not.toContain(notShared);
    }
    expect(repeatedGroups(pattern)).toEqual([]);
  });

  it("has unique column names, and a sentence for each column", () => {
    const columns = columnsOf(format);
    expect(new Set(columns.map(({ name }) => name)).size).toBe(columns.length);
    for (const { doc } of columns) expect(doc).toMatch(/^[A-Z].{8,}/);
  });
});

/** Groups that are repeated, or inside a repeated group: engines differ in the text that such a group captures. */
function repeatedGroups(pattern: string): string[] {
  const open: { start: number; captures: boolean }[] = [];
  const found: string[] = [];
  for (let index = 0; index < pattern.length; index++) {
    if (pattern[index] === "\\") index++;
    else if (pattern[index] === "[") index = endOfClass(pattern, index);
    else if (pattern[index] === "(") {
      const captures = pattern[index + 1] !== "?";
      if (captures) for (const outer of open) outer.captures = true;
      open.push({ start: index, captures });
    } else if (pattern[index] === ")") {
      const group = open.pop();
      if (group?.captures && /[*+{]/.test(pattern[index + 1] ?? ""))
        found.push(pattern.slice(group.start, index + 2));
    }
  }
  return found;
}

function endOfClass(pattern: string, start: number): number {
  let index = start + 1;
  while (pattern[index] !== "]") index += pattern[index] === "\\" ? 2 : 1;
  return index;
}

describe("ALB lines", () => {
  it("gives every column its value", () => {
    expect(read("alb", albLine())).toEqual({
      type: "https",
      time: "2026-11-23T07:05:00.186641Z",
      elb: "app/shop/50dc6c495c0c9188",
      client_ip: "198.51.100.7",
      client_port: 2817,
      target_ip: "10.0.0.1",
      target_port: 8080,
      request_processing_time: 0.001,
      target_processing_time: 0.048,
      response_processing_time: 0,
      elb_status_code: "200",
      target_status_code: "200",
      received_bytes: 120,
      sent_bytes: 57,
      request_verb: "GET",
      request_url: "https://shop.example.com:443/a?b=c",
      request_proto: "HTTP/2.0",
      user_agent: "curl/8.10.1",
      ssl_cipher: "TLS_AES_128_GCM_SHA256",
      ssl_protocol: "TLSv1.3",
      target_group_arn:
        "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/shop/73e2d6bc24d8a067",
      trace_id: "Root=1-68dd1b00-1d84f3d73c47ec4e58577259",
      domain_name: "shop.example.com",
      chosen_cert_arn: "session-reused",
      matched_rule_priority: "1",
      request_creation_time: "2026-11-23T07:05:00.137000Z",
      actions_executed: "waf,forward",
      redirect_url: null,
      error_reason: null,
      target_port_list: "10.0.0.1:8080",
      target_status_code_list: "200",
      classification: "Acceptable",
      classification_reason: null,
      conn_trace_id: "TID_2d650523100657438a47a1b30bdb606d",
      transformed_host: null,
      transformed_uri: "/new",
      request_transform_status: "TransformSuccess",
      ip_address: "172.31.20.5",
      target_error_code: null,
      elb_error_code: "0x8",
    });
  });

  it.each(Array.from({ length: 19 }, (_, index) => index + 18))(
    "reads a line that ends after %i fields; the rest is NULL",
    (count) => {
      const row = read("alb", albLine({}, count));
      const filled = Object.values(row).filter((value) => value !== null).length;
      expect(row).toHaveProperty("trace_id", "Root=1-68dd1b00-1d84f3d73c47ec4e58577259");
      expect(filled).toBeLessThanOrEqual(count + 4);
      if (count < 36) expect(row).toHaveProperty("elb_error_code", null);
    },
  );

  it("reads the codes of errors with and without quotes", () => {
    const codes = (target_error_code: string, elb_error_code: string) =>
      read("alb", albLine({ target_error_code, elb_error_code }));
    expect(codes('"0x2"', '"0x8"')).toEqual(codes("0x2", "0x8"));
    expect(codes('"-"', '"-"')).toEqual(codes("-", "-"));
    expect(codes('"-', '"-"')).toBe("unparsed");
  });

  it("ignores unknown new fields", () => {
    expect(read("alb", `${albLine()} - "a new field" 42`)).toEqual(read("alb", albLine()));
  });

  it.each([
    [
      "IPv6 without brackets",
      { "client:port": "2001:db8::7:443" },
      { client_ip: "2001:db8::7", client_port: 443 },
    ],
    [
      "IPv6 in brackets",
      { "target:port": "[2001:db8::7]:443" },
      { target_ip: "2001:db8::7", target_port: 443 },
    ],
    ["no target", { "target:port": "-" }, { target_ip: null, target_port: null }],
    ["status 000 as text", { elb_status_code: "000" }, { elb_status_code: "000" }],
    ["a negative time", { request_processing_time: "-1" }, { request_processing_time: -1 }],
    [
      "spaces in the URL",
      { request_line: '"GET http://h:80/a b c HTTP/1.1"' },
      { request_url: "http://h:80/a b c", request_proto: "HTTP/1.1" },
    ],
    [
      "no protocol",
      { request_line: '"GET http://h:80/"' },
      { request_verb: "GET", request_url: "http://h:80/", request_proto: null },
    ],
    [
      "a malformed request",
      { request_line: '"- http://h:80- -"' },
      { request_verb: null, request_url: "http://h:80-", request_proto: null },
    ],
    [
      "a space at the end of a request without a protocol",
      { request_line: '"- http://h:80/ "' },
      { request_url: "http://h:80/", request_proto: null },
    ],
    [
      "spaces at the end of a request",
      { request_line: '"GET http://h:80/a HTTP/1.0  "' },
      { request_verb: "GET", request_url: "http://h:80/a", request_proto: "HTTP/1.0" },
    ],
    [
      "a malformed request with a space at its end",
      { request_line: '"- http://lb:80- - "' },
      { request_verb: null, request_url: "http://lb:80-", request_proto: null },
    ],
    [
      "a request of dashes alone",
      { request_line: '"- - - "' },
      { request_verb: null, request_url: null, request_proto: null },
    ],
    [
      "spaces around the words of a request",
      { request_line: '"GET  http://h:80/a b  HTTP/1.1 "' },
      { request_verb: "GET", request_url: "http://h:80/a b", request_proto: "HTTP/1.1" },
    ],
    [
      "a request of two words with a space at its end",
      { request_line: '"GET http://h:80/ "' },
      { request_verb: "GET", request_url: "http://h:80/", request_proto: null },
    ],
    [
      "an empty request",
      { request_line: '" "' },
      { request_verb: null, request_url: null, request_proto: null },
    ],
    ["an escaped quote as it is", { user_agent: '"a \\x22b\\x22"' }, { user_agent: "a \\x22b\\x22" }],
    ["text that looks like a template", { user_agent: '"${jndi:x} %{y}"' }, { user_agent: "${jndi:x} %{y}" }],
    [
      "a list without quotes",
      { "target:port_list": "10.0.0.1:80", target_status_code_list: "200" },
      { target_port_list: "10.0.0.1:80", target_status_code_list: "200" },
    ],
    [
      "lists of several targets",
      { "target:port_list": '"10.0.0.1:80 10.0.0.2:80"', target_status_code_list: '"502 200"' },
      { target_port_list: "10.0.0.1:80 10.0.0.2:80", target_status_code_list: "502 200" },
    ],
  ])("reads %s", (_, changes, expected) => {
    expect(read("alb", albLine(changes))).toMatchObject(expected);
  });

  it.each([
    ["a bare quote in the user agent", albLine({ user_agent: '"evil" agent"' })],
    ["a pair of bare quotes", albLine({ user_agent: '"an "evil" agent"' })],
    ["a truncated line", albLine().slice(0, 150)],
    ["a quote that is only opened", albLine({ "target:port_list": '"10.0.0.1:80' })],
    ["a quote that is only closed", albLine({ transformed_host: 'shop.example.com"' })],
    ["text where a number belongs", albLine({ sent_bytes: "many" })],
    ["a day that does not exist", albLine({ time: "2026-02-30T00:00:00.000000Z" })],
    ["an hour that does not exist", albLine({ time: "2026-02-28T24:00:00.000000Z" })],
    [
      "a creation time that does not exist",
      albLine({ request_creation_time: "2026-13-01T00:00:00.000000Z" }),
    ],
    ["a leap second", albLine({ time: "2016-12-31T23:59:60.000000Z" })],
    ["the 29th of February of a year that has none", albLine({ time: "2100-02-29T00:00:00Z" })],
    ["the year 0", albLine({ time: "0000-01-01T00:00:00.000000Z" })],
    ["a creation time of another form", albLine({ request_creation_time: "2026-1-1T0:0Z" })],
    ["a line that begins with a space", ` ${albLine()}`],
    ["a test file", "Enable AccessLog for ELB: app/shop/1 at 2026-11-23T09:55:52.806Z"],
    ["a CloudFront line", cloudfrontLine()],
  ])("does not read %s as a row", (_, line) => {
    expect(read("alb", line)).toBe("unparsed");
  });

  it.each([26, 27, 30, 31, 32, 33].flatMap((count) => [1, 2].map((cut) => [count, cut] as const)))(
    "does not read a line of %i fields as a row if it is cut inside the last quotes, %i bytes before its end",
    (count, cut) => {
      const line = albLine({ conn_trace_id: '"TID 1"' }, count);
      expect(typeof read("alb", line)).toBe("object");
      expect(read("alb", line.slice(0, -cut))).toBe("unparsed");
    },
  );

  it("reads the last day of every month, and the 29th of February only in leap years", () => {
    const days = Array.from({ length: 800 }, (_, day) => new Date(Date.UTC(1999, 0, 1 + day)).toISOString());
    for (const time of [...days, "2400-02-29T00:00:00.000Z", "1000-01-01T23:59:59.999Z"])
      expect(read("alb", albLine({ time }))).toMatchObject({ time: time.replace("Z", "000Z") });
    for (let month = 1; month <= 12; month++) {
      const last = new Date(Date.UTC(2027, month, 0)).getUTCDate();
      const dayAfter = `2027-${String(month).padStart(2, "0")}-${last + 1}`;
      expect(read("alb", albLine({ time: `${dayAfter}T00:00:00Z` }))).toBe("unparsed");
    }
  });

  it("reads a request with many spaces quickly", () => {
    const spaces = " ".repeat(100_000);
    const line = albLine({ request_line: `"GET http://h:80/${spaces}x HTTP/1.1${spaces}"` });
    const start = performance.now();
    expect(read("alb", line)).toMatchObject({ request_proto: "HTTP/1.1" });
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it("treats the lines of a header and empty lines as headers", () => {
    expect(read("alb", "#Version: 1.0")).toBe("header");
    expect(read("alb", "#Fields: elb type time")).toBe("header");
    expect(read("alb", "")).toBe("header");
  });

  it.each([`#${albLine()}`, "# comment", "#", " #Version: 1.0", "#version: 1.0"])(
    "does not take other lines for a header: %s",
    (line) => expect(read("alb", line)).toBe("unparsed"),
  );

  it.each(["# comment", "# Fields: date time", "#"])(
    "takes each such line of CloudFront for a header: %s",
    (line) => expect(read("cloudfront", line)).toBe("header"),
  );

  it.each(FORMAT_IDS.filter((id) => FORMATS[id].header === undefined))(
    "knows no header of %s, whose files have none",
    (id) => {
      expect(read(id, "#Version: 1.0")).toBe("unparsed");
      expect(read(id, "#Fields: date time")).toBe("unparsed");
    },
  );
});

describe("ALB lines by CloudWatch Logs", () => {
  const object = objectOf(FORMATS.alb, ALB_FIELDS);
  const readObject = (changes: object) => read("alb", JSON.stringify({ ...object, ...changes }));
  const tabs = (changes: FieldTexts = {}) => Object.values({ ...ALB_FIELDS, ...changes }).join("\t");

  it("are read as the load balancer's own: JSON with either names, tabs with quotes and without", () => {
    const row = read("alb", albLine());
    expect(Object.keys(object)).toEqual(
      expect.arrayContaining(["client_port", "target_port", "target_port_list"]),
    );
    expect(readObject({})).toEqual(row);
    expect(read("alb", JSON.stringify(objectOf(FORMATS.alb, ALB_FIELDS, false)))).toEqual(row);
    expect(read("alb", tabs())).toEqual(row);
    expect(read("alb", tabs().replaceAll('"', ""))).toEqual(row);
    expect(read("alb", `${tabs()}\ta new field`)).toEqual(row);
  });

  it("have NULL for a dash, an empty text, null, and what is not there", () => {
    const { target_port: _, ...others } = object;
    const row = { ...(read("alb", albLine()) as Row), target_ip: null, target_port: null };
    for (const target_port of ["-", "", null]) expect(readObject({ target_port })).toEqual(row);
    expect(read("alb", JSON.stringify(others))).toEqual(row);
    expect(read("alb", tabs({ "target:port": "-" }))).toEqual(row);
    expect(read("alb", tabs({ "target:port": "" }))).toEqual(row);
  });

  it("may have numbers instead of texts", () => {
    const numbers = {
      request_processing_time: 0.001,
      elb_status_code: 200,
      received_bytes: 120,
      matched_rule_priority: 1,
    };
    expect(readObject(numbers)).toEqual(read("alb", albLine()));
  });

  it("may lack the fields that they do not have", () => {
    const texts = Object.entries(ALB_FIELDS).slice(0, 34);
    const row = read("alb", albLine({}, 34));
    expect(read("alb", JSON.stringify(objectOf(FORMATS.alb, Object.fromEntries(texts))))).toEqual(row);
    expect(read("alb", texts.map(([, text]) => text).join("\t"))).toEqual(row);
  });

  it("have the names of a header before them, with either spelling, in any order", () => {
    const names = Object.keys(ALB_FIELDS).map((name) => (name === "client:port" ? "client_port" : name));
    const texts = Object.values(ALB_FIELDS);
    const row = read("alb", albLine());
    const readAfter = (order: readonly number[], between = "\t") => {
      const reader = lineReader(FORMATS.alb);
      reader(`#Fields: ${order.map((index) => names[index]).join(" ")}`);
      const result = reader(order.map((index) => texts[index]).join(between));
      return result.kind === "row" ? result.row : result.kind;
    };
    const usual = [...names.keys()];
    expect(readAfter(usual)).toEqual(row);
    expect(readAfter(usual, " ")).toEqual(row);
    expect(readAfter([...usual].reverse())).toEqual(row);
    // Names cannot tell apart fields that a client can put spaces into.
    expect(readAfter([...usual].reverse(), " ")).toBe("unparsed");
    expect(readAfter([...usual.slice(0, 10), 11, 10, ...usual.slice(12)], " ")).toBe("unparsed");
  });

  it("are unparsed if tabs are between fewer fields: such a line was cut", () => {
    const texts = Object.values(ALB_FIELDS);
    for (const count of [4, 18, 33]) expect(read("alb", texts.slice(0, count).join("\t"))).toBe("unparsed");
  });

  it("keep quotes and spaces of a client in their fields", () => {
    expect(
      readObject({ user_agent: 'a "b" c', request_line: 'GET http://h:80/a "b" HTTP/1.1' }),
    ).toMatchObject({
      user_agent: 'a "b" c',
      request_url: 'http://h:80/a "b"',
      request_proto: "HTTP/1.1",
      ssl_cipher: "TLS_AES_128_GCM_SHA256",
    });
    expect(read("alb", tabs({ user_agent: '"a "b" c"' }))).toMatchObject({ user_agent: 'a "b" c' });
  });

  it.each([
    ["an object without a time", JSON.stringify({ ...object, time: undefined })],
    ["an object with a time of another form", JSON.stringify({ ...object, time: "23/Nov/2026" })],
    [
      "a connection log's object",
      JSON.stringify({ time: object.time, client_ip: "192.0.2.1", client_port: "443" }),
    ],
    ["an object with an address alone", JSON.stringify({ ...object, client_port: "192.0.2.1" })],
    ["an object that ends early", JSON.stringify(object).slice(0, -1)],
    ["text where a number belongs", JSON.stringify({ ...object, sent_bytes: "many" })],
    ["fields between commas", Object.values(ALB_FIELDS).join(",")],
    ["a line with tabs that lacks a field", Object.values(ALB_FIELDS).slice(1).join("\t")],
    ["a CloudFront line", cloudfrontLine()],
  ])("do not include %s", (_, line) => {
    expect(read("alb", line)).toBe("unparsed");
  });
});

describe("CloudFront lines", () => {
  it("combines date and time into one timestamp, and keeps the date", () => {
    expect(read("cloudfront", cloudfrontLine())).toMatchObject({
      date: "2026-11-23",
      time: "2026-11-23T07:05:00.000000Z",
    });
  });

  it.each([12, 15, 18, 19, 23, 24, 26, 32, 33])("reads a line of %i fields; the rest is NULL", (count) => {
    const row = read("cloudfront", cloudfrontLine({}, count));
    expect(row).toMatchObject({
      c_ip: "198.51.100.7",
      sc_status: "200",
      cs_user_agent: "Mozilla/5.0%20(X11)",
    });
    expect(row).toHaveProperty("x_edge_request_id", count < 15 ? null : "abc==");
    expect(row).toHaveProperty("cs_bytes", count < 18 ? null : 23);
  });

  it("reads the short lines of a file whose header has the same number of fields", () => {
    const reader = lineReader(FORMATS.cloudfront);
    const names = Object.keys(CLOUDFRONT_FIELDS).slice(0, 12);
    expect(reader(`#Fields: ${names.join(" ")}`).kind).toBe("header");
    expect(reader(cloudfrontLine({}, 12))).toMatchObject({ row: { cs_method: "GET", cs_cookie: null } });
  });

  it.each(Object.keys(CLOUDFRONT_FIELDS).slice(0, 28))(
    "does not shift the columns of a line without %s, if there is no header",
    (name) => {
      const { [name]: _, ...others } = CLOUDFRONT_FIELDS;
      expect(read("cloudfront", Object.values(others).join("\t"))).toBe("unparsed");
    },
  );

  it("reads the two fields that newer files may add, and ignores more", () => {
    expect(read("cloudfront", `${cloudfrontLine()}\tdt_1\tcn-1\tnew`)).toMatchObject({
      distribution_tenant_id: "dt_1",
      connection_id: "cn-1",
    });
  });

  it("does not read other fields of newer files as these two", () => {
    expect(read("cloudfront", `${cloudfrontLine()}\tDE\t/images/*`)).toMatchObject({
      sc_range_end: null,
      distribution_tenant_id: null,
      connection_id: null,
    });
  });

  it.each([
    ["an empty field as NULL", { "x-edge-result-type": "" }, { x_edge_result_type: null }],
    ["a space before a dash as NULL", { "fle-encrypted-fields": " -" }, { fle_encrypted_fields: null }],
    ["a length with a fraction", { "sc-content-len": "570129.5" }, { sc_content_len: 570129.5 }],
    ["zero as zero", { "time-taken": "0.000" }, { time_taken: 0 }],
    ["raw spaces", { "cs(User-Agent)": "a b c" }, { cs_user_agent: "a b c" }],
    ["quotes as they are", { "cs(User-Agent)": 'a "b' }, { cs_user_agent: 'a "b' }],
    ["status 000 as text", { "sc-status": "000" }, { sc_status: "000" }],
  ])("reads %s", (_, changes, expected) => {
    expect(read("cloudfront", cloudfrontLine(changes))).toMatchObject(expected);
  });

  it.each([
    ["a real-time log line", cloudfrontLine({ date: "1684226820.937" })],
    ["a line that ends too early", cloudfrontLine({}, 11)],
    ["a day that does not exist", cloudfrontLine({ date: "2026-02-30" })],
    ["a leap second", cloudfrontLine({ date: "2016-12-31", time: "23:59:60" })],
    ["the year 0", cloudfrontLine({ date: "0000-01-01" })],
    ["fields between spaces", cloudfrontLine().replaceAll("\t", "   ")],
    ["an ALB line", albLine()],
  ])("does not read %s as a row", (_, line) => {
    expect(read("cloudfront", line)).toBe("unparsed");
  });

  it("follows a header that names other fields", () => {
    const reader = lineReader(FORMATS.cloudfront);
    reader("#Version: 1.0");
    expect(reader("#Fields: date time x-edge-location asn x-host-header cs(Cookie)").kind).toBe("header");
    expect(reader("2026-11-23\t07:05:00\tFRA56\t64496\twww.example.com\ta=b")).toMatchObject({
      row: {
        time: "2026-11-23T07:05:00.000000Z",
        x_edge_location: "FRA56",
        x_host_header: "www.example.com",
        cs_cookie: "a=b",
        c_ip: null,
        asn: 64496,
      },
    });
  });

  describe("of a request that standard logging version 2 also logged", () => {
    const names = FORMATS.cloudfront.fields.slice(0, 33).map(({ name }) => name);
    const legacy = cloudfrontLine({ "cs-uri-stem": "/video%2520a.mp4" }, 33).split("\t");
    const added = {
      "timestamp(ms)": "1795417500123",
      "origin-fbl": "0.101",
      "origin-lbl": "0.2",
      asn: "64496",
      "c-country": "DE",
      "cache-behavior-path-pattern": "/video/*",
    };
    const texts: Readonly<Record<string, string>> = {
      ...Object.fromEntries(names.map((name, index) => [name, legacy[index] ?? "-"])),
      ...added,
    };
    const expected = {
      ...(read("cloudfront", legacy.join("\t")) as Row),
      timestamp_ms: 1795417500123,
      origin_fbl: 0.101,
      origin_lbl: 0.2,
      asn: 64496,
      c_country: "DE",
      cache_behavior_path_pattern: "/video/*",
    };
    const readNamed = (order: readonly string[], separator = "\t") => {
      const reader = lineReader(FORMATS.cloudfront);
      reader(`#Fields: ${order.join(" ")}`);
      return reader(order.map((name) => texts[name]).join(separator));
    };

    it.each([
      ["the order that AWS chooses", [...names, "c-country", "cache-behavior-path-pattern"]],
      ["the order of the columns", [...names, ...Object.keys(added)]],
      ["the reverse order", Object.keys(texts).reverse()],
    ])("have the same values in %s, and NULL for fields that are not there", (_, order) => {
      const absent = Object.keys(added)
        .filter((name) => !order.includes(name))
        .map((name) => [name.replace("(ms)", "_ms").replaceAll("-", "_"), null]);
      expect(readNamed(order)).toEqual({
        kind: "row",
        row: { ...expected, ...Object.fromEntries(absent) },
      });
    });

    it("have the same values in JSON, where everything is text and what is missing is a dash", () => {
      const line = JSON.stringify({ ...texts, "cs(Cookie)": "-", "distribution-tenant-id": "-" });
      expect(read("cloudfront", line)).toEqual({ ...expected, cs_cookie: null });
    });

    it("have NULL in the added columns where lines are read by position", () => {
      expect(read("cloudfront", legacy.join("\t"))).toMatchObject({ c_country: null, timestamp_ms: null });
    });

    it("are unparsed if an added field has another form", () => {
      expect(read("cloudfront", JSON.stringify({ ...texts, asn: "AS64496" }))).toBe("unparsed");
    });

    it("have the tenant as it is, because the name shows what it is", () => {
      const line = JSON.stringify({ ...texts, "distribution-tenant-id": "tenant", "connection-id": "c1" });
      expect(read("cloudfront", line)).toMatchObject({
        distribution_tenant_id: "tenant",
        connection_id: "c1",
        c_country: "DE",
      });
    });
  });

  it("does not read lines as rows if the header names another log", () => {
    const reader = lineReader(FORMATS.cloudfront);
    const rtmp =
      "date time x-edge-location c-ip x-event sc-bytes x-cf-status x-cf-client-id cs-uri-stem cs-uri-query";
    expect(reader(`#Fields: ${rtmp}`).kind).toBe("header");
    const line =
      "2010-03-12\t23:51:20\tSEA4\t192.0.2.147\tconnect\t2014\tOK\tbfd8\trtmp://s.example.com/\tk=v";
    expect(reader(line).kind).toBe("unparsed");
    expect(read("cloudfront", line)).toBe("unparsed");
  });

  it.each([
    ['{"timestamp(ms)":"1795417512186","sc-status":"200"}'],
    ['{"date":"","timestamp(ms)":1795417512186,"sc-status":"200"}'],
    ["1795417512186\t200"],
  ])("have the date and the time of their milliseconds if they have no others: %s", (line) => {
    const reader = lineReader(FORMATS.cloudfront);
    reader("#Fields: timestamp(ms) sc-status");
    expect(reader(line)).toMatchObject({
      row: { date: "2026-11-23", time: "2026-11-23T07:05:12.000000Z", timestamp_ms: 1_795_417_512_186 },
    });
  });

  it("reads a line of JSON", () => {
    const line = JSON.stringify({ date: "2026-11-23", time: "07:05:00", "cs(Cookie)": "a=b", asn: "64496" });
    expect(read("cloudfront", line)).toMatchObject({
      time: "2026-11-23T07:05:00.000000Z",
      cs_cookie: "a=b",
      sc_status: null,
    });
    expect(read("cloudfront", "{broken")).toBe("unparsed");
    expect(read("cloudfront", '{"date":"2026-11-23","time":"07:05:00","level":"info"}')).toBe("unparsed");
  });

  it.each([
    ["a number", 5, "5"],
    ["true", true, "true"],
    ["null", null, null],
    ["an object", { a: 1 }, null],
    ["a list", ["a"], null],
    ["a text with the ends of fields and lines", "a\tb\r\nc\u0000", "a b  c "],
    ["half of a character", "a\ud800", "a?"],
  ])("reads %s in JSON as one text, or as NULL", (_, value, text) => {
    const line = JSON.stringify({
      date: "2026-11-23",
      time: "07:05:00",
      "cs(Host)": "x",
      "cs-method": value,
    });
    expect(read("cloudfront", line)).toMatchObject({ cs_method: text });
  });

  it("does not read an object as a row if only fields of other logs have a value", () => {
    const line = { date: "2026-11-23", time: "07:05:00", "c-ip": "192.0.2.1", "cs(Host)": "" };
    expect(read("cloudfront", JSON.stringify(line))).toBe("unparsed");
    expect(read("cloudfront", JSON.stringify({ ...line, "cs(Host)": "-" }))).not.toBe("unparsed");
  });

  it("does not read keys in another case, or JSON where other formats are expected", () => {
    const line = { date: "2026-11-23", time: "07:05:00", "cs(Host)": "x" };
    expect(read("cloudfront", JSON.stringify({ ...line, "CS-METHOD": "GET" }))).toMatchObject({
      cs_method: null,
    });
    expect(read("cloudfront", JSON.stringify({ ...line, Date: "2026-11-23", date: "" }))).toBe("unparsed");
    expect(read("alb", JSON.stringify(line))).toBe("unparsed");
  });
});

describe("lines of the other logs of load balancers", () => {
  it.each([
    ["alb-connection", 12],
    ["alb-health-check", 8],
    ["elb", 12],
    ["nlb", 18],
  ] as const)("of %s have at least %i fields, and unknown ones after the last", (id, fewest) => {
    const whole = LINES[id]();
    const { length } = FORMATS[id].fields;
    for (let count = 1; count <= length; count++) {
      const expected = count < fewest ? "unparsed" : expect.objectContaining({ time: expect.any(String) });
      expect(read(id, LINES[id]({}, count))).toEqual(expected);
    }
    expect(read(id, `${whole} - "a new field" 42`)).toEqual(read(id, whole));
  });

  it.each([
    [
      "a connection whose handshake failed",
      "alb-connection",
      {
        tls_protocol: "-",
        tls_cipher: "-",
        tls_handshake_latency: "-",
        leaf_client_cert_subject: '"-"',
        tls_verify_status: "Failed:ClientCertUntrusted",
      },
      { tls_protocol: null, tls_handshake_latency: null, leaf_client_cert_subject: null },
    ],
    [
      "a subject with spaces and commas",
      "alb-connection",
      { leaf_client_cert_subject: '"CN=a b, O=\\x22c\\x22"' },
      { leaf_client_cert_subject: "CN=a b, O=\\x22c\\x22", leaf_client_cert_serial_number: "3F9A0C2217B84D" },
    ],
    [
      "a Lambda function as the target",
      "alb-health-check",
      { target_addr: "arn:aws:lambda:us-east-1:111122223333:function:f", type: "lambda" },
      { type: "lambda", target_addr: "arn:aws:lambda:us-east-1:111122223333:function:f", status: "PASS" },
    ],
    [
      "the time without a zone",
      "nlb",
      { time: "2018-12-20T02:59:40", tls_connection_creation_time: "2018-12-20T02:59:30" },
      { time: "2018-12-20T02:59:40.000000Z", tls_connection_creation_time: "2018-12-20T02:59:30.000000Z" },
    ],
    [
      "a list that begins with a quote, in whole, cut, or missing",
      "nlb",
      { alpn_client_preference_list: '"h2","http/1' },
      {
        alpn_client_preference_list: '"h2","http/1',
        tls_connection_creation_time: "2026-11-23T07:05:07.000000Z",
      },
    ],
    [
      "no destination",
      "nlb",
      { "destination:port": "-", alpn_client_preference_list: "-" },
      { target_ip: null, target_port: null, alpn_client_preference_list: null },
    ],
    [
      "a TCP listener",
      "elb",
      { elb_status_code: "-", backend_status_code: "-", request: '"- - - "', user_agent: '"-"' },
      { elb_response_code: null, request_verb: null, url: null, protocol: null, user_agent: null },
    ],
    [
      "quotes after backslashes",
      "elb",
      { request: '"GET http://h:80/\\"a b\\" HTTP/1.1"', user_agent: '"\\"nlp research\\""' },
      { url: 'http://h:80/\\"a b\\"', protocol: "HTTP/1.1", user_agent: '\\"nlp research\\"' },
    ],
  ] as const)("are read with %s", (_, id, changes, expected) => {
    expect(read(id, LINES[id](changes))).toMatchObject(expected);
  });

  it.each([
    ["a bare quote", "elb", { user_agent: '"an "evil" agent"' }],
    ["a quote that ends with a backslash", "elb", { user_agent: '"cut \\"' }],
    ["a bare quote in the URL", "elb", { request: '"GET http://h:80/" x HTTP/1.1"' }],
    ["a bare quote in the subject", "alb-connection", { leaf_client_cert_subject: '"CN="a""' }],
    ["a port that is too long", "alb-connection", { client_port: "123456" }],
    ["an alert that is no number", "nlb", { incoming_tls_alert: "x" }],
    ["a time that does not exist", "nlb", { time: "2026-02-30T07:05:00" }],
  ] as const)("are unparsed with %s", (_, id, changes) => {
    expect(read(id, LINES[id](changes))).toBe("unparsed");
  });

  it("are read with a field of 64 KB, also of escaped quotes only, and quickly", () => {
    for (const text of ["x", '\\"', 'a \\"', " "]) {
      const long = text.repeat(65_536 / text.length);
      const start = performance.now();
      expect(read("elb", LINES.elb({ user_agent: `"${long}"` }))).toMatchObject({ user_agent: long });
      expect(read("elb", LINES.elb({ request: `"GET /${long}x HTTP/1.1"` }))).toMatchObject({
        url: `/${long}x`,
      });
      expect(performance.now() - start).toBeLessThan(2000);
    }
  });
});

describe("a CloudFront line without a status", () => {
  it("is unparsed if it is read by position: it could lack a field before the status", () => {
    expect(read("cloudfront", cloudfrontLine({ "sc-status": "-" }))).toBe("unparsed");
  });

  it.each(["-", ""])("has no status if its fields are found by name: '%s'", (status) => {
    expect(read("cloudfront", JSON.stringify({ ...CLOUDFRONT_FIELDS, "sc-status": status }))).toMatchObject({
      sc_status: null,
      cs_method: "GET",
    });
  });
});

describe("a CloudFront line that lacks a field of those that AWS added together", () => {
  const LATE = [
    "c-port",
    "time-to-first-byte",
    "x-edge-detailed-result-type",
    "sc-content-type",
    "sc-content-len",
    "sc-range-start",
    "sc-range-end",
  ];

  it.each(LATE)("is no row without %s, whatever its values are", (name) => {
    const fields = Object.entries({ ...CLOUDFRONT_FIELDS, "sc-range-start": "0", "sc-range-end": "99" });
    const line = fields
      .filter(([field]) => field !== name)
      .map(([, text]) => text)
      .join("\t");
    expect(lineReader(FORMATS.cloudfront)(line)).toEqual({ kind: "unparsed" });
  });

  it("is a row without the last one if it has no range", () => {
    for (const range of ["", "-"]) {
      const line = Object.values({ ...CLOUDFRONT_FIELDS, "sc-range-start": range })
        .slice(0, -1)
        .join("\t");
      expect(lineReader(FORMATS.cloudfront)(line)).toMatchObject({ kind: "row" });
    }
  });

  it("is a row without all of them, as lines from before December 2019 are", () => {
    const line = Object.values(CLOUDFRONT_FIELDS).slice(0, -LATE.length).join("\t");
    expect(lineReader(FORMATS.cloudfront)(line)).toMatchObject({ kind: "row" });
  });
});
