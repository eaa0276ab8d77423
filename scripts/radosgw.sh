#!/usr/bin/env bash
# A real S3 server for the contract tests: Ceph's RADOS Gateway on this machine, in memory, on loopback only.
#
#   eval "$(scripts/radosgw.sh start)"   installs (as root, from Debian) and starts it; sets S3_ENDPOINT and the keys
#   scripts/radosgw.sh install           only installs it
#   scripts/radosgw.sh user NAME         adds a user without permissions, with access key NAME and secret key NAME-secret
#   scripts/radosgw.sh stop              stops it and deletes its data
#
# Exit code 3: it cannot be installed; or, with "user", this script did not start the server.
set -euo pipefail

DATA=${RADOSGW_DATA:-/tmp/access-logs-radosgw}
PORT=${RADOSGW_PORT:-7480}
ACCESS_KEY=contract
SECRET_KEY=contract-secret

log() { echo "radosgw: $*" >&2; }

stop() {
  local file pid
  for file in "$DATA"/*.pid; do
    [ -f "$file" ] || continue
    pid=$(cat "$file")
    # After a restart of the machine, the number may be that of another process.
    case $(ps -o comm= -p "$pid" 2>/dev/null) in ceph-mon | ceph-osd | radosgw) kill "$pid" 2>/dev/null || true ;; esac
  done
  rm -rf "$DATA"
}

install_packages() {
  command -v radosgw >/dev/null && command -v ceph-osd >/dev/null && return
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    log "not installed: run this as root on Debian, or install radosgw, ceph-mon, ceph-osd and ceph-common"
    exit 3
  fi
  log "installing Debian's radosgw"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >&2
  apt-get install -y -qq --no-install-recommends radosgw ceph-mon ceph-osd ceph-common >/dev/null 2>&1
}

# wait_for SECONDS COMMAND...: tries until it succeeds
wait_for() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$deadline" ] || { log "gave up waiting for: $*"; tail -n 5 "$DATA"/*.log >&2; return 1; }
    sleep 0.3
  done
}

write_configuration() {
  mkdir -p "$DATA"/{mon,osd,run}
  cat >"$DATA/ceph.conf" <<CONF
[global]
fsid = $1
mon_host = [v2:127.0.0.1:13300,v1:127.0.0.1:16789]
mon_initial_members = a
auth_cluster_required = cephx
auth_service_required = cephx
auth_client_required = cephx
auth_allow_insecure_global_id_reclaim = true
keyring = $DATA/keyring
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 4
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 2000
run_dir = $DATA/run
admin_socket = $DATA/run/\$name.asok
pid_file = $DATA/run/\$name.pid
log_file = $DATA/\$name.log
mon_cluster_log_file = $DATA/cluster.log
[mon.a]
mon_data = $DATA/mon
[osd.0]
osd_data = $DATA/osd
osd_objectstore = memstore
memstore_device_bytes = 2147483648
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
[client.rgw.a]
rgw_frontends = beast endpoint=127.0.0.1:$PORT tcp_nodelay=1
rgw_dns_name = localhost
rgw_crypt_require_ssl = false
CONF
}

# create_user NAME ACCESS-KEY SECRET-KEY [OPTION...]
create_user() {
  local name=$1 access=$2 secret=$3
  shift 3
  timeout 120 radosgw-admin -n client.rgw.a user create --uid="$name" --display-name="$name" \
    --access-key="$access" --secret-key="$secret" "$@" >/dev/null 2>&1
}

user() {
  export CEPH_CONF="$DATA/ceph.conf"
  [ -f "$CEPH_CONF" ] || { log "no $CEPH_CONF: start it with this script"; exit 3; }
  create_user "$1" "$1" "$1-secret" || { log "cannot add the user $1"; exit 1; }
}

start() {
  install_packages
  stop
  local fsid
  fsid=$(cat /proc/sys/kernel/random/uuid)
  write_configuration "$fsid"
  export CEPH_CONF="$DATA/ceph.conf"
  local keyring="$DATA/keyring"
  monmaptool --create --fsid "$fsid" --addv a '[v2:127.0.0.1:13300,v1:127.0.0.1:16789]' "$DATA/monmap" >/dev/null
  ceph-authtool --create-keyring "$keyring" --gen-key -n mon. --cap mon 'allow *' >/dev/null
  ceph-authtool "$keyring" --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' >/dev/null
  ceph-authtool "$keyring" --gen-key -n client.rgw.a --cap mon 'allow *' --cap osd 'allow *' >/dev/null
  ceph-authtool "$keyring" --gen-key -n osd.0 --cap mon 'allow profile osd' --cap osd 'allow *' >/dev/null
  ceph-mon --mkfs -i a --monmap "$DATA/monmap" --keyring "$keyring" >&2
  ceph-mon -i a -f >"$DATA/mon.out" 2>&1 &
  echo $! >"$DATA/mon.pid"
  wait_for 60 timeout 5 ceph -s
  local osd_uuid
  osd_uuid=$(cat /proc/sys/kernel/random/uuid)
  ceph osd new "$osd_uuid" >/dev/null 2>&1
  ceph-osd -i 0 --mkfs --osd-uuid "$osd_uuid" >/dev/null 2>&1
  ceph osd crush add osd.0 1 host=localhost root=default >/dev/null 2>&1
  ceph-osd -i 0 -f >"$DATA/osd.out" 2>&1 &
  echo $! >"$DATA/osd.pid"
  wait_for 60 sh -c 'ceph osd stat | grep -q "1 up"'
  # This user may also write policies for other users.
  create_user contract "$ACCESS_KEY" "$SECRET_KEY" --caps="user-policy=*"
  radosgw -n client.rgw.a -f >"$DATA/rgw.out" 2>&1 &
  echo $! >"$DATA/rgw.pid"
  wait_for 60 node -e "fetch('http://127.0.0.1:$PORT').then(() => process.exit(0), () => process.exit(1))"
  log "answers on port $PORT"
  echo "export S3_ENDPOINT=http://127.0.0.1:$PORT S3_ACCESS_KEY=$ACCESS_KEY S3_SECRET_KEY=$SECRET_KEY"
}

case "${1:-}" in
start) start ;;
install) install_packages ;;
user) user "${2:?NAME of the user}" ;;
stop) stop ;;
*)
  echo "usage: scripts/radosgw.sh start|install|user NAME|stop" >&2
  exit 2
  ;;
esac
