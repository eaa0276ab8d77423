import { explanationOf } from "../../cli/explain-error";
import { UserError } from "../../terminal/user-error";

/** An error of the file system, as Node makes it. */
const ofFile = (code: string, path?: string): Error =>
  Object.assign(new Error(`${code}: text of Node`), { code, syscall: "open", ...(path ? { path } : {}) });

const named = (name: string, message: string): Error => Object.assign(new Error(message), { name });

const CASES: readonly (readonly [Error, string | RegExp])[] = [
  [ofFile("ENOENT", "a.sql"), "a.sql: the file or folder does not exist"],
  [ofFile("ENOTDIR", "a/b"), "a/b: a part of the path is a file and not a folder"],
  [ofFile("EMFILE", "a"), "a: EMFILE: text of Node"],
  // Node does not say which.
  [ofFile("EISDIR"), "this is a folder and not a file"],
  [new Error("Region is missing"), /^Region is missing; set AWS_REGION/],
  [
    named("CredentialsProviderError", "Could not load credentials from any providers"),
    /^Could not load credentials from any providers; sign in, e\.g\. with "aws sso login"/,
  ],
  [
    Object.assign(named("ExpiredToken", "The provided token has expired."), { $metadata: {} }),
    'The provided token has expired; renew your credentials, e.g. with "aws sso login"',
  ],
  [Object.assign(new Error("Access Denied"), { $metadata: {} }), "Access Denied"],
  [new UserError("set --lake"), "set --lake"],
];

it.each(CASES.map(([error, says]) => ({ error, says })))(
  "an error is explained in one line: $says",
  ({ error, says }) => {
    expect(explanationOf(error)).toMatch(says);
  },
);

it("a bug is not explained, so that its stack is shown", () => {
  expect(explanationOf(new TypeError("x is not a function"))).toBeUndefined();
  expect(explanationOf(new Error("the token has expired"))).toBeUndefined();
  expect(explanationOf(ofFile("EPIPE"))).toBeUndefined();
  expect(explanationOf("text")).toBeUndefined();
});
