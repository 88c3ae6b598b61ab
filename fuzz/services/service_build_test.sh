#!/usr/bin/env bash
# Runs .clusterfuzzlite/build.sh in the environment that OSS-Fuzz and ClusterFuzzLite give it, then each target that it
# made as they would: with its own options, dictionary and seeds.
#
# usage: service_build_test.sh WORK_FOLDER [address|undefined]      exit 0: all is well; 1: it is not
# Debian packages: clang-19 libclang-rt-19-dev libc++-19-dev libc++abi-19-dev cmake ninja-build python3 zip unzip
#   libcli11-dev nlohmann-json3-dev. Clang 19, because Debian's libc++ 14 lacks parts of C++20 that the services' has.
#   MemorySanitizer would need a libc++ that it has instrumented, and only the services have one.
# RE2_SOURCE=FOLDER   the source of RE2, as the Dockerfile fetches it; without it fuzz_scenario must be left out
set -uo pipefail

runs=2000
if [ $# -lt 1 ] || [ $# -gt 2 ]; then
  sed -n '2,9s/^# \{0,1\}//p' "$0"
  exit 1
fi
root=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$1" || exit 1
folder=$(cd "$1" && pwd)
failures=0

failed() { printf 'FAIL  %-18s %s\n' "$1" "$2"; failures=$((failures + 1)); }
give_up() { printf 'FAIL  %s\n' "$1"; exit 1; }

for tool in clang++-19 cmake ninja python3 zip unzip; do
  command -v "$tool" > /dev/null || give_up "there is no $tool; the head of $0 names the packages that it needs"
done

# What the services' images set. -Wl,-lstdc++ is ours: Debian's libFuzzer is made for the other standard library.
set_service_environment() {
  export CC=clang-19 CXX=clang++-19 FUZZING_ENGINE=libfuzzer ARCHITECTURE=x86_64 FUZZING_LANGUAGE=c++ SANITIZER=$1
  export SRC=$folder/src OUT=$folder/out WORK=$folder/work
  export LIB_FUZZING_ENGINE='-fsanitize=fuzzer -Wl,-lstdc++'
  local checks=array-bounds,bool,builtin,enum,function,integer-divide-by-zero,null,object-size,return
  checks+=,returns-nonnull-attribute,shift,signed-integer-overflow,unreachable,vla-bound,vptr
  local flags
  case $1 in
    address) flags='-fsanitize=address -fsanitize-address-use-after-scope' ;;
    undefined) flags="-fsanitize=$checks,unsigned-integer-overflow -fno-sanitize-recover=$checks" ;;
    *) give_up "there is no service build with the sanitizer '$1'" ;;
  esac
  export CFLAGS="-O1 -fno-omit-frame-pointer -gline-tables-only -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION \
    $flags -fsanitize=fuzzer-no-link"
  export CXXFLAGS="$CFLAGS -stdlib=libc++" UBSAN_OPTIONS=silence_unsigned_overflow=1
  unset LDFLAGS CMAKE_GENERATOR CMAKE_BUILD_TYPE
}

# Lines "name inputs max_len" of the targets that must come out, in the order of the table.
expected_targets() {
  python3 - "$root/fuzz/targets.json" "${RE2_SOURCE:+with_re2}" <<'PYTHON'
import json, sys
for target in json.load(open(sys.argv[1]))["targets"]:
    if not target.get("fails") and (sys.argv[2] or target["name"] != "fuzz_scenario"):
        print(target["name"], target["inputs"], target["max_len"])
PYTHON
}

# options_of FILE: its [libfuzzer] section as libFuzzer's arguments.
options_of() {
  python3 - "$1" <<'PYTHON'
import configparser, sys
options = configparser.ConfigParser()
options.read_string(open(sys.argv[1]).read())
print(*(f"-{name}={value}" for name, value in options["libfuzzer"].items()))
PYTHON
}

# check_target NAME INPUTS MAX_LEN
check_target() {
  local name=$1 inputs=$2 max_len=$3 seeds=$folder/seeds/$1 log=$folder/$1.log dictionary=() arguments=() options
  [ -x "$OUT/$name" ] || { failed "$name" 'was not built'; return; }
  grep -q "__${marker}_" "$OUT/$name" || { failed "$name" "has nothing of the sanitizer in it"; return; }
  mkdir -p "$seeds" "$folder/found/$name"
  if ! unzip -q "$OUT/${name}_seed_corpus.zip" -d "$seeds" || ! diff -r "$seeds" "$folder/unpacked/$inputs"; then
    failed "$name" "the zip does not hold the seeds of fuzz/corpora/$inputs.txt"
    return
  fi
  if [ -f "$root/fuzz/dictionaries/$inputs.dict" ]; then
    cmp "$OUT/$name.dict" "$root/fuzz/dictionaries/$inputs.dict" || { failed "$name" 'has another dictionary'; return; }
    dictionary=("-dict=$OUT/$name.dict")
  elif [ -e "$OUT/$name.dict" ]; then
    failed "$name" 'has a dictionary from nowhere'
    return
  fi
  if ! options=$(options_of "$OUT/$name.options") || [ "$options" != "-max_len=$max_len -entropic=0" ]; then
    failed "$name" "its options are '${options-}'"
    return
  fi
  read -ra arguments <<< "$options"
  arguments+=("${dictionary[@]}" "-artifact_prefix=$folder/found/")
  # The seeds alone, then mutants of them, which go into a folder of their own.
  if ! "$OUT/$name" -runs=0 "${arguments[@]}" "$seeds" > "$log" 2>&1 ||
     ! "$OUT/$name" -seed=1 "-runs=$runs" "${arguments[@]}" "$folder/found/$name" "$seeds" >> "$log" 2>&1; then
    failed "$name" "ended with a finding, or not at all; the end of $log:"
    tail -n 25 "$log"
    return
  fi
  local counters
  counters=$(sed -n 's/^INFO: Loaded .* modules\{0,1\} *(\([0-9]*\) inline 8-bit counters).*/\1/p' "$log" | tail -n 1)
  if [ "${counters:-0}" -lt 100 ] || ! grep -q "^Done $runs runs" "$log"; then
    failed "$name" "did not fuzz: ${counters:-0} counters; see $log"
    return
  fi
  printf 'ok    %-18s %3d seeds, %d runs, %d counters, %s%s\n' "$name" "$(find "$seeds" -type f | wc -l)" "$runs" \
    "$counters" "$options" "${dictionary:+, with a dictionary}"
}

set_service_environment "${2:-address}"
case $SANITIZER in address) marker=asan ;; undefined) marker=ubsan ;; esac
rm -rf "${folder:?}"/{src,out,work,seeds,found}
mkdir -p "$SRC" "$OUT" "$WORK"
python3 "$root/fuzz/seeds/seed_file.py" unpack "$folder/unpacked" || give_up "cannot unpack the seeds"
cp "$root/.clusterfuzzlite/build.sh" "$SRC/"
if [ -n "${RE2_SOURCE-}" ]; then
  ln -s "$(cd "$RE2_SOURCE" && pwd)" "$SRC/re2"
fi

printf 'building with %s, SANITIZER=%s\n' "$CXX" "$SANITIZER"
began=$SECONDS
if ! (cd "$root" && bash -eu "$SRC/build.sh") > "$folder/build.log" 2>&1; then
  tail -n 40 "$folder/build.log"
  give_up "build.sh failed; all that it said is in $folder/build.log"
fi
printf 'built in %d s\n' $((SECONDS - began))

mapfile -t targets < <(expected_targets)
[ "${#targets[@]}" -gt 0 ] || give_up 'fuzz/targets.json names no target'
for target in "${targets[@]}"; do
  read -r name inputs max_len <<< "$target"
  check_target "$name" "$inputs" "$max_len"
done

# Nothing else: above all not the canary, which fails on purpose.
others=$(find "$OUT" -type f -executable -printf '%f\n' | grep -vxF "$(printf '%s\n' "${targets[@]%% *}")")
[ -z "$others" ] || failed 'out' "holds programs that should not be there: $others"
if [ -z "${RE2_SOURCE-}" ] && grep -q '"fuzz_scenario"' "$root/fuzz/targets.json"; then
  grep '^fuzz_scenario is left out' "$folder/build.log" || failed fuzz_scenario 'was left out, and build.sh did not say so'
fi
printf '%d targets, %d failures, %d s\n' "${#targets[@]}" "$failures" $((SECONDS - began))
[ "$failures" -eq 0 ]
