# Sourced by ../dev: checks and formats the sources without running them.
# shellcheck shell=bash disable=SC2154  # root and the package lists come from the others

compiled_folders='src tests bench'

# over_sources 'FOLDER…' 'h|cc' XARGS-ARGUMENTS…: runs xargs over the sources there that have one of the suffixes.
over_sources() {
  local folders suffixes=$2
  read -ra folders <<<"$1"
  shift 2
  (cd "$root" && find "${folders[@]}" -type f -regextype posix-extended -regex ".*\.($suffixes)" -print0 | sort -z |
    xargs -0 -r "$@")
}

check_format() {
  local misformatted
  say "lint: checking the format"
  misformatted=$(over_sources "$compiled_folders scripts" 'h|cc' clang-format-19 --dry-run -Werror --ferror-limit=1 2>&1) && return
  sed -nE 's/^([^ :]+):[0-9].* should be clang-formatted .*/\1: run .\/dev format/p' <<<"$misformatted" | sort -u >&2
  return 1
}

check_includes() {
  say "lint: checking the includes"
  /usr/bin/python3 "$root/scripts/check_includes.py"
}

check_picture() {
  say "lint: checking the picture in docs/architecture.md"
  /usr/bin/python3 "$root/scripts/draw_layers.py" --check
}

check_python() {
  say "lint: checking the Python sources"
  git -C "$root" ls-files -z -- '*.py' | (cd "$root" && xargs -0 /usr/bin/python3 -m pyflakes)
}

check_headers() {
  say "lint: checking that every header compiles alone"
  /usr/bin/python3 "$root/scripts/check_headers.py" "$root/build/release/compile_commands.json"
}

# The sources that are compiled, with those first that were changed last, they or their headers.
sources_by_age() {
  local sources
  sources=$(over_sources "$compiled_folders" cc printf '%s\n')
  {
    git -C "$root" log --format= --name-only 2>/dev/null | sed -n 's/\.\(cc\|h\)$/.cc/p'
    printf '%s\n' "$sources"
  } | awk 'NR == FNR { there[$0]; next } ($0 in there) && !seen[$0]++' <(printf '%s\n' "$sources") -
}

# check_tidy MINUTES: when the time is over, it gives up on the rest, which was looked at when it was changed.
check_tidy() {
  local llvm=/usr/lib/llvm-19 plugin=build/lint/own_code.so late=$root/build/lint/late failed=0
  local one="((EPOCHSECONDS < until)) || { printf '%s\n' \"\$@\" >>'$late'; exit 0; }
    exec clang-tidy-19 --load=$plugin --quiet -p build/release \"\$@\""
  say "lint: running clang-tidy"
  mkdir -p "$root/build/lint"
  "$llvm/bin/clang++" -std=c++20 -O1 -fPIC -shared -fno-rtti -isystem "$llvm/include" \
    -o "$root/$plugin" "$root/scripts/lint/own_code.cc" || return
  : >"$late"
  sources_by_age | (cd "$root" && until=$((EPOCHSECONDS + $1 * 60)) xargs -n 2 -P "$(nproc)" bash -c "$one" _) 2>&1 |
    sed -E '/^[0-9]+ warnings? generated\.$|^\[[0-9]+\/[0-9]+\] Processing file/d' || failed=1
  [[ ! -s $late ]] || say "lint: clang-tidy had no time for the $(wc -l <"$late") sources that were changed longest ago"
  return "$failed"
}

# lint [quick|MINUTES]: runs all checks, clang-tidy for at most so many minutes, or with `quick` only those that need no
# build.
lint() {
  local failed=0 minutes=${1:-600}
  [[ $minutes == quick || $minutes =~ ^[0-9]+$ ]] ||
    fail "unknown argument of lint: $1 (give quick, a number of minutes for clang-tidy, or nothing for all checks)"
  setup_packages "${build_packages[@]}" "${lint_packages[@]}"
  check_format || failed=1
  check_includes || failed=1
  check_picture || failed=1
  check_python || failed=1
  if [[ $minutes != quick ]]; then
    build release  # clang-tidy needs the precompiled header and the compile commands
    check_headers || failed=1
    check_tidy "$minutes" || failed=1
  fi
  [[ $failed -eq 0 ]] || fail "lint found problems"
  say "lint found no problems"
}

format() {
  setup_packages "${lint_packages[@]}"
  over_sources "$compiled_folders scripts" 'h|cc' clang-format-19 -i
  /usr/bin/python3 "$root/scripts/draw_layers.py"
}
