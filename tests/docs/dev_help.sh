#!/usr/bin/env bash
# ./dev: every verb explains itself, and an option is no folder to install into.
set -euo pipefail
dev=$1/dev
for verb in $("$dev" | sed -n 's/^  \([a-z]\{1,\}\) .*/\1/p'); do
  [[ $'\n'$("$dev" "$verb" --help) == *$'\nusage: '* ]] || { echo "$verb --help says no usage" >&2; exit 1; }
done
if "$dev" install --prefix; then exit 1; fi
