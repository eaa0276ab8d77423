import { keyPath } from "../../lake/key-path";

/** Of Elastic Load Balancing, CloudFront, and this project. */
const KEYS = [
  "alb/AWSLogs/111122223333/elasticloadbalancing/eu-central-1/2026/11/23/111122223333_elasticloadbalancing_eu-central-1_app.shop.50dc6c495c0c9188_20261123T0705Z_10.0.0.5_0a1b2c3d.log.gz",
  "cloudfront/E2EXAMPLE1SHOP.2026-11-23-07.0a1b2c3d.gz",
  "raw/alb_access_logs/source=shop/dt=2026-11-23/hour=07/0a1b2c3d-a.log.gz",
  "a/.hidden",
  "contents/console.log",
];

describe.each(["linux", "darwin", "win32"] as const)("the path of a key on %s", (platform) => {
  it.each(KEYS)("is the key: %s", (key) => {
    expect(keyPath(key, platform)).toBe(key);
  });

  it.each(["../x", "a/../../x", "/x", "a//b", "a/", "", ".", "a\0b"])(
    "never leaves the folder: %j",
    (key) => {
      expect(() => keyPath(key, platform)).toThrow("is not a path below a folder");
    },
  );
});

describe("a key that is not a valid file name on Windows", () => {
  it.each([
    ["a/x:y.gz", "x:y.gz"],
    ["..\\..\\x", "..\\..\\x"],
    ["a?/b", "a?"],
    ['a/"b"', '"b"'],
    ["a/b*", "b*"],
    ["a/<b>", "<b>"],
    ["a|b", "a|b"],
    ["a/tab\there", "tab\there"],
    ["a./b", "a."],
    ["a/b ", "b "],
    ["a/NUL", "NUL"],
    ["com1.log/x", "com1.log"],
  ])("is refused on Windows with the wrong part, and accepted elsewhere: %j", (key, part) => {
    expect(() => keyPath(key, "win32")).toThrow(`no file can have the name "${part}"`);
    expect(keyPath(key, "linux")).toBe(key);
  });
});
