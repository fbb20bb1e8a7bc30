# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Checks that are seen as they happen and kept for the table at the end.

check_rows=() # result, sentence, figure; tab between
checks_failed=0

# note_check ok|FAILED SENTENCE [FIGURE]
note_check() {
  [ "$1" = ok ] || checks_failed=$((checks_failed + 1))
  check_rows+=("$1"$'\t'"$2"$'\t'"${3:-}")
  printf '  %-6s %s%s\n' "$1" "$2" "${3:+ - $3}"
}

# check SENTENCE COMMAND...: the last line that the command prints is the figure; when it fails, all of it is shown.
check() {
  local sentence=$1 output status
  output=$(mktemp)
  shift
  # Not as a condition: bash would go on behind a command that fails inside of it.
  set +e
  (set -e; "$@") >"$output" 2>&1
  status=$?
  set -e
  if [ "$status" -eq 0 ]; then
    note_check ok "$sentence" "$(tail -n 1 "$output")"
  else
    note_check FAILED "$sentence" "$(tail -n 1 "$output")"
    sed 's/^/         | /' "$output"
  fi
  rm -f "$output"
}

# note_lines FILE: the rows "result<tab>sentence<tab>figure" that a program wrote.
note_lines() {
  local result sentence figure
  while IFS=$'\t' read -r result sentence figure; do
    note_check "$result" "$sentence" "$figure"
  done <"$1"
}

print_checks() {
  local row result sentence figure width=0
  for row in "${check_rows[@]}"; do
    IFS=$'\t' read -r result sentence figure <<<"$row"
    [ ${#sentence} -le "$width" ] || width=${#sentence}
  done
  printf '%-*s  %-6s  %s\n' "$width" 'what was shown' result figure
  printf '%-*s  %-6s  %s\n' "$width" '--------------' ------ ------
  for row in "${check_rows[@]}"; do
    IFS=$'\t' read -r result sentence figure <<<"$row"
    printf '%-*s  %-6s  %s\n' "$width" "$sentence" "$result" "$figure"
  done
}
