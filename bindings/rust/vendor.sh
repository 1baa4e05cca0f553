#!/usr/bin/env bash
# Puts the C++ source, which the feature `bundled` builds, into duramen-sys/vendor for `cargo package`:
# vendor.sh [WORKSPACE]; the workspace is this one, or a copy of it.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
workspace=${1:-$here}
vendor=$workspace/duramen-sys/vendor

rm -rf "$vendor"
mkdir -p "$vendor"
cd "$root"
cp -r CMakeLists.txt cmake src capi include LICENSE NOTICE README.md CHANGELOG.md "$vendor"
mkdir -p "$vendor/share"
cp -r share/duramen "$vendor/share"
cp LICENSE "$workspace/duramen-sys/LICENSE"
cp LICENSE "$workspace/duramen/LICENSE"
