# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Who serves the connections to a listener: as the targets themselves tell it, and as the gateway does.

# ask_who COUNT ADDRESS PORT [CURL-OPTION...]: that many connections, one after the other; each answer is a line "TARGET CLIENT",
# with the client's address as the target sees it. False when one of them failed.
ask_who() {
  local url
  url=$(url_of "$2" "who?[1-$1]" "$3")
  shift 3
  in_namespace client timeout 60 curl -fsS --max-time 5 --header 'Connection: close' "$@" "$url"
}

# shares FILE: "web1 100, web2 101, web3 99" of the lines of ask_who.
shares() { cut -d' ' -f1 "$1" | sort | uniq -c | awk '{ printf "%s%s %s", separator, $2, $1; separator = ", " } END { print "" }'; }

# share_of FILE NAME
share_of() { cut -d' ' -f1 "$1" | grep -cFx -- "$2" || true; }

# is_as_weighted FILE NAME=WEIGHT...: Pearson's chi-square of the shares against the weights. Right weights stay below the
# limit in all but one of a million runs, for up to three targets (2 degrees of freedom: exp(-27.6 / 2)).
is_as_weighted() {
  local file=$1 total=0 all=0 part
  shift
  for part in "$@"; do
    total=$((total + ${part#*=}))
    all=$((all + $(share_of "$file" "${part%=*}")))
  done
  say "$(shares "$file")"
  if [ "$all" -eq 0 ] || [ "$all" -ne "$(wc -l <"$file")" ]; then
    say 'others answered, or nobody'
    return 1
  fi
  for part in "$@"; do
    printf '%s %s\n' "$(share_of "$file" "${part%=*}")" "${part#*=}"
  done | awk -v all="$all" -v total="$total" '
    { expected = all * $2 / total; sum += ($1 - expected) ^ 2 / expected }
    END { if (sum >= 27.6) { printf "chi-square %.1f\n", sum; exit 1 } }'
}

# of_target GROUP/NAME FIELD, by what the gateway says of it; nothing when there is no such target.
of_target() {
  ask_gateway targets --json | jq -r --arg group "${1%/*}" --arg name "${1#*/}" \
    ".targets[] | select(.group == \$group and .name == \$name) | .$2"
}
target_is() { [ "$(of_target "$1" state)" = "$2" ]; }

# of_target_group NAME FIELD
of_target_group() {
  ask_gateway targets --json | jq -r --arg name "$1" ".target_groups[] | select(.name == \$name) | .$2"
}
all_healthy() {
  local group
  for group in "$@"; do
    [ "$(of_target_group "$group" healthy)" = "$(of_target_group "$group" targets)" ] || return 1
  done
}
