#!/usr/bin/env bash
# Runs a command that takes minutes where DURAMEN_REQUIRE_ALL=1, and skips it elsewhere with that reason.
if [[ ${DURAMEN_REQUIRE_ALL:-0} != 1 ]]; then
  echo "skipped: takes minutes; runs with DURAMEN_REQUIRE_ALL=1"
  exit 77
fi
exec "$@"
