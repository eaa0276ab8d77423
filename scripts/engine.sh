#!/usr/bin/env bash
# A real engine on real S3, for the tests in __tests__/engine/: Trino (with Hive and Iceberg, the parts of Athena) on Ceph's
# RADOS Gateway. Both use only loopback; "stop" deletes their data.
#
#   eval "$(scripts/engine.sh start)"   starts both; sets S3_ENDPOINT, its keys, and TRINO_URL
#   scripts/engine.sh install           only installs them
#   scripts/engine.sh stop              stops the servers that it started, and deletes their data
#
# If S3_ENDPOINT is already set, Trino uses that server, and "stop" does not stop it. Exit code 3: a program is not installed.
set -euo pipefail
cd "$(dirname "$0")/.."

VERSION=476
MIN_JAVA=24
PORT=${TRINO_PORT:-18080}
HEAP=${TRINO_HEAP:-4G}
DATA=${TRINO_DATA:-/tmp/access-logs-trino}
CACHE=${TRINO_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/access-logs-trino}
REPOSITORY=${MAVEN_REPOSITORY:-$HOME/.m2/repository}
MISSING=3

log() { echo "engine: $*" >&2; }

# missing WHAT HOW-TO-INSTALL
missing() {
  log "$1 is not installed: $2"
  exit "$MISSING"
}

major_version() { "$1/bin/java" -version 2>&1 | sed -n 's/.* version "\([0-9][0-9]*\).*/\1/p'; }

# The first JDK that is new enough: in JAVA_HOME, in the usual folders, on the PATH.
find_java() {
  local on_path home version
  on_path=$(command -v java || true)
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/* /Library/Java/JavaVirtualMachines/*/Contents/Home \
    "${on_path:+$(dirname "$(dirname "$(readlink -f "$on_path")")")}"; do
    [ -n "$home" ] && [ -x "$home/bin/java" ] || continue
    version=$(major_version "$home")
    [ "${version:-0}" -ge "$MIN_JAVA" ] && echo "$home" && return
  done
  return 1
}

# Trino's distribution, without unused plugins.
install_server() {
  SERVER=$CACHE/trino-server-$VERSION
  [ -d "$SERVER" ] && return
  local archive=$REPOSITORY/io/trino/trino-server/$VERSION/trino-server-$VERSION.tar.gz work
  if [ ! -f "$archive" ]; then
    command -v mvn >/dev/null || missing "Maven's client (mvn)" "apt-get install maven, or https://maven.apache.org/install.html"
    log "fetching Trino $VERSION from Maven Central (821 MB)"
    # -C: a wrong checksum is an error.
    mvn -q -B -C "-Dmaven.repo.local=$REPOSITORY" org.apache.maven.plugins:maven-dependency-plugin:3.6.1:get \
      "-Dartifact=io.trino:trino-server:$VERSION:tar.gz" -Dtransitive=false >&2
  fi
  log "unpacking Trino $VERSION to $CACHE"
  mkdir -p "$CACHE"
  work=$(mktemp -d "$CACHE/.unpack-XXXXXX")
  # Unpacks everything: many files of a plugin are hard links to files of another plugin.
  tar -xzf "$archive" -C "$work" || { rm -rf "$work"; log "$archive is damaged: delete it, then try again"; exit 1; }
  find "$work/trino-server-$VERSION/plugin" -mindepth 1 -maxdepth 1 ! -name hive ! -name iceberg -exec rm -rf {} +
  # In one step: an interrupted start leaves no incomplete server.
  mv "$work/trino-server-$VERSION" "$SERVER"
  rm -rf "$work"
}

# Both catalogs use the same tables, stored in files. The Hive catalog redirects Iceberg tables, so it works like Athena's
# single catalog.
write_configuration() {
  mkdir -p "$DATA"/{etc/catalog,metastore}
  cat >"$DATA/etc/node.properties" <<CONF
node.environment=test
node.id=access-logs
plugin.dir=$SERVER/plugin
CONF
  cat >"$DATA/etc/jvm.config" <<CONF
-server
-Xmx$HEAP
-XX:+UseSerialGC
-XX:+ExitOnOutOfMemoryError
-XX:ReservedCodeCacheSize=512M
-XX:TieredStopAtLevel=1
-Djdk.attach.allowAttachSelf=true
-Dfile.encoding=UTF-8
--enable-native-access=ALL-UNNAMED
CONF
  # The tests run many small statements: optimizations for large ones only cost time on two cores, and so do more stages for a
  # statement, statistics for its plan, and clocks for each operator. With one writer per task, the limit of 100 open partitions
  # applies to a statement, as in Athena.
  cat >"$DATA/etc/config.properties" <<CONF
coordinator=true
node-scheduler.include-coordinator=true
http-server.http.port=$PORT
discovery.uri=http://127.0.0.1:$PORT
catalog.management=static
task.max-writer-count=1
task.concurrency=1
redistribute-writes=false
optimizer.join-reordering-strategy=NONE
optimizer.distinct-aggregations-strategy=SINGLE_STEP
optimizer.use-cost-based-partitioning=false
join-distribution-type=BROADCAST
distributed-sort=false
enable-stats-calculator=false
statistics-precalculation-for-pushdown.enabled=false
task.cpu-timer-enabled=false
task.per-operator-cpu-timer-enabled=false
task.statistics-cpu-timer-enabled=false
task.status-refresh-max-wait=10s
task.info-update-interval=10s
query.remote-task.enable-adaptive-request-size=false
query.determine-partition-count-for-write-enabled=false
exchange.data-integrity-verification=NONE
http-server.log.enabled=false
CONF
  printf '%s\n' io.trino=WARN org.apache.iceberg=WARN >"$DATA/etc/log.properties"
  local common="fs.native-local.enabled=true
local.location=$DATA/metastore
fs.native-s3.enabled=true
s3.endpoint=$S3_ENDPOINT
s3.region=us-east-1
s3.path-style-access=true
s3.aws-access-key=$S3_ACCESS_KEY
s3.aws-secret-key=$S3_SECRET_KEY
hive.metastore.catalog.dir=local:///catalog"
  cat >"$DATA/etc/catalog/awsdatacatalog.properties" <<CONF
connector.name=hive
hive.metastore=file
hive.iceberg-catalog-name=iceberg
hive.allow-register-partition-procedure=true
hive.non-managed-table-writes-enabled=true
$common
CONF
  # Small files are read by column, like large files; otherwise all of their bytes would count as scanned.
  cat >"$DATA/etc/catalog/iceberg.properties" <<CONF
connector.name=iceberg
iceberg.catalog.type=TESTING_FILE_METASTORE
iceberg.expire-snapshots.min-retention=0s
iceberg.remove-orphan-files.min-retention=0s
iceberg.unique-table-location=false
iceberg.max-partitions-per-writer=100
parquet.small-file-threshold=0B
$common
CONF
}

is_ready() {
  node -e "fetch('http://127.0.0.1:$PORT/v1/info').then((r) => r.json()).then((i) => process.exit(i.starting ? 1 : 0), () => process.exit(1))"
}

s3_answers() { node -e "fetch(process.argv[1]).then(() => process.exit(0), () => process.exit(1))" "$S3_ENDPOINT"; }

start_trino() {
  write_configuration
  "$SERVER/bin/launcher" run --etc-dir "$DATA/etc" --data-dir "$DATA/data" >"$DATA/trino.out" 2>&1 &
  echo $! >"$DATA/trino.pid"
  local deadline=$((SECONDS + 180))
  until is_ready; do
    kill -0 "$(cat "$DATA/trino.pid")" 2>/dev/null && [ "$SECONDS" -lt "$deadline" ] && sleep 0.5 && continue
    log "Trino did not start:"
    tail -n 20 "$DATA/trino.out" >&2
    stop
    exit 1
  done
  log "Trino $VERSION answers on port $PORT"
}

find_jdk() {
  JAVA_HOME=$(find_java) || missing "a JDK of $MIN_JAVA or later" \
    "https://adoptium.net/installation (Debian: temurin-25-jdk), then set JAVA_HOME unless it lies in /usr/lib/jvm"
  export JAVA_HOME PATH="$JAVA_HOME/bin:$PATH"
}

install() {
  find_jdk
  install_server
  [ -n "${S3_ENDPOINT:-}" ] || scripts/radosgw.sh install
}

start() {
  # A start that was interrupted may have left the mark of a server that is not the one in S3_ENDPOINT.
  [ -z "${S3_ENDPOINT:-}" ] || rm -f "$DATA/radosgw"
  stop
  find_jdk
  install_server
  mkdir -p "$DATA"
  if [ -z "${S3_ENDPOINT:-}" ]; then
    touch "$DATA/radosgw"
    scripts/radosgw.sh start >"$DATA/radosgw.env" || { local status=$?; rm -rf "$DATA"; exit "$status"; }
    # shellcheck disable=SC1091
    . "$DATA/radosgw.env"
  fi
  s3_answers || { log "no server answers at S3_ENDPOINT=$S3_ENDPOINT"; rm -rf "$DATA"; exit 1; }
  start_trino
  echo "export S3_ENDPOINT=$S3_ENDPOINT S3_ACCESS_KEY=$S3_ACCESS_KEY S3_SECRET_KEY=$S3_SECRET_KEY"
  echo "export TRINO_URL=http://127.0.0.1:$PORT"
}

# is_trino PID: after a restart of the machine, a number in a file may be that of another process.
is_trino() { ps -o args= -p "$1" 2>/dev/null | grep -qF "$DATA/etc"; }

stop() {
  local pid
  if [ -f "$DATA/trino.pid" ]; then
    pid=$(cat "$DATA/trino.pid")
    is_trino "$pid" && kill "$pid" 2>/dev/null || true
    while is_trino "$pid"; do sleep 0.2; done
  fi
  [ ! -f "$DATA/radosgw" ] || scripts/radosgw.sh stop
  rm -rf "$DATA"
}

case "${1:-}" in
start) start ;;
install) install ;;
stop) stop ;;
*)
  echo "usage: scripts/engine.sh start|install|stop" >&2
  exit 2
  ;;
esac
