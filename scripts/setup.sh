# Sourced by ../dev: installs missing packages and the engine library, and nothing else.
# shellcheck shell=bash disable=SC2034,SC2154  # root comes from ../dev, the others use the lists

# These suffice to build and to serve.
build_packages=(
  ca-certificates git curl jq clang-19 libclang-rt-19-dev lld-19 cmake ninja-build
  libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev libssl-dev libcurl4-openssl-dev libzstd-dev zlib1g-dev
  libfmt-dev libspdlog-dev libtomlplusplus-dev libcli11-dev libpugixml-dev prometheus-cpp-dev libgtest-dev libgmock-dev
)
# A sanitizer needs these to name the source lines of its stack traces, and so does the report of what tests reach.
instrument_packages=(llvm-19)
# What finds out which packages a program needs, and says what it consists of.
package_packages=(binutils dpkg-dev file python3)
# The libraries are for a plugin of clang-tidy.
lint_packages=(clang-format-19 clang-tidy-19 libclang-19-dev llvm-19-dev python3 pyflakes3)
# The tests run a real S3 server (Ceph's), behind a proxy that can misbehave, kill Annals at its system calls, and
# cut the power of a disk in a file. Pages of other origins are opened in a real browser, and packages are installed.
test_packages=(
  "${package_packages[@]}" lintian systemd util-linux man-db zsh fish
  chromium ceph-mon ceph-osd radosgw haproxy openssl strace e2fsprogs mount prometheus
  python3 python3-pytest python3-pytest-xdist python3-requests python3-boto3 python3-jsonschema
)

# Runs a command as root, and never asks for a password.
as_root() {
  if [[ $EUID -eq 0 ]]; then
    env DEBIAN_FRONTEND=noninteractive "$@"
  elif command -v sudo >/dev/null; then
    sudo -n env DEBIAN_FRONTEND=noninteractive "$@" || fail "could not run as root: $*; try: sudo ./dev setup"
  else
    fail "packages are missing, and only root can install them: run ./dev setup as root"
  fi
}

apt_get() { as_root apt-get -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "$@" >&2; }

# setup_packages PACKAGE…: installs the packages that are missing; quick if none is.
setup_packages() {
  command -v dpkg-query >/dev/null ||
    fail "this script installs packages on Debian 12 only; on other systems, install the equivalents of: $*"
  local installed package missing=()
  installed=$(dpkg-query --show --showformat '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || true)
  for package in "$@"; do
    grep -qxF "$package installed" <<<"$installed" || missing+=("$package")
  done
  [[ ${#missing[@]} -gt 0 ]] || return 0

  say "installing ${missing[*]}"
  apt_get update || say "apt-get update failed; continuing with the package lists that exist"
  apt_get install -y --no-install-recommends "${missing[@]}" ||
    fail "could not install the packages above; Annals is built on Debian 12 (bookworm)"
}

# modules_are_current FOLDER: succeeds if what its package-lock.json pins is installed. npm's own list of what it has
# installed cannot tell: packages for other machines are pinned too, and missing there.
modules_are_current() { cmp -s "$1/package-lock.json" "$1/node_modules/.installed-lock.json"; }

# install_modules FOLDER WHAT
install_modules() {
  command -v npm >/dev/null || setup_packages nodejs npm
  (cd "$1" && npm ci --no-audit --no-fund --loglevel=error --fetch-retries=5 >&2) || fail "npm could not install $2"
  cp "$1/package-lock.json" "$1/node_modules/.installed-lock.json"
}

# The engine library comes from npm; the lock file holds its hash.
setup_engine() {
  if [[ -f $root/node_modules/@chdb/lib-linux-x64-gnu/libchdb.so ]] && modules_are_current "$root"; then return; fi
  [[ $(uname -sm) == "Linux x86_64" ]] || fail "the engine library is pinned for Linux on x86-64, but this machine is $(uname -sm)"
  say "installing the engine library (180 MB to download)"
  install_modules "$root" "the engine library"
}

# setup_modules FOLDER WHAT: installs what the package-lock.json of the folder pins; quick if it is there.
setup_modules() {
  if modules_are_current "$root/$1"; then return; fi
  say "installing $2"
  install_modules "$root/$1" "$2"
}

# The pages need one library from npm; everything else there is for building and for tests.
setup_pages() { setup_modules web "what builds the pages"; }
setup_browser() { setup_modules tests/browser "what drives the browser in the tests"; }
setup_client() { setup_modules clients/typescript "the compiler of the TypeScript client"; }
setup_validator() { setup_modules tests/support/openapi/validator "what checks the OpenAPI document in the tests"; }

setup_all() {
  setup_packages "${build_packages[@]}" "${lint_packages[@]}" "${test_packages[@]}"
  setup_engine
  setup_pages
  setup_browser
  setup_client
  setup_validator
  say "all packages, the engine library and what the tests need are installed"
}
