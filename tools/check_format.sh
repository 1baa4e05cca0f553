#!/usr/bin/env bash
# Fails when clang-format would change a source; exits with 77 where clang-format is not installed and not required.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if ! command -v clang-format >/dev/null; then
  echo "format: clang-format is not installed"
  [[ ${DURAMEN_REQUIRE_ALL:-0} == 1 ]] && exit 1
  exit 77
fi
folders=()
for folder in include src capi cli bindings examples bench tests tools; do [[ -d $folder ]] && folders+=("$folder"); done
find "${folders[@]}" -type f \( -name '*.c' -o -name '*.cpp' -o -name '*.h' -o -name '*.hpp' \) -print0 |
  xargs -0 -r clang-format --dry-run -Werror
echo "format: nothing to change"
