#!/usr/bin/env bash
# package_verify.sh FOLDER: builds everything that is distributed twice below FOLDER, without a compiler cache, in folders of
# different length, with another umask, time zone and language; every file must have the same bytes.
set -euo pipefail
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
mkdir -p "$1"
folder=$(realpath "$1")
export CCACHE_DISABLE=1

# build_once OUT PLACE: unpacks the source release in PLACE and makes everything from it.
build_once() {
  local out=$1 place=$2 tree
  rm -rf "$out" "$place"
  mkdir -p "$out" "$place"
  "$source/tools/package.sh" source "$out"
  tar -C "$place" -xf "$out"/duramen-*.tar.xz
  tree=$(echo "$place"/duramen-*)
  (cd "$tree" && cmake --preset release -DDURAMEN_BUILD_TESTS=OFF -DDURAMEN_BUILD_EXAMPLES=OFF -DDURAMEN_BUILD_BENCH=OFF &&
    cmake --build --preset release --parallel "$(nproc)") >"$place/build.log" 2>&1 || { tail -20 "$place/build.log"; exit 1; }
  "$tree/tools/package.sh" tarball "$out" "$tree/build/release"
  "$tree/tools/package.sh" deb "$out" "$place/debian"
}

# What tells of the build itself, and the list of it, differs by its purpose.
compare() {
  local file name different=0
  for file in "$folder"/one/*; do
    name=$(basename "$file")
    [[ $name != *.buildinfo && $name != *.changes ]] || continue
    if cmp -s "$file" "$folder/two/$name"; then
      echo "same  $(sha256sum <"$file" | cut -c1-16)  $name"
    else
      echo "DIFFERENT  $name"
      different=1
    fi
  done
  return "$different"
}

build_once "$folder/one" "$folder/a"
(umask 027 && TZ=Pacific/Auckland LANG=C build_once "$folder/two" "$folder/another/place")
compare
