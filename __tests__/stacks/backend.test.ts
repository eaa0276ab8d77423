import { BACKENDS, terraformBlock } from "../helpers/backends";

describe("the state backend", () => {
  it.each(BACKENDS.map(({ settings, block }) => [JSON.stringify(settings), settings, block] as const))(
    "is exactly the one in the settings: %s",
    (_, settings, block) => {
      expect(terraformBlock(settings).backend).toEqual(block);
    },
  );

  it.each([[{ name: "access-logs" }], [{ tags: ["logs", "prod"], project: "platform" }]])(
    "is HCP Terraform instead of a backend, with the workspaces %j",
    (workspaces) => {
      const block = terraformBlock({ type: "cloud", organization: "acme", workspaces });
      expect(block).toMatchObject({ cloud: { organization: "acme", workspaces } });
      expect(block.backend).toBeUndefined();
    },
  );

  it.each([
    [{ type: "s3", bucket: "state" }, "backend.key: "],
    [{ type: "s3", bucket: "state", key: "k", region: "r", access_key: "AKIA" }, '"access_key"'],
    [
      { type: "s3", bucket: "b-1", key: "k", region: "r", assume_role: { role_arn: "me" } },
      "must be the ARN",
    ],
    [{ type: "cloud", organization: "acme", workspaces: {} }, 'must have "name" or "tags"'],
    [
      { type: "remote", organization: "acme", workspaces: { name: "a", prefix: "b" } },
      'must have "name" or "prefix"',
    ],
    [{ type: "http", address: "state" }, "backend.address: "],
    [{ type: "swift" }, "backend"],
  ])("is refused with the name of the option when it is %j", (backend, message) => {
    expect(() => terraformBlock(backend)).toThrow(message);
  });
});
