#!/usr/bin/env bash
# examples/binding-generator over the installation: generator.sh ROOT PYTHON. Skipped without nim.
set -euo pipefail
example=$1/examples/binding-generator
if ! command -v nim >/dev/null; then
  echo "skipped: nim is not installed (./dev setup --ci)"
  [[ ${DURAMEN_REQUIRE_ALL:-0} != 1 ]] && exit 77
  exit 1
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp "$example/first.nim" "$folder"
"$2" "$example/generate_nim.py" "$DURAMEN_PREFIX/share/duramen/duramen-api.json" "$folder/duramen.nim"
(cd "$folder" && nim compile --hints:off --warnings:off --nimcache:cache first.nim)
LD_LIBRARY_PATH=$(pkg-config --variable=libdir duramen) "$folder/first" | diff "$example/first.txt" -
