#!/usr/bin/env bash
# Packs the package, installs it into a project of its own, type-checks a consumer and synthesizes with it.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

tarball=$(cd "$root" && npm pack --silent --pack-destination "$work" | tail -n 1)
version() { node -p "require('$root/package.json').devDependencies['$1']"; }

cd "$work"
cat >package.json <<JSON
{ "name": "consumer", "private": true }
JSON
cat >main.ts <<'TS'
import { App, TerraformStack } from "cdktf";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { AccessLogPipeline, type AccessLogPipelineProps } from "cdktf-access-logs";
import { FORMATS } from "cdktf-access-logs/formats";

const props: AccessLogPipelineProps = {
  name: "logs",
  sources: [{ name: "web", format: "alb", prefix: "alb/" }],
};
const app = new App();
const stack = new TerraformStack(app, "mine");
new AwsProvider(stack, "aws", { region: "eu-central-1" });
const pipeline = new AccessLogPipeline(stack, "logs", props);
const bucket: string = pipeline.bucket.bucket.bucket;
if (bucket === "" || FORMATS.alb.table !== "alb_access_logs") throw new Error("not what was expected");
app.synth();
TS
cat >tsconfig.json <<'JSON'
{
  "compilerOptions": {
    "strict": true,
    "exactOptionalPropertyTypes": true,
    "target": "es2022",
    "module": "nodenext",
    "moduleResolution": "nodenext",
    "types": ["node"],
    "outDir": "out"
  },
  "include": ["main.ts"]
}
JSON
npm install --silent --no-audit --no-fund "./$tarball" "cdktf@$(version cdktf)" "constructs@$(version constructs)" \
  "@cdktf/provider-aws@$(version @cdktf/provider-aws)" "typescript@$(version typescript)" "@types/node@$(version @types/node)"
npx tsc
node out/main.js
test -s cdktf.out/stacks/mine/cdk.tf.json
test "$(find cdktf.out -name '*.zip' | wc -l)" -eq 4
npx access-logs --help >/dev/null
test ! -d node_modules/esbuild
