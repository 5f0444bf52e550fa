#!/bin/bash
# start.sh DIR: serves S3 on a free port of 127.0.0.1 out of DIR: Ceph's RADOS gateway with one monitor and one storage daemon that
# keeps everything in memory, and haproxy in front of it for the faults of fault.sh. Needs neither root nor systemd.
#
# Prints (and keeps in DIR/s3.env) S3_ENDPOINT, S3_PROXY_ENDPOINT (the same gateway through haproxy), S3_ACCESS_KEY, S3_SECRET_KEY,
# S3_REGION, S3_BUCKET. Run again for the same DIR it brings back a gateway that was killed, with its data.
# Bucket names work in the path and, through the name `localhost`, in the host.
# With S3_SESSIONS=1 it also gives out temporary credentials (STS), and answers a wrong secret key with AccessDenied only.
# Exit status: 0 it serves, 77 programs are missing, 1 anything else.
set -u
PATH=$PATH:/usr/sbin:/sbin
here=$(cd "$(dirname "$0")" && pwd)
patience=${S3_START_SECONDS:-180}

missing=
for program in ceph-mon ceph-osd radosgw radosgw-admin monmaptool ceph haproxy curl python3; do
  command -v $program >/dev/null || missing="$missing $program"
done
if [ -n "$missing" ]; then
  echo "start.sh: missing:$missing (Debian: ceph-mon ceph-osd radosgw haproxy curl python3)" >&2
  exit 77
fi
[ $# = 1 ] || { echo "usage: start.sh DIR" >&2; exit 1; }
mkdir -p "$1" && dir=$(cd "$1" && pwd) || exit 1
. "$here/processes.sh"

exec 9>"$dir/.lock"
flock -w "$patience" 9 || { echo "start.sh: $dir is locked" >&2; exit 1; }

fail() {
  echo "start.sh: $*" >&2
  tail -qn 5 "$dir"/log/*.out >&2 2>/dev/null
  exit 1
}
answers() { curl -s -o /dev/null -m 5 "$1/"; }
# It ends if somebody's outgoing connection has taken its port while it was away.
wait_for_gateway() {
  local deadline=$((SECONDS + patience))
  until answers "$S3_ENDPOINT"; do
    [ $SECONDS -lt $deadline ] || fail "radosgw does not answer"
    is_running gateway || start_gateway
    sleep 0.05
  done
}
start_gateway() { start gateway radosgw -c "$dir/ceph.conf" -n client.rgw.a -f; }

if [ -e "$dir/s3.env" ] && is_running storage && is_running monitor; then
  . "$dir/s3.env"
  is_running gateway || start_gateway
  wait_for_gateway
  cat "$dir/s3.env"
  exit 0
fi

"$here/stop.sh" "$dir" --keep || exit 1
if [ -n "$(ls -A "$dir" | grep -vx .lock)" ] && [ ! -e "$dir/.s3-test" ]; then
  echo "start.sh: $dir holds something else" >&2
  exit 1
fi
find "$dir" -mindepth 1 -maxdepth 1 ! -name .lock -exec rm -rf {} +
touch "$dir/.s3-test"
mkdir "$dir/storage" "$dir/gateway" "$dir/log"
# Sockets need short paths, and the monitor waits for the disk at every step: in memory it starts fast on a busy machine too.
memory=/dev/shm
[ -w "$memory" ] || memory=/tmp
run=$(mktemp -d "$memory/s3test.XXXXXX") && echo "$run" >"$dir/run" && mkdir "$run/monitor" || exit 1

# All at once, so that they differ.
read -r port monitor_port proxy_port < <(python3 "$here/../../machine/ports.py" 3)
cluster_id=$(cat /proc/sys/kernel/random/uuid)
storage_id=$(cat /proc/sys/kernel/random/uuid)
access_key=TESTACCESSKEY0000001
secret_key=testsecret/0123456789+abcdefghijklmnopqr

cat >"$dir/s3.env" <<ENV
S3_ENDPOINT=http://127.0.0.1:$port
S3_PROXY_ENDPOINT=http://127.0.0.1:$proxy_port
S3_ACCESS_KEY=$access_key
S3_SECRET_KEY=$secret_key
S3_REGION=us-east-1
S3_BUCKET=test-bucket
ENV
. "$dir/s3.env"

# The key encrypts the tokens of sessions.
[ "${S3_SESSIONS:-}" != 1 ] || sessions="rgw s3 auth use sts = true
rgw sts key = 0123456789abcdef"
cat >"$dir/ceph.conf" <<CONF
[global]
fsid = $cluster_id
mon host = v2:127.0.0.1:$monitor_port/0
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
ms bind msgr1 = false
run dir = $run
admin socket = $run/\$name.asok
pid file =
log file = $dir/log/\$name.log
mon cluster log file = $dir/log/cluster.log
crash dir = $dir/log
auth cluster required = none
auth service required = none
auth client required = none
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
# A storage daemon stopped for longer than its lease would never serve again.
osd heartbeat grace = 3600
mon allow pool size one = true
mon warn on pool no redundancy = false
[mon]
mon data = $run/monitor
mon data avail crit = 1
mon data avail warn = 2
paxos propose interval = 0.02
paxos min wait = 0.01
[osd]
osd data = $dir/storage
osd objectstore = memstore
memstore device bytes = 4G
osd memory target = 1G
osd class load list = *
osd class default list = *
[client]
# Without authentication the monitor's connection must be told not to encrypt.
ms mon client mode = crc
keyring = /dev/null
rgw data = $dir/gateway
rgw frontends = beast endpoint=127.0.0.1:$port
rgw dns name = localhost
${sessions:-}
rgw thread pool size = 32
rgw enable usage log = false
# Without its cache the gateway sees at once what radosgw-admin changes, which else waits for gateways that were killed.
rgw cache enabled = false
rgw dynamic resharding = false
rgw override bucket index max shards = 1
debug rgw = 1
CONF

monmaptool --create --fsid "$cluster_id" --addv a "[v2:127.0.0.1:$monitor_port]" "$dir/monmap" >/dev/null || fail monmaptool
ceph-mon -c "$dir/ceph.conf" --mkfs -i a --monmap "$dir/monmap" >"$dir/log/make-monitor.out" 2>&1 || fail "ceph-mon --mkfs"
start monitor ceph-mon -c "$dir/ceph.conf" -i a -f
ceph-osd -c "$dir/ceph.conf" -i 0 --mkfs --osd-uuid "$storage_id" >"$dir/log/make-storage.out" 2>&1 || fail "ceph-osd --mkfs"
timeout "$patience" ceph -c "$dir/ceph.conf" osd new "$storage_id" >"$dir/log/new-storage.out" 2>&1 || fail "ceph osd new"
start storage ceph-osd -c "$dir/ceph.conf" -i 0 -f
timeout "$patience" radosgw-admin -c "$dir/ceph.conf" user create --uid=test --display-name=test \
  --access-key="$access_key" --secret-key="$secret_key" >"$dir/log/new-user.out" 2>&1 || fail "radosgw-admin user create"
start_gateway
wait_for_gateway
"$here/proxy.sh" "$dir" "$proxy_port" "$port" || fail "haproxy"

# curl 7.88 signs for S3 only when it is told the hash of the (empty) body.
empty=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
curl -sf -o /dev/null -m "$patience" --aws-sigv4 "aws:amz:$S3_REGION:s3" --user "$access_key:$secret_key" \
  -H "x-amz-content-sha256: $empty" -X PUT "$S3_ENDPOINT/$S3_BUCKET" || fail "cannot create the bucket"
cat "$dir/s3.env"
