#!/usr/bin/env bash
# Runs the README's program in an empty folder: it lists what the model owns and leaves its file.
set -euo pipefail
program=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"$program" | tee said
diff said - <<'TEXT'
0.weight               parameter
0.bias                 parameter
1.weight               parameter
1.bias                 parameter
1.running_mean         buffer
1.running_var          buffer
1.num_batches_tracked  buffer
TEXT
[[ -s model.pt ]] || { echo "docs: no model.pt"; exit 1; }
