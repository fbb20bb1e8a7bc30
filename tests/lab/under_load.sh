# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Load that goes on while a test changes something: UDP, TCP, and short connections one after the other. Nothing of it may
# be lost. Slow enough for a machine that does other things as well: loss must be the gateway's doing.

load_udp_port=5201 load_tcp_port=5202

start_load_servers() {
  start_web
  start_iperf
  start_process iperf3-tcp server iperf3 --server --port "$load_tcp_port" --forceflush
  process_says iperf3-tcp 'Server listening' || die "iperf3 did not start: $(tail -n 3 "$(process_log iperf3-tcp)")"
}

# begin_load SECONDS: returns when both flows are there.
begin_load() {
  rm -f "$run_dir/load.over"
  : >"$run_dir/load.errors"
  load_before=$(ask_gateway flows --json --limit 100000 | jq -c '[.flows[].cookie]')
  _iperf "$1" "$load_udp_port" --udp --bitrate 4M --length 1200 >"$run_dir/load.udp.json" &
  load_udp=$!
  _iperf "$1" "$load_tcp_port" --bitrate 20M >"$run_dir/load.tcp.json" &
  load_tcp=$!
  _connections_go_on &
  load_connections=$!
  wait_until 10 _load_is_there || die 'the load did not begin'
}
_iperf() {
  local seconds=$1 port=$2
  shift 2
  in_namespace client timeout $((seconds + 30)) iperf3 --client "$server_v4" --port "$port" --time "$seconds" --json "$@"
}
_connections_go_on() {
  local good=0 failed=0
  # Not longer than the test itself, however that ends.
  while [ ! -e "$run_dir/load.over" ] && kill -0 $$ 2>/dev/null; do
    if fetch_small "$server_v4" 2>>"$run_dir/load.errors"; then good=$((good + 1)); else failed=$((failed + 1)); fi
    sleep 0.02
  done
  printf '%s %s\n' "$good" "$failed" >"$run_dir/load.connections"
}
_load_is_there() { [ -n "$(load_flow udp)" ] && [ -n "$(load_flow tcp)" ]; }

# load_flow udp|tcp: the load's flow, "COOKIE APPLIANCE PACKETS"; of TCP the one that carries the data. Flows of a load
# that is over live on until their timers end them: those do not count.
load_flow() {
  local port=$load_udp_port
  [ "$1" = udp ] || port=$load_tcp_port
  ask_gateway flows --json --limit 100000 | jq -r --arg protocol "$1" --argjson port "$port" \
    --argjson before "$load_before" '
    [.flows[] | select(.cookie as $cookie | $before | index($cookie) | not) | select(.protocol == $protocol and .responder.port == $port and .forward.packets > 20)]
    | max_by(.forward.packets) // empty | "\(.cookie) \(.appliances[0]) \(.forward.packets)"'
}
load_cookies() { printf '%s %s\n' "$(load_flow udp | cut -d' ' -f1)" "$(load_flow tcp | cut -d' ' -f1)"; }

# load_keeps_cookies COOKIES: the same flows as then.
load_keeps_cookies() {
  local now
  now=$(load_cookies)
  say "cookies $now"
  [ "$now" = "$1" ]
}

end_load() {
  wait "$load_udp" "$load_tcp" || true
  touch "$run_dir/load.over"
  wait "$load_connections" || true
}
no_udp_was_lost() {
  jq -r '.end.sum | "\(.lost_packets) of \(.packets) lost"' "$run_dir/load.udp.json"
  jq -e '.end.sum.packets > 100 and .end.sum.lost_packets == 0' "$run_dir/load.udp.json" >/dev/null
}
tcp_went_on() {
  jq -er 'select(.error == null) | "\(.end.sum_received.bits_per_second / 1e6 | round) Mbit/s received"' "$run_dir/load.tcp.json" &&
    jq -e 'all(.intervals[]; .sum.bytes > 0)' "$run_dir/load.tcp.json" >/dev/null
}
no_connection_failed() {
  local good failed
  read -r good failed <"$run_dir/load.connections"
  sort "$run_dir/load.errors" | uniq -c
  say "$good connections, $failed failures"
  [ "$failed" -eq 0 ] && [ "$good" -ge 20 ]
}
expect_load_unharmed() {
  end_load
  expect "no UDP packet was lost" no_udp_was_lost
  expect "TCP went on, every second of it" tcp_went_on
  expect "every connection beside it came through" no_connection_failed
}

# of_appliance NAME FIELD: nothing when it is not listed.
of_appliance() { ask_gateway appliances --json | jq -r --arg name "$1" ".appliances[] | select(.name == \$name) | .$2"; }
appliance_is() { [ "$(of_appliance "$1" state)" = "$2" ]; }

# gets_no_new_flow NAME: sixty connections and what goes on beside them, and none begins there.
gets_no_new_flow() {
  local before after
  before=$(of_appliance "$1" flows_created)
  many_fetches 60 || return 1
  after=$(of_appliance "$1" flows_created)
  say "$((after - before)) of 60 and more"
  [ "$after" -eq "$before" ]
}
gets_new_flows() {
  local before after
  before=$(of_appliance "$1" flows_created)
  many_fetches 60 || return 1
  after=$(of_appliance "$1" flows_created)
  say "$((after - before)) of 60 and more"
  [ "$after" -gt "$before" ]
}
# exits STATUS COMMAND...: with exactly this status; its last line is shown.
exits() {
  local wanted=$1 status=0
  shift
  "$@" || status=$?
  [ "$status" -eq "$wanted" ] || { say "exit $status"; return 1; }
}
