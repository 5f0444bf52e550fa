#!/bin/bash
# fault.sh DIR FAULT: makes the server of start.sh misbehave, for real.
#   hang, resume         the gateway takes connections and answers nothing; goes on
#   kill                 the gateway dies; start.sh brings it back with its data
#   storage-hang, storage-resume   the gateway answers but its storage does not
#   suspend, unsuspend   every request is refused (403); no longer
#   proxy OPERATION FAULT    haproxy interferes with list, delete (DeleteObjects), remove (DELETE), put, get, head, post or all:
#                        none, 500, 503, 403, html (a captive portal's page with status 200), flaky (half get 503), hang, reset,
#                        lost-reply (the work is done, the client sees 500), cut-reply (done, the reply never comes);
#                        expired (the credentials are refused: 400 ExpiredToken);
#                        503-once, reset-once, lost-reply-once, expired-once: the next such request only
set -eu
[ $# -ge 2 ] || { sed -n '2,/^set/{/^#/p}' "$0" >&2; exit 1; }
dir=$(cd "$1" && pwd)
. "$(dirname "$0")/processes.sh"

case $2 in
  hang) signal STOP gateway ;;
  resume) signal CONT gateway ;;
  kill) signal KILL gateway && wait_until_gone gateway ;;
  storage-hang) signal STOP storage ;;
  storage-resume) signal CONT storage ;;
  suspend) radosgw-admin -c "$dir/ceph.conf" user suspend --uid=test >/dev/null 2>&1 ;;
  unsuspend) radosgw-admin -c "$dir/ceph.conf" user enable --uid=test >/dev/null 2>&1 ;;
  proxy)
    operations=$3
    [ "$3" != all ] || operations="list delete remove put get head post"
    commands=
    for operation in $operations; do commands="${commands:+$commands;}set map $dir/fault.map $operation $4"; done
    python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.sendall(sys.argv[2].encode() + b"\n")
reply = b"".join(iter(lambda: s.recv(4096), b""))  # to its end: whoever leaves before may leave commands undone
sys.exit(reply.decode().strip() or None)' "$(cat "$dir/run")/haproxy.sock" "$commands" ;;
  *) echo "fault.sh: unknown fault $2" >&2; exit 1 ;;
esac
