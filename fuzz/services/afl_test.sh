#!/usr/bin/env bash
# Builds the fuzz targets with AFL++ and shows that it fuzzes them: each takes its seeds, different seeds take different
# ways, a short session on fuzz_decode finds nothing, and one on the canary finds what was put there to be found.
#
# usage: afl_test.sh WORK_FOLDER      exit 0: all is well; 1: it is not
# Debian packages: afl++ cmake ninja-build python3 libcli11-dev nlohmann-json3-dev
set -uo pipefail

sessions=(AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_NO_UI=1)
runs=3000
seconds_max=120  # only bounds a session: each ends by itself, in a second on an idle machine
if [ $# -ne 1 ]; then
  sed -n '2,6s/^# \{0,1\}//p' "$0"
  exit 1
fi
root=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$1" || exit 1
folder=$(cd "$1" && pwd)
programs=$folder/build/bin
failures=0

failed() { printf 'FAIL  %-18s %s\n' "$1" "$2"; failures=$((failures + 1)); }
give_up() { printf 'FAIL  %s\n' "$1"; exit 1; }

for tool in afl-clang-fast++ afl-fuzz afl-showmap cmake ninja python3; do
  command -v "$tool" > /dev/null || give_up "there is no $tool; the head of $0 names the packages that it needs"
done

# Lines "name inputs", without fuzz_scenario: the service's test builds it, and JSON and RE2 take long to compile.
targets() {
  python3 - "$root/fuzz/targets.json" <<'PYTHON'
import json, sys
for target in json.load(open(sys.argv[1]))["targets"]:
    if target["name"] != "fuzz_scenario":
        print(target["name"], target["inputs"])
PYTHON
}

# AFL++'s compiler takes -fsanitize=fuzzer for the wish to link its own driver.
build() {
  unset CFLAGS LDFLAGS CMAKE_GENERATOR CMAKE_BUILD_TYPE
  export AFL_QUIET=1 CXXFLAGS='-O1 -g1'
  cmake -S "$root" -B "$folder/build" -G Ninja -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_COMPILER=afl-clang-fast++ \
    -DCHATOS_FUZZ=ON -DCHATOS_TESTS=OFF -DCHATOS_FUZZ_ENGINE=-fsanitize=fuzzer \
    "-DRE2_INCLUDE_DIR=$folder/no_re2" "-DRE2_LIBRARY=$folder/no_re2/libre2.a" &&
    cmake --build "$folder/build" --parallel "$(nproc)" --target "$@"
}

# check_seeds NAME INPUTS
check_seeds() {
  local name=$1 maps=$folder/maps/$1 seeds=("$folder/seeds/$2"/*) seed different
  mkdir -p "$maps"
  # As arguments: the driver reads each file and runs it.
  if ! "$programs/$name" "${seeds[@]}" > "$folder/$name.log" 2>&1; then
    failed "$name" "a seed makes it fail; the end of $folder/$name.log:"
    tail -n 5 "$folder/$name.log"
    return
  fi
  for seed in "${seeds[@]}"; do
    if ! afl-showmap -q -t 10000 -o "$maps/${seed##*/}" -- "$programs/$name" "$seed" > /dev/null 2>&1; then
      failed "$name" "afl-showmap does not get through with $seed"
      return
    fi
  done
  different=$(md5sum "$maps"/* | cut -d ' ' -f 1 | sort -u | wc -l)
  if [ "$different" -lt $((${#seeds[@]} / 4)) ] || [ "$different" -lt 2 ]; then
    failed "$name" "${#seeds[@]} seeds leave only $different different maps"
    return
  fi
  printf 'ok    %-18s %3d seeds, %d different maps\n' "$name" "${#seeds[@]}" "$different"
}

# fuzz NAME INPUTS ARGUMENTS...: one session of afl-fuzz, in $folder/sessions/NAME
fuzz() {
  local name=$1 inputs=$2
  shift 2
  env "${sessions[@]}" afl-fuzz -s 1 -V "$seconds_max" -t 5000 "$@" -i "$folder/seeds/$inputs" \
    -x "$root/fuzz/dictionaries/$inputs.dict" -o "$folder/sessions/$name" -- "$programs/$name" \
    > "$folder/$name.session.log" 2>&1
}

# number_of NAME FIELD: a number from what the session of that target says of itself
number_of() { sed -n "s/^$2  *: \([0-9]*\)$/\1/p" "$folder/sessions/$1/default/fuzzer_stats" 2> /dev/null; }

check_session() {
  local name=fuzz_decode executions crashes
  fuzz "$name" packets -E "$runs"
  executions=$(number_of "$name" execs_done) crashes=$(number_of "$name" saved_crashes)
  if [ "${executions:-0}" -lt "$runs" ] || [ "${crashes:-1}" -ne 0 ]; then
    failed "$name" "afl-fuzz: ${executions:-no} executions, ${crashes:-no} crashes; see $folder/$name.session.log"
    return
  fi
  printf 'ok    %-18s afl-fuzz: %d executions, no crash\n' "$name" "$executions"
}

check_canary() {
  local name=fuzz_canary finding
  sessions+=(AFL_BENCH_UNTIL_CRASH=1)
  fuzz "$name" packets
  finding=$(find "$folder/sessions/$name/default/crashes" -name 'id:*' 2> /dev/null | head -n 1)
  if [ -z "$finding" ]; then
    failed "$name" "afl-fuzz did not find what it is there for; see $folder/$name.session.log"
    return
  fi
  # The braces keep the shell from telling of the abort that is wanted here.
  if { "$programs/$name" "$finding" > "$folder/$name.finding.log" 2>&1; } 2> /dev/null ||
     ! grep -q "property 'canary' is broken" "$folder/$name.finding.log"; then
    failed "$name" "the finding does not repeat: $finding"
    return
  fi
  printf 'ok    %-18s afl-fuzz: found after %d executions, and repeated\n' "$name" "$(number_of "$name" execs_done)"
}

rm -rf "${folder:?}"/{build,maps,sessions}
mkdir -p "$folder/sessions"
python3 "$root/fuzz/seeds/seed_file.py" unpack "$folder/seeds" || give_up "cannot unpack the seeds"
mapfile -t table < <(targets)
[ "${#table[@]}" -gt 0 ] || give_up 'fuzz/targets.json names no target'
printf 'building with %s\n' "$(afl-clang-fast++ --version 2> /dev/null | head -n 1)"
began=$SECONDS
if ! build "${table[@]%% *}" > "$folder/build.log" 2>&1; then
  tail -n 40 "$folder/build.log"
  give_up "the build failed; all that it said is in $folder/build.log"
fi
printf 'built in %d s\n' $((SECONDS - began))
for target in "${table[@]}"; do
  read -r name inputs <<< "$target"
  check_seeds "$name" "$inputs"
done
check_session
check_canary
printf '%d targets, %d failures, %d s\n' "${#table[@]}" "$failures" $((SECONDS - began))
[ "$failures" -eq 0 ]
