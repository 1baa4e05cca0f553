#!/usr/bin/env bash
# Builds and runs the crates: run.sh WHAT TOOLCHAIN ROOT BUILD PYTHON, with the library's prefix in DURAMEN_PREFIX.
#   WHAT        test, lint, package, static, readme, tutorial, scenario or bench
#   TOOLCHAIN   newest: the cargo on the PATH; oldest: Debian 12's, which has Rust 1.63
# Without a toolchain it is skipped (exit code 77); DURAMEN_REQUIRE_ALL=1 makes that a failure. Without a way to the
# registry, the feature `ndarray` is left out; with DURAMEN_REQUIRE_ALL=1 that is a failure, too.
set -euo pipefail
what=$1 toolchain=$2 root=$3 build=$4 python=$5
workspace=$root/bindings/rust
features=(--features duramen/ndarray)
locked=(--locked)
LD_LIBRARY_PATH=$(pkg-config --variable=libdir duramen)${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH

all_required() { [[ ${DURAMEN_REQUIRE_ALL:-0} == 1 ]]; }

lacking() {
  all_required && { echo "lacking: $*" >&2; exit 1; }
  echo "skipped: $*"
  exit 77
}

use_toolchain() {
  local found
  if [[ $toolchain == oldest ]]; then
    [[ -x /usr/bin/rustc && $(/usr/bin/rustc --version) == "rustc 1.63."* ]] || lacking "/usr/bin/rustc is not Rust 1.63 (Debian 12's)"
    [[ $(command -v cargo) != /usr/bin/cargo ]] || { echo "Rust 1.63 is what the other tests run with"; exit 0; }
    export PATH=/usr/bin:$PATH RUSTC=/usr/bin/rustc
  fi
  found=$(command -v cargo) || lacking "there is no cargo (apt-get install cargo rust-clippy)"
  version=$("${RUSTC:-rustc}" --version | cut -d' ' -f2)
  export CARGO_TARGET_DIR=$build/$version
  echo "$found, Rust $version"
  # Before 1.70, cargo's own way to the registry was a clone of its whole index.
  if ! printf '%s\n' 1.70 "$version" | sort -VC; then
    export RUSTC_BOOTSTRAP=1 CARGO_UNSTABLE_SPARSE_REGISTRY=true
  fi
}

# The crates that the lock file names; the default features need none of them.
fetch() {
  cd "$workspace"
  cargo fetch --quiet --locked 2>"$build/fetch.log" && return
  cat "$build/fetch.log"
  all_required && { echo "the registry cannot be reached" >&2; exit 1; }
  echo "left out: the feature ndarray, since the registry cannot be reached"
  rm -rf "$build/offline"
  cp -r "$workspace" "$build/offline"
  workspace=$build/offline features=() locked=(--offline)
  rm "$workspace/Cargo.lock"
  sed -i '/ndarray/d' "$workspace/duramen/Cargo.toml"
  cd "$workspace"
}

lint() {
  cargo fmt --version >/dev/null 2>&1 || lacking "there is no rustfmt (apt-get install rustfmt)"
  cargo fmt --all -- --check
  cargo clippy --version >/dev/null 2>&1 || lacking "there is no clippy (apt-get install rust-clippy)"
  cargo clippy --quiet "${locked[@]}" "${features[@]}" --all-targets -- -D warnings
  RUSTDOCFLAGS="-D warnings" cargo doc --quiet "${locked[@]}" --no-deps "${features[@]}"
  # As docs.rs does it: without the library, without CMake.
  DOCS_RS=1 PKG_CONFIG=false cargo doc --quiet "${locked[@]}" --no-deps "${features[@]}" --target-dir "$CARGO_TARGET_DIR/docs.rs"
}

# What is packaged holds the source that the feature `bundled` builds, as git has it, and builds by itself.
package() {
  local list=$build/package.txt lacked
  rm -rf "$build/package" # a copy, since the tree has the source but once
  cp -r "$workspace" "$build/package"
  "$root/bindings/rust/vendor.sh" "$build/package"
  cd "$build/package"
  (cd duramen-sys && cargo package --quiet --allow-dirty --list) >"$list"
  lacked=$(cd "$root" && git -c safe.directory='*' ls-files src capi include cmake CMakeLists.txt 2>/dev/null |
    while read -r file; do grep -qxF "vendor/$file" "$list" || echo "$file"; done)
  [[ -z $lacked ]] || { echo "the package lacks $lacked" >&2; exit 1; }
  cmake --fresh -S duramen-sys/vendor -B "$build/vendored" -DDURAMEN_BUILD_{TESTS,EXAMPLES,BENCH,CLI}=OFF >/dev/null
  (cd duramen-sys && cargo package --quiet --allow-dirty "${locked[@]}")
  # A package that depends on one that no registry has yet is packaged together with it, which cargo can since 1.90.
  if printf '%s\n' 1.90 "$version" | sort -VC; then
    # In places of its own, or what is unpacked and compiled there of duramen-sys would be the next run's.
    local home=${CARGO_HOME:-$HOME/.cargo}
    rm -rf "$build/home" "$build/packaged"
    mkdir -p "$build/home/registry"
    ln -s "$home/registry/index" "$home/registry/cache" "$build/home/registry"
    find "$home" -maxdepth 1 -name 'config*' -exec ln -s {} "$build/home" \;
    RUSTUP_HOME=${RUSTUP_HOME:-$HOME/.rustup} CARGO_HOME=$build/home \
      cargo package --quiet --allow-dirty "${locked[@]}" --workspace --target-dir "$build/packaged"
  else
    [[ $'\n'$(cd duramen && cargo package --quiet --allow-dirty --list)$'\n' == *$'\nsrc/lib.rs\n'* ]]
  fi
}

# The archive in place of the shared library, as the feature `bundled` links it.
static() {
  local program=$CARGO_TARGET_DIR/static/debug/examples/scenario
  DURAMEN_BUNDLED_PREFIX=$DURAMEN_PREFIX cargo build --quiet "${locked[@]}" --features duramen/bundled --example scenario \
    --target-dir "$CARGO_TARGET_DIR/static"
  [[ $(ldd "$program") != *libduramen* ]] || { echo "the program needs libduramen.so" >&2; exit 1; }
  LD_LIBRARY_PATH="" compare "$program"
}

# The programs of the pages, in a project of a user's, which needs no registry.
readme() {
  local project=$build/project
  rm -rf "$project"
  mkdir -p "$project/src/bin"
  printf '[package]\nname = "project"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nduramen = { path = "%s" }\n\n[workspace]\n' \
    "$workspace/duramen" >"$project/Cargo.toml"
  "$python" "$root/tests/docs/extract.py" "$root/README.md" rust "$project/src/bin/xor.rs"
  "$python" "$root/tests/docs/extract.py" "$workspace/duramen/README.md" rust "$project/src/bin/page.rs"
  cd "$project"
  [[ $(cargo run --quiet --offline --bin xor) == $'0.0\n1.0\n1.0\n0.0' && -s model.pt ]]
  [[ $'\n'$(cargo run --quiet --offline --bin page)$'\n' == *$'\n4 entries fit\n'* ]]
}

compare() {
  "$python" "$root/bindings/scenario/compare.py" "$root/bindings/scenario/transcript.txt" "$root/tests/data/torch" "$@"
}

mkdir -p "$build"
use_toolchain
fetch
case "$what" in
  test)
    targets=()
    [[ $toolchain == newest ]] || targets=(--tests) # the documentation is newest's
    cargo test --quiet "${locked[@]}" "${features[@]}" "${targets[@]}"
    ;;
  lint) lint ;;
  package) package ;;
  static) static ;;
  readme) readme ;;
  tutorial)
    "$python" "$root/tests/docs/tutorial.py" "$root/docs/tutorials/rust.md" "$root/build/release" \
      "RUSTUP_HOME=${RUSTUP_HOME:-$HOME/.rustup}" "CARGO_NET_OFFLINE=true" ${TIMES:+"TIMES=$TIMES"}
    ;;
  scenario)
    cargo build --quiet "${locked[@]}" "${features[@]}" --example scenario # as `test` has built it
    compare "$CARGO_TARGET_DIR/debug/examples/scenario"
    ;;
  bench) cargo run --quiet "${locked[@]}" --release --example bench ;;
esac
