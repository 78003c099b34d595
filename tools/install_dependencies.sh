#!/usr/bin/env bash
# Installs the Debian 12 packages that are not there yet, and asks for nothing.
#   install_dependencies.sh build             what it takes to build the program
#   install_dependencies.sh build check       ... and to run its tests
#   install_dependencies.sh build check fuzz  ... and to run the fuzzers
#   install_dependencies.sh --list build      only prints the names
# Needs root or sudo only if something is missing.
set -euo pipefail

declare -A packages=(
  [build]="g++ cmake ninja-build pkg-config python3
    libfmt-dev libssl-dev libicu-dev libxxhash-dev libarchive-dev liblzma-dev zlib1g-dev
    libsimdjson-dev libdeflate-dev libyaml-dev libre2-dev libyara-dev libexpat1-dev
    libsqlite3-dev nlohmann-json3-dev libcli11-dev libjemalloc-dev"
  [check]="git libgtest-dev unzip"
  [bench]="libbenchmark-dev valgrind libevtx-utils ripgrep"
  [deb]="dpkg-dev file"
  [fuzz]="clang-14 libclang-rt-14-dev"
  [coverage]="gcovr"
)

list_only=no
if [ "${1:-}" = --list ]; then list_only=yes; shift; fi
[ $# -gt 0 ] || { sed -n '2,7p' "$0" >&2; exit 2; }
wanted=()
for group in "$@"; do
  [ -n "${packages[$group]:-}" ] || { echo "unknown group: $group (${!packages[*]})" >&2; exit 2; }
  read -r -d '' -a names <<<"${packages[$group]}" || true
  wanted+=("${names[@]}")
done
if [ $list_only = yes ]; then printf '%s\n' "${wanted[@]}"; exit 0; fi

command -v dpkg-query >/dev/null || {
  echo "This is no Debian. What is needed, by its Debian names: ${wanted[*]}" >&2
  exit 1
}
missing=()
for name in "${wanted[@]}"; do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null || true)
  # pkg-config may be there as pkgconf: what counts is the tool.
  [ "$state" = installed ] && continue
  [ "$name" = pkg-config ] && command -v pkg-config >/dev/null && continue
  missing+=("$name")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || {
    echo "Missing packages; as root: apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
  }
  as_root=(sudo)
fi
echo "Installing: ${missing[*]}"
install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive
         apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# With fresh package lists the first attempt succeeds; otherwise they are fetched first.
if ! "${install[@]}" "${missing[@]}" >"$log" 2>&1; then
  if ! { "${as_root[@]}" apt-get update -qq && "${install[@]}" "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "These packages could not be installed: ${missing[*]}" >&2
    exit 1
  fi
fi
