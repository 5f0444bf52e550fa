#!/bin/bash
# stop.sh DIR [--keep]: ends what start.sh started in DIR and removes DIR (with --keep: leaves data and logs). Harmless to repeat.
set -u
[ $# -ge 1 ] || { echo "usage: stop.sh DIR [--keep]" >&2; exit 1; }
[ -d "$1" ] || exit 0
dir=$(cd "$1" && pwd)
. "$(dirname "$0")/processes.sh"

for name in proxy gateway storage monitor; do
  if is_running $name; then
    signal KILL $name   # the data is thrown away: nothing to shut down in order
    wait_until_gone $name || { echo "stop.sh: $name does not end" >&2; exit 1; }
  fi
  rm -f "$dir/$name.pid"
done
run=$(cat "$dir/run" 2>/dev/null)
case $run in /dev/shm/s3test.?????? | /tmp/s3test.??????) rm -rf "$run" ;; esac
if [ "${2:-}" != --keep ] && [ -e "$dir/.s3-test" ]; then rm -rf "$dir"; fi
exit 0
