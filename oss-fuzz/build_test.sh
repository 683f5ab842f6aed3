#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Runs build.sh as OSS-Fuzz would, with $SRC, $OUT, $WORK and $LIB_FUZZING_ENGINE set by hand, then every target that came out on its
# seed corpus. All of it happens in a directory that is removed.
set -euo pipefail
source=$(cd "$(dirname "$0")/.." && pwd)
place=$(mktemp -d -t lab4-ossfuzz-XXXXXX)
trap 'rm -rf "$place"' EXIT
mkdir "$place"/{src,out,work}
ln -s "$source" "$place/src/lab4"
export SRC=$place/src OUT=$place/out WORK=$place/work CC=clang CXX=clang++ LIB_FUZZING_ENGINE=-fsanitize=fuzzer
export CFLAGS="-O1 -gline-tables-only -fsanitize=fuzzer-no-link,address"
if ! bash -eu "$source/oss-fuzz/build.sh" >"$place/log" 2>&1; then
    tail -n 40 "$place/log"
    echo "oss-fuzz/build.sh failed"
    exit 1
fi
failed=0
for target in $("$source/tests/fuzz/run" --list | cut -d ' ' -f 1); do
    mkdir "$place/$target"
    if [[ -x $OUT/lab4_$target ]] && python3 -m zipfile -e "$OUT/lab4_${target}_seed_corpus.zip" "$place/$target" &&
        ASAN_OPTIONS=detect_leaks=0 "$OUT/lab4_$target" -runs=0 "$place/$target" >"$place/log" 2>&1; then
        echo "lab4_$target: $(find "$place/$target" -type f | wc -l) seeds"
    else
        tail -n 20 "$place/log"
        echo "lab4_$target: missing, without seeds, or it fails on them"
        failed=1
    fi
done
exit $failed
