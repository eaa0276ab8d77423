#!/usr/bin/env bash
# Runs a command on a given version of Node, whatever version is installed: .ci/on-node.sh 26.10.0 npm test
# npm installs Node, for Linux and macOS, from a package without install scripts, and keeps it for the next run.
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
