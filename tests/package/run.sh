#!/usr/bin/env bash
# One way of using the package a call; the environment names the SOURCE and BUILD folders, VERSION, CC, CXX and CMAKE.
set -euo pipefail
here=$SOURCE/tests/package
work=$BUILD/tests/package/work
moved=$work/moved
debs=$BUILD/tests/package/debs
multi_arch=

fail() { echo "package: $*" >&2; exit 1; }

# packed WAY OUT [ARGUMENT]: a file of tools/package.sh below $work/OUT, from a folder of temporary files below $work.
packed() { TMPDIR=$work DURAMEN_XZ_LEVEL=1 "$SOURCE/tools/package.sh" "$1" "$work/$2" "${@:3}"; }

# The tarball is made twice, unpacked and moved; nothing in it points to the sources, the build or where it was packed.
install_and_move() {
  rm -rf "$work"
  mkdir -p "$work"
  packed tarball one "$BUILD"
  (umask 077 && TZ=Pacific/Auckland packed tarball two "$BUILD")
  cmp "$work"/one/*.tar.xz "$work"/two/*.tar.xz || fail "the tarball packed again has other bytes"
  tar -C "$work" -xf "$work"/one/*.tar.xz
  mv "$work"/duramen-"$VERSION"-linux-* "$moved"
  local file
  for file in lib/libduramen.so.0 lib/libduramen.so lib/libduramen.a lib/pkgconfig/duramen.pc \
    lib/pkgconfig/duramen-static.pc lib/cmake/duramen/duramenConfig.cmake CMakeLists.txt \
    include/duramen/duramen.h share/duramen/duramen-api.json share/duramen/duramen-cffi.h bin/duramen \
    share/man/man1/duramen.1 share/bash-completion/completions/duramen share/zsh/site-functions/_duramen \
    share/fish/vendor_completions.d/duramen.fish; do
    [[ -e $moved/$file ]] || fail "$file is not installed"
  done
  if grep -rlF -e "$work" -e "$SOURCE" "$moved"; then
    fail "the files above hold a path of this machine"
  fi
  "$moved/bin/duramen" --version
  packed report one
}

# The source release: the same bytes from what it unpacks to, in another folder, under another umask; it holds no build.
source_release() {
  local place=$BUILD/tests/package/source
  rm -rf "$place"
  mkdir -p "$place/unpacked"
  export DURAMEN_XZ_LEVEL=1
  "$SOURCE/tools/package.sh" source "$place/one"
  (umask 077 && tar -C "$place/unpacked" --touch -xf "$place"/one/*.tar.xz)
  (umask 077 && TZ=Pacific/Auckland "$place"/unpacked/duramen-"$VERSION"/tools/package.sh source "$place/two")
  cmp "$place"/one/*.tar.xz "$place"/two/*.tar.xz || fail "the release of what the release unpacks to has other bytes"
  "$SOURCE/tools/package.sh" sums "$place/one"
  (cd "$place/one" && sha256sum --strict -c SHA256SUMS)
  tar -tf "$place"/one/*.tar.xz >"$place/names"
  if grep -E '/(build|obj-[^/]*|__pycache__)/' "$place/names"; then fail "the release holds what a build made"; fi
  echo "$(wc -l <"$place/names") files, $(stat -c %s "$place"/one/*.tar.xz) bytes"
}

# Debug information changes no instruction, and takes a quarter of the time. A compiler cache must not make paths relative,
# which would stay in the objects.
for_test() { export CCACHE_BASEDIR='' DEB_CXXFLAGS_STRIP=-g DEB_BUILD_OPTIONS="noautodbgsym parallel=$(nproc)"; }

# The Debian packages, from the source release; lintian has nothing to say. Their clients see the paths of a multi-arch system.
debian_packages() {
  for tool in dpkg-buildpackage dh lintian; do command -v "$tool" >/dev/null || fail "$tool is not installed; ./dev setup --ci"; done
  rm -rf "$debs" "$debs-work" "$debs-root"
  for_test
  "$SOURCE/tools/package.sh" deb "$debs" "$debs-work"
  "$SOURCE/tools/package.sh" report "$debs"
  local file
  for file in "$debs"/*.deb; do dpkg-deb -x "$file" "$debs-root"; done
  moved=$debs-root/usr
  work=$debs-clients
  rm -rf "$work"
  mkdir "$work"
  multi_arch=/$(dpkg-architecture -qDEB_HOST_MULTIARCH)
  with_pkg_config
  with_pkg_config_static
  with_cmake find_package -DCMAKE_PREFIX_PATH="$moved" -DVERSION="$VERSION"
  LD_LIBRARY_PATH=$moved/lib$multi_arch "$moved/bin/duramen" --version
}

# The packaging once more gives the same packages; sources compiled once more, elsewhere, the same objects.
debian_packages_again() {
  local file
  for_test
  rm -rf "$debs-again"
  "$SOURCE/tools/package.sh" debs_again "$debs-again" "$debs-work"
  for file in "$debs"/*.deb; do
    cmp "$file" "$debs-again/$(basename "$file")" || fail "$(basename "$file") packed again has other bytes"
    echo "same  $(basename "$file")"
  done
  python3 "$here/recompile.py" "$debs-work/duramen-$VERSION" "$debs-work/a/longer/way/to/it" 8
}

expect_run() {
  local said
  said=$("$@") || fail "$* failed"
  [[ $said == "duramen $VERSION: 4 parameters" ]] || fail "$* said '$said'"
  echo "$said"
}

with_pkg_config() {
  export PKG_CONFIG_PATH=$moved/lib$multi_arch/pkgconfig LD_LIBRARY_PATH=$moved/lib$multi_arch
  [[ $(pkg-config --modversion duramen) == "$VERSION" ]] || fail "duramen.pc has another version"
  local flags
  read -ra flags <<<"$(pkg-config --cflags --libs duramen)"
  "$CC" -std=c99 -Wall -Wextra -pedantic -Werror "$here/client.c" "${flags[@]}" -o "$work/client_c"
  expect_run "$work/client_c"
  "$CXX" -std=c++17 -Wall -Wextra -pedantic -Werror "$here/client.cpp" "${flags[@]}" -o "$work/client_cpp"
  expect_run "$work/client_cpp"
}

# A program of C alone with the archive: it says the same, and asks for no libduramen.
expect_static() {
  expect_run "$1"
  if LC_ALL=C readelf -dW "$1" | grep 'NEEDED.*libduramen'; then fail "$1 is linked with the shared library"; fi
}

# The archive by a plain C command line: by its own .pc file, and by the library's where no shared library lies beside it.
with_pkg_config_static() {
  local flags alone=$work/archive_alone
  export PKG_CONFIG_PATH=$moved/lib$multi_arch/pkgconfig
  read -ra flags <<<"$(pkg-config --cflags --libs duramen-static)"
  "$CC" -std=c99 -Wall -Wextra -pedantic -Werror "$here/client.c" "${flags[@]}" -o "$work/client_static"
  expect_static "$work/client_static"
  rm -rf "$alone"
  mkdir -p "$alone/lib$multi_arch"
  cp -r "$moved/include" "$alone"
  cp -r "$moved/lib$multi_arch/pkgconfig" "$moved/lib$multi_arch/libduramen.a" "$alone/lib$multi_arch"
  export PKG_CONFIG_PATH=$alone/lib$multi_arch/pkgconfig
  read -ra flags <<<"$(pkg-config --static --cflags --libs duramen)"
  echo "cc client.c ${flags[*]//"$work"/…}"
  "$CC" -std=c99 "$here/client.c" "${flags[@]}" -o "$work/client_alone"
  expect_static "$work/client_alone"
}

with_cmake_static() {
  "$CMAKE" -G Ninja -S "$here/find_package_static" -B "$work/find_package_static" -DCMAKE_PREFIX_PATH="$moved" \
    -DVERSION="$VERSION"
  "$CMAKE" --build "$work/find_package_static" --target client_c
  expect_static "$work/find_package_static/client_c"
}

# What the archive keeps to itself may be defined once more in the program; the definitions here end it when they are called.
with_clash() {
  python3 "$here/archive.py" clash "$moved/lib/libduramen.a" "$work/clash.s"
  local flags
  read -ra flags <<<"$(PKG_CONFIG_PATH=$moved/lib/pkgconfig pkg-config --cflags --libs duramen-static)"
  "$CC" -rdynamic "$here/client.c" "$work/clash.s" "${flags[@]}" -o "$work/client_clash"
  expect_static "$work/client_clash"
}

# with_cmake NAME [configure arguments]: builds and runs tests/package/NAME.
with_cmake() {
  local name=$1
  shift
  "$CMAKE" -G Ninja -S "$here/$name" -B "$work/$name" -DCMAKE_BUILD_TYPE=Debug "$@"
  "$CMAKE" --build "$work/$name" --parallel "$(nproc)" --target client_c client_cpp
  expect_run "$work/$name/client_c"
  expect_run "$work/$name/client_cpp"
}

stripped_size() {
  local limit=4000000 size
  strip --strip-unneeded -o "$BUILD/tests/package/stripped.so" "$1"
  size=$(stat -c %s "$BUILD/tests/package/stripped.so")
  echo "libduramen.so.0 stripped: $size bytes (limit $limit)"
  ((size <= limit)) || fail "the library is too large"
}

case "$1" in
  install) install_and_move ;;
  pkg_config) with_pkg_config ;;
  pkg_config_static) with_pkg_config_static ;;
  static_clash) with_clash ;;
  find_package_static) with_cmake_static ;;
  find_package) with_cmake find_package -DCMAKE_PREFIX_PATH="$moved" -DVERSION="$VERSION" ;;
  add_subdirectory)
    # Kernels for one processor: the library is compiled for this test alone.
    with_cmake add_subdirectory -DDURAMEN_SOURCE="$SOURCE" -DCMAKE_CXX_FLAGS=-DHWY_COMPILE_ONLY_STATIC
    "$CMAKE" --build "$work/add_subdirectory" --target client_static
    expect_static "$work/add_subdirectory/client_static"
    ;;
  add_tarball)
    with_cmake add_tarball -DDURAMEN_FOLDER="$moved"
    "$CMAKE" --build "$work/add_tarball" --target client_static
    expect_static "$work/add_tarball/client_static"
    ;;
  source) source_release ;;
  deb) debian_packages ;;
  deb_again) debian_packages_again ;;
  size) stripped_size "$2" ;;
  *) fail "unknown way $1" ;;
esac
