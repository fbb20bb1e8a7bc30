# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What a client does, with ordinary tools. Each prints one figure as its last line and fails when it did not come out.

url_of() { # ADDRESS PATH [PORT]
  case $1 in
    *:*) printf 'http://[%s]:%s/%s\n' "$1" "${3:-80}" "$2" ;;
    *) printf 'http://%s:%s/%s\n' "$1" "${3:-80}" "$2" ;;
  esac
}

# ping_passes NAMESPACE ADDRESS: three of three come back.
ping_passes() {
  local output
  output=$(in_namespace "$1" ping -n -c 3 -i 0.2 -W 2 "$2") || { say "$output"; return 1; }
  grep -q '3 received' <<<"$output" || { say "$output"; return 1; }
  sed -nE 's#^rtt .* = [0-9.]+/([0-9.]+)/.*#3 of 3, \1 ms#p' <<<"$output"
}

# fetch_is_same ADDRESS: a megabyte comes through unchanged.
fetch_is_same() {
  local seconds got=$run_dir/fetched
  rm -f "$got"
  seconds=$(in_namespace client curl -fsS --max-time 10 -o "$got" -w '%{time_total}' "$(url_of "$1" megabyte)") || return 1
  cmp "$got" "$web_root/megabyte" || return 1
  say "1 MiB, same bytes, $seconds s"
}

fetch_small() { in_namespace client curl -fsS --max-time 5 -o /dev/null "$(url_of "$1" small "${2:-80}")"; }

# many_fetches COUNT: short connections, IPv4 and IPv6 by turns; each is a flow of its own.
many_fetches() {
  local turn address
  for ((turn = 0; turn < $1; turn++)); do
    address=$server_v4
    ((turn % 2)) && address=$server_v6
    fetch_small "$address" || { say "connection $turn to $address failed"; return 1; }
  done
  say "$1 connections"
}

# dig_answers SERVER TYPE EXPECTED
dig_answers() {
  local answer
  answer=$(in_namespace client dig +short +time=3 +tries=1 "@$1" www.sallyport.test "$2")
  [ "$answer" = "$3" ] || { say "asked for $2, got '$answer', not $3"; return 1; }
  say "$2 $answer"
}

# denied_port_blocked ADDRESS: 8081 is served there, but not for the client.
denied_port_blocked() {
  local status=0 loopback=127.0.0.1
  case $1 in *:*) loopback=::1 ;; esac
  in_namespace server curl -fsS --max-time 2 -o /dev/null "$(url_of "$loopback" small 8081)" ||
    { say 'the server itself does not serve port 8081: this would prove nothing'; return 1; }
  in_namespace client curl -sS --max-time 2 -o "$run_dir/denied" "$(url_of "$1" small 8081)" || status=$?
  [ "$status" -ne 0 ] || { say 'the page came through'; return 1; }
  say "curl gives up ($status)"
}

# load_passes ADDRESS OPTION...: iperf3 from the client; the figure is what the server received.
load_passes() {
  local address=$1 status=0
  shift
  wait_until 10 _iperf_had_its_turn "$address" "$@" || true
  [ "$status" -eq 0 ] || { jq -r '.error // empty' "$run_dir/iperf3.json"; return 1; }
  jq -er '.end | (.sum_received // .sum) | select(.bytes > 100000)
          | "\(.bits_per_second / 1e6 | round) Mbit/s" + (if .lost_percent then ", \(.lost_percent * 10 | round / 10)% lost" else "" end)' \
    "$run_dir/iperf3.json" || { say 'next to nothing arrived'; return 1; }
}
# An iperf3 server has one client at a time, and is still busy for a moment after the last one has ended. Sets `status`.
_iperf_had_its_turn() {
  local address=$1
  shift
  status=0
  in_namespace client timeout 30 iperf3 --client "$address" --json "$@" >"$run_dir/iperf3.json" || status=$?
  [ "$status" -eq 0 ] || ! jq -e '.error // "" | test("server is busy")' "$run_dir/iperf3.json"
}
