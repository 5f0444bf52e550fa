# Sourced by ../dev: runs the tests with counters in the programs, and reports which lines and branches they reach.
# shellcheck shell=bash disable=SC2154  # root and the package lists come from the others

# The folder of what is measured and reported.
coverage_folder() { printf '%s' "$root/build/coverage/coverage"; }

# Runs llvm-cov over all programs of the build that count.
over_programs() {
  local command=$1 program programs=()
  shift
  for program in "$root"/build/coverage/tests/{unit,integration,models}_* "$root/build/coverage/tests/annals_killed"; do
    [[ ! -f $program || ! -x $program ]] || programs+=(-object "$program")
  done
  llvm-cov-19 "$command" "$root/build/coverage/annals" "${programs[@]}" -instr-profile "$(coverage_folder)/profile" \
    -ignore-filename-regex "^$root/(tests|bench|build)/|^/usr/" "$@"
}

# coverage [ARGUMENTS of test]: fails as the tests do, after the report.
coverage() {
  local folder failed=0
  folder=$(coverage_folder)
  setup_packages "${build_packages[@]}" "${instrument_packages[@]}"
  rm -rf "$folder"
  mkdir -p "$folder/counters"
  # %c: counters of a killed process are kept. %4m: processes of one program share four files.
  (export LLVM_PROFILE_FILE=$folder/counters/%c%4m.profraw; run_tests --preset coverage "$@") || failed=1

  llvm-profdata-19 merge --failure-mode=all -o "$folder/profile" "$folder"/counters/*.profraw
  over_programs export -format=lcov >"$folder/lcov.info"
  over_programs export -format=text -skip-expansions -skip-functions >"$folder/branches.json"
  over_programs show -format=html -output-dir "$folder/html" -show-branches=count "$root/src"
  /usr/bin/python3 "$root/scripts/report_coverage.py" "$folder/lcov.info" "$folder/branches.json" "$root" \
    "$folder/unreached.txt"
  say "every line with its counts: ${folder#"$root"/}/html/index.html"
  say "lines and conditions that no test reaches: ${folder#"$root"/}/unreached.txt"
  [[ $failed -eq 0 ]] || fail "tests failed"
}
