# Sourced by the other scripts, with $dir set: the processes that belong to a directory, by name. A process is ours only while its
# command line names a file of $dir, so a process id that the system has given to another program is never touched.

process_id() { cat "$dir/$1.pid" 2>/dev/null; }

is_running() {
  local id
  id=$(process_id "$1") && { tr '\0' ' ' <"/proc/$id/cmdline"; } 2>/dev/null | grep -qF -- " $dir/"
}

# start NAME PROGRAM ARGUMENTS…
start() {
  local name=$1
  shift
  setsid "$@" >>"$dir/log/$name.out" 2>&1 </dev/null 9>&- &
  local id=$!
  echo "$id" >"$dir/$name.pid"
  disown
  # Until it has become that program, which a busy machine may put off for seconds, its command line is this shell's and is_running
  # says no: whoever asked then would start a second one, and nobody would end the first.
  until is_running "$name" || ! kill -0 "$id" 2>/dev/null; do
    sleep 0.01
  done
}

signal() {
  is_running "$2" || { echo "no $2 runs in $dir" >&2; return 1; }
  kill "-$1" "$(process_id "$2")"
}

wait_until_gone() {
  local tries
  for tries in $(seq 1200); do
    is_running "$1" || return 0
    sleep 0.05
  done
  return 1
}
