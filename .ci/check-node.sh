#!/usr/bin/env bash
# The commands of the README on a version of Node, and the package in a project of its own. In a copy of the project, so
# that several versions can run at once: .ci/check-node.sh VERSION STACKS MODULE [NODE_MODULES]
# STACKS and MODULE are folders with what the installed Node synthesized: every version writes the same. With NODE_MODULES,
# a folder of installed packages, nothing is installed, neither here nor in another project, and the module is not built.
set -euo pipefail
version=$1 stacks=$2 module=$3 node_modules=${4:-}
cd "$(dirname "$0")/.."
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z | xargs -0 cp --parents -t "$copy"
cd "$copy"

run() {
  echo "-- $*"
  .ci/on-node.sh "$version" "$@"
}

if [ -n "$node_modules" ]; then
  cp -al "$node_modules" node_modules 2>/dev/null || cp -a "$node_modules" node_modules
else
  run npm ci --no-audit --no-fund
fi
run npm start
run npx cdktf synth
diff -r "$stacks" cdktf.out/stacks
if [ -z "$node_modules" ]; then
  errors=$(run npm run --silent release 2>&1 >/dev/null)
  [ -z "$errors" ] || { echo "on standard error: $errors"; exit 1; }
  diff -r "$module" dist/terraform-module
  run node .ci/consume.js
fi
