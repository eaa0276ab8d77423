import { isAllowed, type Statement } from "../../testing/permissions/evaluate";

const allow = (
  Action: string | string[],
  Resource: string | string[],
  more: Partial<Statement> = {},
): Statement => ({
  Effect: "Allow",
  Action,
  Resource,
  ...more,
});
const READ = allow("s3:GetObject", "arn:aws:s3:::logs/raw/*");

describe("a request", () => {
  it.each([
    ["the same action and resource", [READ], "s3:GetObject", "arn:aws:s3:::logs/raw/a/b", true],
    ["an action in other case", [READ], "S3:getobject", "arn:aws:s3:::logs/raw/a", true],
    ["another action", [READ], "s3:PutObject", "arn:aws:s3:::logs/raw/a", false],
    ["a resource in other case", [READ], "s3:GetObject", "arn:aws:s3:::logs/RAW/a", false],
    ["another resource", [READ], "s3:GetObject", "arn:aws:s3:::logs/lake/a", false],
    ["the bucket itself", [READ], "s3:GetObject", "arn:aws:s3:::logs", false],
    ["one of several actions", [allow(["a:B", "s3:Get*"], "*")], "s3:GetObject", "x", true],
    ["a dot, which is no pattern", [allow("a:B", "x.y")], "a:B", "xzy", false],
    ["a dollar", [allow("a:B", "raw/*_$folder$")], "a:B", "raw/h_$folder$", true],
    ["one character for a question mark", [allow("a:B", "x?")], "a:B", "xy", true],
    ["two characters for a question mark", [allow("a:B", "x?")], "a:B", "xyz", false],
    [
      "what is denied, too",
      [READ, { ...READ, Effect: "Deny" }],
      "s3:GetObject",
      "arn:aws:s3:::logs/raw/a",
      false,
    ],
    ["no statement at all", [], "s3:GetObject", "x", false],
  ] as const)("for %s is evaluated as in IAM", (_, statements, action, resource, expected) => {
    expect(isAllowed([...statements] as Statement[], { action, resource })).toBe(expected);
  });

  it.each([
    ["StringEquals", "logs", "logs", true],
    ["StringEquals", "logs", "other", false],
    ["StringEquals", "logs", undefined, false],
    ["StringLike", "raw/*", "raw/x", true],
    ["ArnLike", "arn:aws:s3:::*", "arn:aws:s3:::x", true],
    ["Bool", "true", "true", true],
    ["Null", "true", undefined, true],
    ["Null", "false", undefined, false],
    ["Null", "false", "there", true],
  ] as const)("under the condition %s %s is evaluated by its key %s", (operator, wanted, value, expected) => {
    const statement = allow("a:B", "*", { Condition: { [operator]: { key: wanted } } });
    const context = value === undefined ? {} : { key: value };
    expect(isAllowed([statement], { action: "a:B", resource: "x", context })).toBe(expected);
  });

  it("under an unknown condition is not evaluated", () => {
    const statement = allow("a:B", "*", { Condition: { DateLessThan: { key: "2030" } } });
    expect(() => isAllowed([statement], { action: "a:B", resource: "x" })).toThrow(
      'no operator "DateLessThan"',
    );
  });
});
