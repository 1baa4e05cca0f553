#!/usr/bin/env bash
# One way of using the package a call; the environment names the SOURCE and BUILD folders, VERSION, CC, CXX and CMAKE.
set -euo pipefail
here=$SOURCE/tests/package
work=$BUILD/tests/package/work
moved=$work/moved

fail() { echo "package: $*" >&2; exit 1; }

# Installs, moves the prefix away, and looks for what still points to the old place, the sources or the build.
install_and_move() {
  rm -rf "$work"
  mkdir -p "$work"
  "$CMAKE" --install "$BUILD" --prefix "$work/staged" >/dev/null
  mv "$work/staged" "$moved"
  local file
  for file in lib/libduramen.so.0 lib/libduramen.so lib/libduramen.a lib/pkgconfig/duramen.pc \
    lib/pkgconfig/duramen-static.pc lib/cmake/duramen/duramenConfig.cmake \
    include/duramen/duramen.h share/duramen/duramen-api.json bin/duramen \
    share/man/man1/duramen.1 share/bash-completion/completions/duramen share/zsh/site-functions/_duramen \
    share/fish/vendor_completions.d/duramen.fish; do
    [[ -e $moved/$file ]] || fail "$file is not installed"
  done
  if grep -rlF -e "$work/staged" -e "$SOURCE" "$moved"; then
    fail "the files above hold a path of this machine"
  fi
  "$moved/bin/duramen" --version
}

expect_run() {
  local said
  said=$("$@") || fail "$* failed"
  [[ $said == "duramen $VERSION: 4 parameters" ]] || fail "$* said '$said'"
  echo "$said"
}

with_pkg_config() {
  export PKG_CONFIG_PATH=$moved/lib/pkgconfig LD_LIBRARY_PATH=$moved/lib
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
  export PKG_CONFIG_PATH=$moved/lib/pkgconfig
  read -ra flags <<<"$(pkg-config --cflags --libs duramen-static)"
  "$CC" -std=c99 -Wall -Wextra -pedantic -Werror "$here/client.c" "${flags[@]}" -o "$work/client_static"
  expect_static "$work/client_static"
  rm -rf "$alone"
  mkdir -p "$alone/lib"
  cp -r "$moved/include" "$alone"
  cp -r "$moved/lib/pkgconfig" "$moved/lib/libduramen.a" "$alone/lib"
  export PKG_CONFIG_PATH=$alone/lib/pkgconfig
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
    with_cmake add_subdirectory -DDURAMEN_SOURCE="$SOURCE"
    "$CMAKE" --build "$work/add_subdirectory" --target client_static
    expect_static "$work/add_subdirectory/client_static"
    ;;
  size) stripped_size "$2" ;;
  *) fail "unknown way $1" ;;
esac
