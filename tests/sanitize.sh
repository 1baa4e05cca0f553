#!/usr/bin/env bash
# sanitize.sh PRESET: configures, builds and tests a preset with sanitizers.
set -euo pipefail
# The thread sanitizer of GCC 12 does not cope with a kernel that places memory very much at random.
fixed=()
if setarch --addr-no-randomize true 2>/dev/null; then fixed=(setarch --addr-no-randomize); fi
exec "${fixed[@]}" cmake --workflow --preset "$1"
