#!/usr/bin/env bash
# What the tests do with the Go binding: run.sh newest|oldest test|race|format|scenario|readme|tutorial [PYTHON [BUILD]].
#
# The library is that of PKG_CONFIG_PATH and DURAMEN_PREFIX. newest is the Go on the PATH, oldest the version that go.mod
# promises, as Debian 12 has it. Without one: skipped, or with DURAMEN_REQUIRE_ALL=1 a failure.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

which=$1 what=$2 python=${3:-} build=${4:-}
oldest=/usr/lib/go-1.19/bin/go

lacking() {
  echo "skipped: $1"
  if [[ ${DURAMEN_REQUIRE_ALL:-0} == 1 ]]; then exit 1; fi
  exit 77
}

case "$which" in
  newest) go=$(command -v go) || go=$oldest ;;
  oldest) go=$oldest ;;
  *) echo "run.sh: newest or oldest, not $which" >&2; exit 2 ;;
esac
[[ -x $go ]] || lacking "there is no $go (./dev setup --ci installs it)"

LD_LIBRARY_PATH=$(pkg-config --variable=libdir duramen)
export LD_LIBRARY_PATH
export GOPROXY=off GOFLAGS="-mod=readonly -buildvcs=false" GOTOOLCHAIN=local CGO_ENABLED=1
[[ -n ${HOME:-} ]] || export GOCACHE=$DURAMEN_PREFIX/../go-cache GOPATH=$DURAMEN_PREFIX/../go
"$go" version

case "$what" in
  test)
    "$go" vet ./...
    "$go" test -count=1 ./...
    ;;
  race)
    [[ -n $("$go" list -f '{{join .GoFiles " "}}' . | grep -o iterate_go123.go) ]] ||
      echo "range over listings is not tested: it needs Go 1.23"
    "$go" test -count=1 -race ./...
    ;;
  format)
    unformatted=$("$(dirname "$go")/gofmt" -l .)
    [[ -z $unformatted ]] || { echo "gofmt would change $unformatted"; exit 1; }
    "$go" vet ./...
    # Options of another class are refused by the compiler.
    if refusals=$("$go" build -tags refused ./nn 2>&1); then echo "nn/refused.go compiles"; exit 1; fi
    [[ $refusals == *"missing method ofLinear"* && $refusals == *'cannot use "4"'* ]] || { echo "$refusals"; exit 1; }
    # Without cgo the first thing said is why.
    if refusals=$(CGO_ENABLED=0 "$go" build . 2>&1); then echo "the package builds without cgo"; exit 1; fi
    [[ $(sed -n 2p <<<"$refusals") == *needs_cgo_set_CGO_ENABLED* ]] || { echo "$refusals"; exit 1; }
    ;;
  scenario)
    program=$DURAMEN_PREFIX/../go-scenario
    "$go" build -o "$program" ./scenario
    "$python" ../scenario/compare.py ../scenario/transcript.txt ../../tests/data/torch "$program"
    ;;
  readme)
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    for page in ../../README.md README.md; do
      "$python" ../../tests/docs/extract.py "$page" go "$folder/main.go"
      "$go" build -o "$folder/program" "$folder/main.go"
      (cd "$folder" && ./program) | tee -a "$folder/said"
    done
    [[ $(tr '\n' ' ' < "$folder/said") == "0.0 1.0 1.0 0.0 float32[1 3] " && -s $folder/model.pt ]]
    ;;
  tutorial)
    export PATH=$(dirname "$go"):$PATH
    "$python" ../../tests/docs/tutorial.py ../../docs/tutorials/go.md "$build" "GOCACHE=$("$go" env GOCACHE)"
    ;;
  *) echo "run.sh: $what is not known" >&2; exit 2 ;;
esac
