import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FORMATS } from "../../formats";
import { fieldsByName } from "../../formats/log-format";

const EXAMPLE = readFileSync(join(__dirname, "../../examples/terraform/cloudfront-json/main.tf"), "utf8");
const { delivery } = FORMATS.cloudfront;
const vended = delivery.kind === "acl" ? delivery.vended : undefined;

describe("the example of a delivery of CloudFront's logs as JSON", () => {
  it("delivers all fields that the table has", () => {
    const [, list = ""] = /record_fields = \[(.*?)\]/s.exec(EXAMPLE) ?? [];
    expect([...list.matchAll(/"([^"]+)"/g)].map(([, name]) => name)).toEqual(
      fieldsByName(FORMATS.cloudfront).map(({ name }) => name),
    );
  });

  it("is in the Region of all deliveries, with the path of those that the app creates", () => {
    expect(EXAMPLE.match(/provider += aws\.us_east_1\n/g)).toHaveLength(3);
    expect(EXAMPLE).toContain(`region = "${vended?.region}"`);
    expect(EXAMPLE).toContain(`:logs:${vended?.region}:`);
    expect(EXAMPLE).toContain(`suffix_path                 = "${vended?.suffixPath}"`);
    expect(EXAMPLE).toContain(`log_type     = "${vended?.logType}"`);
  });
});
