#!/bin/bash -eu
# SPDX-License-Identifier: BSD-2-Clause
#
# Builds the fuzz targets in OSS-Fuzz's conventions: $SRC/lab4 is the source, binaries and seed corpora go to $OUT, the
# engine is $LIB_FUZZING_ENGINE, optimisation and sanitizers come with $CFLAGS. Also runs outside its container, as ./lab4 test ossfuzz
# does:
#   SRC=$PWD/.. OUT=$PWD/out CC=clang CXX=clang++ CFLAGS="-O1 -fsanitize=fuzzer-no-link,address" LIB_FUZZING_ENGINE=-fsanitize=fuzzer \
#   LAB4_SOURCE=$PWD oss-fuzz/build.sh
source=${LAB4_SOURCE:-$SRC/lab4}
build=${WORK:-/tmp}/lab4-fuzz-build

# Engines are C++ libraries, so $CXX links.
cmake -S "$source" -B "$build" -DLAB4_PLATFORM=fake -DLAB4_FUZZ=ON -DLAB4_ROOT_CNODE_SIZE_BITS=8 \
    -DLAB4_FUZZ_ENGINE="$LIB_FUZZING_ENGINE" -DCMAKE_BUILD_TYPE= -DCMAKE_C_COMPILER="$CC" -DCMAKE_C_FLAGS="$CFLAGS" \
    -DCMAKE_C_LINK_EXECUTABLE="$CXX <FLAGS> <LINK_FLAGS> <OBJECTS> -o <TARGET> <LINK_LIBRARIES>"
cmake --build "$build" -j "$(nproc)"

for binary in "$build"/bin/fuzz-*; do
    target=${binary##*/fuzz-}
    cp "$binary" "$OUT/lab4_$target"
    if [ -d "$source/tests/fuzz/corpus/$target" ]; then
        (cd "$source/tests/fuzz/corpus/$target" && python3 -m zipfile -c "$OUT/lab4_${target}_seed_corpus.zip" ./*)
    fi
done
