#!/bin/bash -eu
# Builds the fuzz targets as OSS-Fuzz and ClusterFuzzLite want it, from the root of the source tree: into $OUT, each with
# its seeds, dictionary and options. Compiler, instrumentation and engine are the service's.
: "${CXX:?}" "${CXXFLAGS:?}" "${LIB_FUZZING_ENGINE:?}" "${OUT:?}" "${WORK:?}" "${SRC:?}"

configure=(
  # No flags of a build type: the service's -O1 stands, and assertions stay in.
  -DCMAKE_BUILD_TYPE=None
  -DCHATOS_FUZZ=ON -DCHATOS_TESTS=OFF "-DCHATOS_FUZZ_ENGINE=$LIB_FUZZING_ENGINE"
)

# RE2 must have the service's standard library and instrumentation, so only one that is built here will do.
needs_re2='fuzz_scenario'
if [ -f "$SRC/re2/CMakeLists.txt" ]; then
  cmake -S "$SRC/re2" -B "$WORK/re2" -G Ninja -DCMAKE_BUILD_TYPE=None -DBUILD_SHARED_LIBS=OFF -DRE2_BUILD_TESTING=OFF
  cmake --build "$WORK/re2" --parallel "$(nproc)" --target re2
  configure+=("-DRE2_INCLUDE_DIR=$SRC/re2" "-DRE2_LIBRARY=$WORK/re2/libre2.a")
  left_out=''
else
  # Names that satisfy the configuration; whatever links RE2 all the same fails.
  configure+=("-DRE2_INCLUDE_DIR=$SRC/re2" "-DRE2_LIBRARY=$SRC/re2/libre2.a")
  left_out=$needs_re2
fi

# One line per target: its name, the name of its seed file, the longest input.
python3 - fuzz/targets.json "$left_out" > "$WORK/targets" <<'PYTHON'
import json, sys
with open(sys.argv[1]) as table:
    for target in json.load(table)["targets"]:
        if target["name"] == sys.argv[2]:
            print(f"{target['name']} is left out: there is no source of RE2 in $SRC/re2", file=sys.stderr)
        elif not target.get("fails"):
            print(target["name"], target["inputs"], target["max_len"])
PYTHON
python3 fuzz/seeds/seed_file.py unpack "$WORK/seeds"
mapfile -t names < <(cut -d ' ' -f 1 "$WORK/targets")

cmake -S . -B "$WORK/chatos" -G Ninja "${configure[@]}"
cmake --build "$WORK/chatos" --parallel "$(nproc)" --target "${names[@]}"

while read -r name inputs max_len; do
  cp "$WORK/chatos/bin/$name" "$OUT/"
  rm -f "$OUT/${name}_seed_corpus.zip"
  (cd "$WORK/seeds/$inputs" && zip -q -X -r "$OUT/${name}_seed_corpus.zip" .)
  if [ -f "fuzz/dictionaries/$inputs.dict" ]; then
    cp "fuzz/dictionaries/$inputs.dict" "$OUT/$name.dict"
  fi
  printf '[libfuzzer]\nmax_len = %s\nentropic = 0\n' "$max_len" > "$OUT/$name.options"
done < "$WORK/targets"
