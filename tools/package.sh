#!/usr/bin/env bash
# Makes what is distributed (docs/packaging.md); ./dev package calls it.
#
#   package.sh source OUT          OUT/duramen-VERSION.tar.xz, the sources
#   package.sh tarball OUT BUILD   OUT/duramen-VERSION-linux-MACHINE.tar.xz, what BUILD installs
#   package.sh deb OUT WORK        OUT/*.deb and the Debian source package, built below WORK
#   package.sh debs_again OUT WORK the packaging alone, once more, of what `deb` has compiled below WORK
#   package.sh report OUT          sizes and dependencies of what OUT holds; fails above the limit
#   package.sh sums OUT            OUT/SHA256SUMS
#   package.sh version
# The same sources give the same bytes, whatever the folder, the umask and the time.
set -euo pipefail
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
version=$(sed -n 's/^project(duramen VERSION \([0-9.]*\) .*/\1/p' "$source/CMakeLists.txt")
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(date -d "$(sed -n 's/^ -- .*>  //p' "$source/debian/changelog" | head -1)" +%s)}
export LC_ALL=C.UTF-8
size_limit=4000000

fail() { echo "package: error: $*" >&2; exit 1; }

# pack ARCHIVE FOLDER LIST: the files of FOLDER that LIST names, below the archive's own name.
pack() {
  local archive=$1 folder=$2 list=$3 name
  name=$(basename "$archive" .tar.xz)
  LC_ALL=C sort -z "$list" |
    tar -C "$folder" --create --format=gnu --null --no-recursion --files-from=- --transform "s,^,$name/,rSh" \
      --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" --mode=u+rw,go+rX,go-w |
    xz "-${DURAMEN_XZ_LEVEL:-6}" -T1 >"$archive.part"
  mv "$archive.part" "$archive"
}

# What git follows, as it is in the folder; without git, everything that is not made by a build.
source_files() {
  cd "$source"
  if [[ -e .git ]] && command -v git >/dev/null; then
    git ls-files -z | while IFS= read -r -d '' file; do [[ ! -e $file ]] || printf '%s\0' "$file"; done
  else
    find . \( -path ./build -o -path ./install -o -name __pycache__ -o -path ./.pc -o -path './obj-*' \
      -o -path ./debian/tmp -o -path ./debian/.debhelper \) -prune -o -type f ! -name '*.pyc' -printf '%P\0'
  fi
}

make_source() {
  local list
  list=$(mktemp)
  mkdir -p "$1"
  source_files >"$list"
  pack "$1/duramen-$version.tar.xz" "$source" "$list"
  rm "$list"
}

make_tarball() {
  local out=$1 build=$2 name stage
  name=duramen-$version-linux-$(uname -m)
  stage=$(mktemp -d)
  mkdir -p "$out"
  cmake --install "$build" --prefix "$stage/$name" --strip >/dev/null
  strip --strip-debug --enable-deterministic-archives "$stage/$name/lib/libduramen.a"
  cp "$source/cmake/tarball/CMakeLists.txt" "$stage/$name"
  (cd "$stage/$name" && find . \( -type f -o -type l \) -printf '%P\0') >"$stage/list"
  pack "$out/$name.tar.xz" "$stage/$name" "$stage/list"
  rm -r "$stage"
}

# The Debian packages are built from the source release, so it is complete.
make_debs() {
  local out=$1 work=$2 tree=$2/duramen-$version
  [[ $(sed -n '1s/.*(\(.*\)-.*/\1/p' "$source/debian/changelog") == "$version" ]] ||
    fail "debian/changelog is not about version $version"
  mkdir -p "$out"
  rm -rf "$work"
  mkdir -p "$work"
  work=$(realpath "$work")
  make_source "$work"
  mv "$work/duramen-$version.tar.xz" "$work/duramen_$version.orig.tar.xz"
  tar -C "$work" -xpf "$work/duramen_$version.orig.tar.xz"
  (cd "$tree" && dpkg-buildpackage --no-sign --build=full) >"$work/build.log" 2>&1 ||
    { tail -30 "$work/build.log" >&2; fail "dpkg-buildpackage failed; $work/build.log has it all"; }
  collect_debs "$work" "$out"
  lintian --allow-root --fail-on error,warning,info --tag-display-limit 0 "$out"/duramen_*.changes ||
    fail "lintian has something to say"
}

collect_debs() {
  find "$1" -maxdepth 1 -type f \( -name '*.deb' -o -name '*.dsc' -o -name '*.tar.xz' -o -name '*.changes' -o -name '*.buildinfo' \) \
    -exec cp -p -t "$2" {} +
}

# As `debian/rules binary` after a build, under another umask and another time zone.
make_debs_again() {
  local out=$1 work=$2 tree=$2/duramen-$version
  mkdir -p "$out"
  rm -f "$work"/*.deb
  find "$tree/debian" -mindepth 1 -maxdepth 1 \( -name 'libduramen*' -o -name duramen -o -name python3-duramen -o -name tmp \) \
    -type d -exec rm -r {} +
  rm -rf "$tree/debian/.debhelper" "$tree/debian/files"
  find "$tree/debian" -maxdepth 1 \( -name '*.substvars' -o -name '*.debhelper' -o -name '*.debhelper.log' \) -delete
  (umask 077 && cd "$tree" && TZ=Pacific/Auckland debian/rules binary) >"$work/again.log" 2>&1 ||
    { tail -30 "$work/again.log" >&2; fail "debian/rules binary failed; $work/again.log has it all"; }
  cp "$work"/*.deb "$out"
}

# library_report LIBRARY: its size and what it asks the loader for.
library_report() {
  local size
  size=$(stat -c %s "$1")
  printf '  %-58s %9d bytes (limit %d)\n' "$(basename "$1"), stripped" "$size" "$size_limit"
  printf '    needs %s\n' "$(readelf -dW "$1" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' | paste -sd' ')"
  ((size <= size_limit)) || fail "$1 is larger than $size_limit bytes"
}

deb_report() {
  printf '  %-58s %9d bytes, installed %d KiB\n' "$(basename "$1")" "$(stat -c %s "$1")" "$(dpkg-deb -f "$1" Installed-Size)"
  printf '    depends on %s\n' "$(dpkg-deb -f "$1" Depends)"
}

report() {
  local file inside
  inside=$(mktemp -d)
  for file in "$1"/*.tar.xz; do
    [[ -e $file ]] && printf '  %-58s %9d bytes\n' "$(basename "$file")" "$(stat -c %s "$file")"
  done
  for file in "$1"/duramen-*-linux-*.tar.xz; do
    [[ -e $file ]] || continue
    tar -C "$inside" -xf "$file"
    library_report "$(find "$inside" -name 'libduramen.so.0.*')"
  done
  for file in "$1"/*.deb; do
    [[ -e $file && $file != *-dbgsym_* ]] || continue
    deb_report "$file"
    [[ $(basename "$file") == libduramen0_* ]] || continue
    dpkg-deb -x "$file" "$inside/deb"
    library_report "$(find "$inside/deb" -name 'libduramen.so.0.*')"
  done
  rm -r "$inside"
}

sums() {
  cd "$1"
  find . -maxdepth 1 -type f ! -name SHA256SUMS ! -name '*.part' -printf '%P\n' | LC_ALL=C sort |
    xargs -d '\n' sha256sum >SHA256SUMS
}

way=${1:-}
shift || true
case "$way:$#" in
  source:1) make_source "$@" ;;
  tarball:2) make_tarball "$@" ;;
  deb:2) make_debs "$@" ;;
  debs_again:2) make_debs_again "$@" ;;
  report:1) report "$@" ;;
  sums:1) sums "$@" ;;
  version:0) echo "$version" ;;
  *) sed -n '2,11p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac
