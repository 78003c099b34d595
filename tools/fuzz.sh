#!/usr/bin/env bash
# Runs every fuzzer, or those named, for a while, starting from the stored seeds.
#   tools/fuzz.sh SECONDS [NAME...]         for instance: tools/fuzz.sh 1200 events_evtx
# New inputs are collected in build/fuzz/corpus/NAME, what breaks a fuzzer in build/fuzz/finds/NAME;
# put the smallest form of a find into fuzz/seeds/NAME/ together with the repair. Exit status 1 if
# one broke.
set -euo pipefail
cd "$(dirname "$0")/.."
[[ "${1:-}" =~ ^[0-9]+$ ]] || { sed -n '2,6p' "$0" >&2; exit 2; }
seconds=$1; shift
names=("$@")
if [ ${#names[@]} = 0 ]; then
  for source in fuzz/*_fuzz.cc; do name=$(basename "$source" _fuzz.cc); names+=("$name"); done
fi
tools/install_dependencies.sh build check fuzz
cmake --preset fuzz --log-level=WARNING >/dev/null
cmake --build --preset fuzz -j "$(nproc)" --target "${names[@]/%/_fuzz}"
broken=()
for name in "${names[@]}"; do
  corpus=build/fuzz/corpus/$name; finds=build/fuzz/finds/$name
  mkdir -p "$corpus" "$finds"
  log=build/fuzz/$name.log
  echo "== $name for $seconds s"
  if ! "build/fuzz/${name}_fuzz" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
      -artifact_prefix="$finds/" -print_final_stats=1 "$corpus" "fuzz/seeds/$name" \
      >"$log" 2>&1; then
    broken+=("$name")
    grep -E 'ERROR|SUMMARY|Test unit' "$log" || tail -n 5 "$log"
  fi
  grep -E 'number_of_executed_units|peak_rss|new_units_added' "$log" || true
done
[ ${#broken[@]} = 0 ] || { echo "Broken: ${broken[*]}"; exit 1; }
echo "${#names[@]} fuzzers, none broken."
