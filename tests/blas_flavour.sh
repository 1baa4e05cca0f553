#!/usr/bin/env bash
# blas_flavour.sh FLAVOUR UNIT_PROGRAM PROGRAM…: the unit tests of what computes, and the C programs, with one of Debian's
# builds of OpenBLAS (serial, pthread, openmp), whichever the system has chosen.
set -euo pipefail
flavour=$1 unit=$2
shift 2

libraries=(/usr/lib/*/openblas-"$flavour"/libopenblas.so.0)
if [[ ! -f ${libraries[0]} ]]; then
  echo "libopenblas0-$flavour is not installed" >&2
  exit 1
fi
export LD_LIBRARY_PATH=${libraries[0]%/*}

loaded() { LD_TRACE_LOADED_OBJECTS=1 "$1" | grep "openblas-$flavour/libopenblas" >/dev/null; }

failed=0
run() {
  loaded "$1" || { echo "$1 does not load the $flavour flavour" >&2; failed=1; return; }
  local output
  if output=$("$@" 2>&1); then
    echo "passed: ${1##*/}"
  else
    printf '%s\nFAILED: %s\n' "$output" "$*"
    failed=1
  fi
}

run "$unit" "[kernels],[autograd],[ops],[nn],[optim]"
for program in "$@"; do run "$program"; done
exit "$failed"
