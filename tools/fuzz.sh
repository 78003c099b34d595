#!/usr/bin/env bash
# Runs every fuzzer, or those named, one after the other, starting from the stored seeds, and prints
# a table of what each did.
#   tools/fuzz.sh SECONDS [NAME...]         for instance: tools/fuzz.sh 1200 events_evtx
# New inputs are collected in build/fuzz/corpus/NAME, what breaks a fuzzer in build/fuzz/finds/NAME:
# a crash, a leak, 10 seconds over one input, 2 GiB of memory, a broken promise, a difference
# between twins. Put the smallest form of a find into fuzz/seeds/NAME/ together with the repair.
# Exit status 1 if one broke.
set -euo pipefail
cd "$(dirname "$0")/.."
[[ "${1:-}" =~ ^[0-9]+$ ]] || { sed -n '2,9p' "$0" >&2; exit 2; }
seconds=$1; shift
names=("$@")
if [ ${#names[@]} = 0 ]; then
  for source in fuzz/*_fuzz.cc; do name=$(basename "$source" _fuzz.cc); names+=("$name"); done
fi
tools/install_dependencies.sh build check fuzz
cmake --preset fuzz --log-level=WARNING >/dev/null
cmake --build --preset fuzz -j "$(nproc)" --target "${names[@]/%/_fuzz}"

last() { grep -oE "$1" "$2" | tail -n 1 | grep -oE '[0-9]+' || echo '?'; }
row="%-34s %8s %12s %8s %8s %6s  %s\n"
# shellcheck disable=SC2059
printf "$row" fuzzer seconds runs edges corpus MB result
broken=0
for name in "${names[@]}"; do
  corpus=build/fuzz/corpus/$name; finds=build/fuzz/finds/$name; log=build/fuzz/$name.log
  mkdir -p "$corpus" "$finds"
  options=(-max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -detect_leaks=1
           -artifact_prefix="$finds/" -print_final_stats=1)
  [ ! -e "fuzz/dictionaries/$name.dict" ] || options+=(-dict="fuzz/dictionaries/$name.dict")
  start=$SECONDS; result=ok
  if ! "build/fuzz/${name}_fuzz" "${options[@]}" "$corpus" "fuzz/seeds/$name" >"$log" 2>&1; then
    broken=$((broken + 1))
    result="BROKEN: $(grep -m 1 -E 'SUMMARY|ERROR|disagree|broken promise' "$log" || true)"
  fi
  # shellcheck disable=SC2059
  printf "$row" "$name" $((SECONDS - start)) "$(last 'executed_units: *[0-9]+' "$log")" \
    "$(last 'cov: [0-9]+' "$log")" "$(last 'corp: [0-9]+' "$log")" \
    "$(last 'rss_mb: *[0-9]+' "$log")" "$result"
done
[ $broken = 0 ] || { echo "$broken of ${#names[@]} broke; see build/fuzz/NAME.log."; exit 1; }
