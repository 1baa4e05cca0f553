#!/bin/sh
# expect_output.sh PATTERN PROGRAM [ARGUMENT]...: the program must end with 0 and print a line that
# the basic regular expression matches. (CTest's PASS_REGULAR_EXPRESSION would ignore how it ended.)
pattern=$1
shift
output=$("$@")
status=$?
printf '%s\n' "$output"
[ "$status" -eq 0 ] || { echo "the program ended with $status" >&2; exit 1; }
printf '%s\n' "$output" | grep -q -- "$pattern" || { echo "no line matches: $pattern" >&2; exit 1; }
