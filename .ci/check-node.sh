#!/usr/bin/env bash
# The commands of the README, and the package in a project of its own, on a version of Node. In a copy of the project, so
# that several versions can run at once: .ci/check-node.sh VERSION STACKS MODULE
# STACKS and MODULE are folders with what the installed Node synthesized: every version writes the same.
set -euo pipefail
version=$1 stacks=$2 module=$3
cd "$(dirname "$0")/.."
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z | xargs -0 cp --parents -t "$copy"
cd "$copy"

run() {
  echo "-- $*"
  .ci/on-node.sh "$version" "$@"
}

run npm ci --no-audit --no-fund
run npm start
run npx cdktf synth
diff -r "$stacks" cdktf.out/stacks
errors=$(run node dist/build-terraform-module.js 2>&1 >/dev/null)
[ -z "$errors" ] || { echo "on standard error: $errors"; exit 1; }
diff -r "$module" dist/terraform-module
run node .ci/consume.js
