#!/usr/bin/env bash
# Compiles a program over the installed headers with each compiler and standard, and runs it:
# run.sh scenario|no_exceptions ROOT PYTHON. Without clang that half is left out, unless DURAMEN_REQUIRE_ALL=1.
set -euo pipefail
program=$1 root=$2 python=${3:-}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
read -ra flags <<<"$(pkg-config --cflags duramen) -Wall -Wextra -Wpedantic -Werror"
read -ra libraries <<<"$(pkg-config --libs duramen) -Wl,-rpath,$(pkg-config --variable=libdir duramen)"
tests=$root/tests/cxx

# compile OUTPUT COMPILER STANDARD
compile() {
  local out=$1 compiler=$2 standard=$3
  case "$program" in
    scenario) "$compiler" "-std=$standard" "${flags[@]}" "$root/bindings/cxx/scenario.cpp" -o "$out" "${libraries[@]}" ;;
    no_exceptions)
      "$compiler" "-std=$standard" "${flags[@]}" -fno-exceptions -fno-rtti -c "$tests/no_exceptions.cpp" -o "$out.without.o"
      "$compiler" "-std=$standard" "${flags[@]}" -c "$tests/with_exceptions.cpp" -o "$out.with.o"
      "$compiler" "$out.without.o" "$out.with.o" -o "$out" "${libraries[@]}"
      ;;
  esac
}

# The program in docs/cpp.md, which is for both.
documented() {
  "$python" "$root/tests/docs/extract.py" "$root/docs/cpp.md" cpp "$folder/documented.cpp"
  g++ -std=c++17 "${flags[@]}" -fsyntax-only "$folder/documented.cpp"
  g++ -std=c++17 "${flags[@]}" -fsyntax-only -fno-exceptions -fno-rtti "$folder/documented.cpp"
}

run() {
  case "$program" in
    scenario) "$python" "$root/bindings/scenario/compare.py" "$root/bindings/scenario/transcript.txt" "$root/tests/data/torch" "$1" ;;
    no_exceptions) (cd "$folder" && "$1") ;;
  esac
}

if [[ $program == no_exceptions ]]; then documented; fi
compilers=(g++ clang++)
if ! command -v clang++ >/dev/null; then
  echo "left out: clang++ is not installed (./dev setup --ci)"
  [[ ${DURAMEN_REQUIRE_ALL:-0} != 1 ]] || exit 1
  compilers=(g++)
fi
for compiler in "${compilers[@]}"; do
  for standard in c++17 c++20; do compile "$folder/$compiler-$standard" "$compiler" "$standard" & done
  wait -n
  wait -n
  for standard in c++17 c++20; do
    echo "$compiler $standard:"
    run "$folder/$compiler-$standard"
  done
done
