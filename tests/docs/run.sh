#!/usr/bin/env bash
# run.sh EXPECTED PROGRAM [ARGUMENT…]: runs a program of the README in an empty folder: it says what is expected and
# leaves its file.
set -euo pipefail
expected=$(realpath "$1")
program=$(realpath "$2")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"$program" "${@:3}" | tee said
diff said "$expected"
[[ -s model.pt ]] || { echo "docs: no model.pt"; exit 1; }
