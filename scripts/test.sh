# Sourced by ../dev: runs the tests, those in C++ (unit, models, integration) with ctest, the black-box ones with
# Debian's pytest.
# shellcheck shell=bash disable=SC2154  # root and the package lists come from the others

# In this order the files that take longest come first, so that no worker waits long for another at the end.
ctest_suites=(unit models integration)
pytest_suites=(chaos package browser faults contract)

# is_among WORD WORD…: succeeds if the first word is one of the others.
is_among() { [[ " ${*:2} " == *" $1 "* ]]; }

# wants SUITE…: succeeds if any of the named suites is to run.
wants() {
  local wish
  for wish in "$@"; do ! is_among "$wish" "${suites[@]}" || return 0; done
  return 1
}

run_ctest() {
  local pattern
  pattern=$(IFS='|'; printf '%s' "${suites[*]}")
  say "running ctest: ${suites[*]}"
  ctest --test-dir "$root/build/$preset" -j2 --output-on-failure --no-tests=error -R "^($pattern)_"
}

# Without a symbolizer, a sanitizer reports no names, and suppressions match by name.
set_up_sanitizers() {
  local symbolizer=external_symbolizer_path=/usr/bin/llvm-symbolizer-19
  setup_packages "${instrument_packages[@]}"
  export ASAN_OPTIONS=$symbolizer UBSAN_OPTIONS=$symbolizer:print_stacktrace=1
  export TSAN_OPTIONS=$symbolizer:suppressions=$root/tests/tsan.supp
}

# Runs the Python tests. Fails if a suite that was requested by name has none.
run_pytest() {
  local suite folders=() options=(--seed "$seed" "${thorough[@]}")
  for suite in "${suites[@]}"; do
    if [[ -n $(find "$root/tests/$suite" -name 'test_*.py' -print -quit) ]]; then
      folders+=("$root/tests/$suite")
    elif is_among "$suite" "${pytest_suites[@]}"; then
      say "tests/$suite has no tests"
      [[ $by_name == no ]] || return 1
    fi
  done
  [[ ${#folders[@]} -gt 0 ]] || return 0
  say "running pytest: ${folders[*]#"$root/"}"
  ! wants chaos || options+=(--minutes "$minutes")
  say "to choose the same chaos and the same steps: ./dev test ${options[*]}"
  # The tests wait for much of their time, so there are more workers than cores. They start their own services, which
  # must not inherit the settings of this shell.
  local name settings=()
  for name in $(compgen -e ANNALS_); do settings+=(-u "$name"); done
  env "${settings[@]}" ANNALS_BUILD_DIR="$root/build/$preset" PYTHONDONTWRITEBYTECODE=1 \
    /usr/bin/python3 -m pytest --rootdir "$root" -q -p no:cacheprovider -n $(($(nproc) * 2)) --dist loadfile \
    "${folders[@]}" "${options[@]}" "$@"
}

run_tests() {
  local all=("${ctest_suites[@]}" "${pytest_suites[@]}")
  local preset=release suites=() by_name=yes failed=0 seed=$((RANDOM << 15 | RANDOM)) minutes=3 thorough=()
  while [[ $# -gt 0 ]]; do
    case $1 in
      --preset)
        preset=${2:?"--preset needs a name"}
        shift
        ;;
      --seed)
        seed=${2:?"--seed needs a number"}
        shift
        ;;
      --minutes)
        minutes=${2:?"--minutes needs a number"}
        shift
        ;;
      --thorough)
        thorough=(--thorough)
        ;;
      --)
        shift
        break
        ;;
      *)
        is_among "$1" "${all[@]}" || fail "unknown suite: $1 (give some of ${all[*]}; arguments for pytest follow --)"
        suites+=("$1")
        ;;
    esac
    shift
  done
  if [[ ${#suites[@]} -eq 0 ]]; then
    suites=("${all[@]}")
    by_name=no
  fi

  setup_packages "${build_packages[@]}" "${test_packages[@]}"
  if wants browser; then
    setup_browser
    setup_client
  fi
  ! wants contract || setup_validator
  build "$preset"
  case $preset in
    asan | tsan)
      set_up_sanitizers
      say "a sanitized build cannot load the engine library: what is common to both engines is tried with a ClickHouse" \
        "server only, and tests of the embedded engine alone are left out"
      ;;
  esac
  if wants "${ctest_suites[@]}"; then run_ctest || failed=1; fi
  if wants integration "${pytest_suites[@]}"; then run_pytest "$@" || failed=1; fi
  [[ $failed -eq 0 ]] || fail "tests failed"
  say "all tests passed"
}
