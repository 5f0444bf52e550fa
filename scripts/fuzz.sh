# Sourced by ../dev: builds and runs the fuzz targets of tests/fuzz (libFuzzer, AddressSanitizer, UBSan).
# shellcheck shell=bash disable=SC2154  # root and the package lists come from the others

fuzz_targets() { find "$root/tests/fuzz" -name '*_fuzz.cc' -printf '%f\n' | sed 's/_fuzz\.cc$//' | sort; }

# build_fuzz_targets NAME…: neither the engine library nor the pages are needed.
build_fuzz_targets() {
  setup_packages "${build_packages[@]}"
  set_up_sanitizers
  compile fuzz "${@/#/fuzz_}"
}

# fuzz_one NAME SECONDS: fails if the target finds something, and then says what and how to see it again. Its own
# corpus grows beside the build; that of the repository is only read.
fuzz_one() {
  local name=$1 seconds=$2 program=$root/build/fuzz/tests/fuzz/fuzz_$1 found=$root/build/fuzz/found/$1
  local finding findings dictionary=$root/tests/fuzz/dictionaries/$1.dict
  local options=(-max_total_time="$seconds" -timeout=120 -rss_limit_mb=2560 -print_final_stats=1)
  [[ ! -f $dictionary ]] || options+=(-dict="$dictionary")
  mkdir -p "$found/corpus" "$found/findings"
  touch "$found/started"
  say "fuzz: running $name for $seconds s"
  ! "$program" "${options[@]}" -artifact_prefix="$found/findings/" "$found/corpus" "$root/tests/fuzz/corpus/$name" ||
    return 0
  mapfile -t findings < <(find "$found/findings" -type f -newer "$found/started" | sort)
  for finding in "${findings[@]}"; do
    say "fuzz: $name failed on $finding; to see it again: $program $finding"
  done
  return 1
}

# fuzz_all SECONDS: runs every target, as many at a time as there are cores. Shows the output of those that fail.
fuzz_all() {
  local seconds=$1 logs=$root/build/fuzz/logs name names failed
  mapfile -t names < <(fuzz_targets)
  build_fuzz_targets "${names[@]}"
  rm -rf "$logs"
  mkdir -p "$logs"
  for name in "${names[@]}"; do
    while [[ $(jobs -rp | wc -l) -ge $(nproc) ]]; do wait -n || true; done
    fuzz_one "$name" "$seconds" >"$logs/$name.log" 2>&1 || touch "$logs/$name.failed" &
  done
  wait
  for name in "${names[@]}"; do
    say "fuzz: $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$logs/$name.log") inputs"
    [[ ! -f $logs/$name.failed ]] || tail -n 60 "$logs/$name.log" >&2
  done
  failed=$(find "$logs" -name '*.failed' -printf '%f ' | sort)
  [[ -z $failed ]] || fail "fuzz targets failed: ${failed//.failed/}"
}

# fuzz [NAME|all [SECONDS]]
fuzz() {
  local name=${1:-} seconds=${2:-60} names
  if [[ -z $name ]]; then
    fuzz_targets
  elif [[ $name == all ]]; then
    fuzz_all "$seconds"
  else
    mapfile -t names < <(fuzz_targets)
    is_among "$name" "${names[@]}" || fail "unknown fuzz target: $name (./dev fuzz lists them)"
    build_fuzz_targets "$name"
    fuzz_one "$name" "$seconds" || fail "fuzz target failed: $name"
  fi
}
