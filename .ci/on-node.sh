#!/usr/bin/env bash
# Runs a command on one of the Nodes that are supported, whatever the machine has: .ci/on-node.sh 26.10.0 npm test
# npm brings Node, for Linux and macOS, as a package without install scripts; it is kept for the next time.
set -euo pipefail
version=$1
shift
package=node-$(node -p 'process.platform + "-" + process.arch')
folder=${TMPDIR:-/tmp}/access-logs-nodes/$version
bin=$folder/node_modules/$package/bin
if [ ! -x "$bin/node" ]; then
  npm install --silent --no-audit --no-fund --no-save --prefix "$folder" "$package@$version" >&2
fi
PATH=$bin:$PATH exec "$@"
