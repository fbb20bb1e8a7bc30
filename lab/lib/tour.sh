# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The steps of lab/demo. Each says what it shows, does it with ordinary tools, and checks what came out.

step() { printf '\n%s\n' "$*"; }

tour_reach() {
  step '1. Ping: there and back through a firewall and a sensor'
  check 'ping over IPv4' ping_passes client "$server_v4"
  check 'ping over IPv6' ping_passes client "$server_v6"
}

tour_applications() {
  step '2. A web server and a name server behind the chain'
  check 'a file from nginx over IPv4, unchanged' fetch_is_same "$server_v4"
  check 'a file from nginx over IPv6, unchanged' fetch_is_same "$server_v6"
  check 'a name looked up over IPv4' dig_answers "$server_v4" A "$server_v4"
  check 'a name looked up over IPv6' dig_answers "$server_v6" AAAA "$server_v6"
}

# Three places watched at once: what the client sends, what visits the appliances, what reaches the server.
tour_captured() {
  step '3. The same again, and sixty short connections, watched with tcpdump at three places'
  local before=$checks_failed
  start_capture north client eth0 "$run_dir/north.pcap" ip or ip6
  start_capture inspect inspect to-gateway "$run_dir/inspect.pcap" "$all_but_probes"
  start_capture south server eth0 "$run_dir/south.pcap" ip or ip6
  check 'ping, curl and dig while watched' _captured_traffic
  check 'sixty short connections' many_fetches 60
  check 'the captures are whole' _stop_captures
  "$lab_lib/check_capture.py" --north "$run_dir/north.pcap" --inspect "$run_dir/inspect.pcap" --south "$run_dir/south.pcap" \
    --gateway "$gateway_inspect_v4" --hop "fw-1=$fw1_v4,fw-2=$fw2_v4" --hop "sensor-1=$sensor_v4" \
    --client "$client_v4" --client "$client_v6" --server "$server_v4" --server "$server_v6" >"$run_dir/verdict" ||
    [ -s "$run_dir/verdict" ] || note_check FAILED 'the captures can be judged'
  note_lines "$run_dir/verdict"
  if [ "$checks_failed" -gt "$before" ]; then
    mkdir -p "$run_dir.failed" && cp "$run_dir"/*.pcap "$run_dir.failed/" && say "  the captures are in $run_dir.failed"
  fi
}

_captured_traffic() {
  ping_passes client "$server_v4" && ping_passes client "$server_v6" &&
    fetch_is_same "$server_v4" && fetch_is_same "$server_v6" &&
    dig_answers "$server_v4" A "$server_v4" && dig_answers "$server_v6" AAAA "$server_v6" &&
    say 'all came out'
}

_stop_captures() {
  local place whole=0
  # What was sent last is still on its way back; wait for the segment to fall silent.
  wait_until 5 _capture_is_silent
  for place in north inspect south; do
    stop_capture "$place" || whole=1
  done
  [ "$whole" -ne 0 ] || say "$(du -ch "$run_dir"/{north,inspect,south}.pcap | tail -n 1 | cut -f1) kept"
  return "$whole"
}
_capture_is_silent() {
  local size
  size=$(stat -c %s "$run_dir/inspect.pcap")
  sleep 0.3
  [ "$size" = "$(stat -c %s "$run_dir/inspect.pcap")" ]
}

tour_denied() {
  step '4. The firewalls deny port 8081'
  check 'port 80 passes' fetch_small "$server_v4"
  local before
  before=$(denials)
  check 'port 8081 is blocked over IPv4' denied_port_blocked "$server_v4"
  check 'port 8081 is blocked over IPv6' denied_port_blocked "$server_v6"
  check 'the firewalls logged the denials' _denials_grew "$before"
  check 'port 80 still passes' fetch_small "$server_v6"
}
_denials_grew() {
  local now
  now=$(denials)
  say "$((now - $1)) denials in the logs of fw-1 and fw-2"
  [ $((now - $1)) -ge 2 ]
}

# The second half of the tour adds load; a person's connections go on beside it.
tour_load() {
  step '5. Load: iperf3 through the chain, short connections beside it'
  # The checks of the load run in the foreground; the short connections count themselves beside them.
  rm -f "$run_dir/load.over"
  _connections_beside &
  local beside=$!
  check 'TCP over IPv4' load_passes "$server_v4" --time 3
  check 'TCP over IPv6' load_passes "$server_v6" --time 3
  check 'TCP from the server to the client' load_passes "$server_v4" --time 2 --reverse
  check 'UDP over IPv4, 50 Mbit/s' load_passes "$server_v4" --time 3 --udp --bitrate 50M --length 1400
  touch "$run_dir/load.over"
  wait "$beside" || true
  check 'connections beside the load succeed' _connections_held
}
_connections_beside() {
  local good=0 failed=0
  while [ ! -e "$run_dir/load.over" ]; do
    if many_fetches 2 >/dev/null 2>&1; then good=$((good + 2)); else failed=$((failed + 1)); fi
    sleep 0.05
  done
  printf '%s %s\n' "$good" "$failed" >"$run_dir/beside"
}
_connections_held() {
  local good failed
  read -r good failed <"$run_dir/beside"
  say "$good connections, $failed failures"
  [ "$failed" -eq 0 ] && [ "$good" -ge 20 ]
}

tour_failover() {
  step '6. A firewall is killed while forty connections go through both'
  start_process echo-server server "$lab_lib/talkers.py" serve "$server_v4" 7000
  process_says echo-server serving || die "the server did not start: $(tail -n 3 "$(process_log echo-server)")"
  start_process talkers client "$lab_lib/talkers.py" talk "$server_v4" 7000 40 60
  check 'forty connections talk' process_says talkers talking
  check 'fw-1 is killed, and found out' _kill_firewall
  check 'every connection lives on through fw-2' _talk_goes_on
  check 'fw-1 comes back, and is found healthy' _firewall_returns
}
_kill_firewall() {
  local at flows
  flows=$(flows_at fw-1)
  at=$(date +%s%3N)
  kill_process fw-1
  wait_until 10 appliance_is fw-1 unhealthy || return 1
  say "unhealthy after $(($(date +%s%3N) - at)) ms, with $flows flows"
}
_talk_goes_on() {
  sleep 2 # what a sender that has backed off needs for its next try
  kill -s TERM "$(process_id talkers)"
  wait_until 10 _process_dead talkers
  tail -n 1 "$(process_log talkers)" >"$run_dir/talk.json"
  jq -r '"\(.alive) of \(.connections) alive, longest pause \(.longest_pause_ms) ms"' "$run_dir/talk.json"
  jq -e '.alive == .connections' "$run_dir/talk.json" >/dev/null
}
_firewall_returns() {
  start_firewall fw1 fw-1
  wait_until 10 appliance_is fw-1 healthy
}

tour_balancing() {
  step '7. A listener in front of three targets, behind the same chain; one of them is killed under load'
  check 'three targets are healthy' wait_until 15 all_healthy web web-v6
  start_capture listener inspect to-gateway "$run_dir/listener.pcap" "$all_but_probes"
  check '90 connections over IPv4, spread over web1, web2 and web3' _is_spread "$listener_v4"
  check '90 connections over IPv6, spread over web1, web2 and web3' _is_spread "$listener_v6"
  stop_capture listener || note_check FAILED 'the capture is whole'
  check 'the appliances see client and listener, and no target' _chain_sees_listener
  check 'the targets see the client' _targets_see_client
  rm -f "$run_dir/load.over"
  _asking_beside &
  local beside=$!
  check 'web2 is killed, and found out' _kill_target
  check 'no connection goes there afterwards, and none fails' _served_without_web2
  touch "$run_dir/load.over"
  wait "$beside" || true
  check 'of the connections beside that, none failed after it was found out' _none_failed_later
  start_target_web web2
  check 'web2 comes back, and is found healthy' wait_until 15 all_healthy web web-v6
  check 'it gets connections again' _is_spread "$listener_v4"
}
_is_spread() {
  ask_who 90 "$1" 80 >"$run_dir/answers" || return 1
  is_as_weighted "$run_dir/answers" web1=1 web2=1 web3=1
}
_chain_sees_listener() {
  local inside wrong
  _inside() { tshark -n -r "$run_dir/listener.pcap" -Y "geneve and tcp.port == 80 and $1" 2>/dev/null | wc -l; }
  inside=$(_inside "(ip.addr == $listener_v4 or ipv6.addr == $listener_v6)")
  wrong=$(_inside "not (ip.addr == $listener_v4 or ipv6.addr == $listener_v6)")
  say "$inside packets of the listeners, $wrong others"
  [ "$inside" -gt 0 ] && [ "$wrong" -eq 0 ]
}
_targets_see_client() {
  ask_who 3 "$listener_v4" 80 >"$run_dir/answers" && ask_who 3 "$listener_v6" 80 >>"$run_dir/answers" || return 1
  say "$(cut -d' ' -f2 "$run_dir/answers" | sort -u | xargs)"
  [ "$(cut -d' ' -f2 "$run_dir/answers" | sort -u | xargs)" = "$client_v4 $client_v6" ]
}
# A line for each connection: it came through, or it failed.
_asking_beside() {
  while [ ! -e "$run_dir/load.over" ]; do
    if ask_who 1 "$listener_v4" 80 >/dev/null 2>&1; then say good; else say failed; fi
  done >"$run_dir/beside"
}
_failed_beside() { grep -c failed "$run_dir/beside" || true; }
_kill_target() {
  local at
  at=$(date +%s%3N)
  kill_process nginx-web2
  wait_until 10 target_is web/web2 unhealthy || return 1
  _failed_beside >"$run_dir/failed.before"
  say "unhealthy after $(($(date +%s%3N) - at)) ms"
}
_served_without_web2() {
  ask_who 90 "$listener_v4" 80 >"$run_dir/answers" || return 1
  shares "$run_dir/answers"
  [ "$(share_of "$run_dir/answers" web2)" -eq 0 ]
}
_none_failed_later() {
  local before good
  before=$(cat "$run_dir/failed.before") good=$(grep -c good "$run_dir/beside")
  say "$good came through; $before failed before, $(($(_failed_beside) - before)) after"
  # One may have been on its way.
  [ "$good" -ge 10 ] && [ "$(_failed_beside)" -le $((before + 1)) ]
}

tour_https() {
  step '8. https:// through the chain: TLS ends at the gateway; a target is killed under load'
  check 'three targets are healthy' wait_until 15 all_healthy site
  check 'http:// leads to https://' _is_redirected
  start_capture https inspect to-gateway "$run_dir/https.pcap" "$all_but_probes"
  check 'a page, verified by the CA of the lab' ask_https 1
  check 'the same over HTTP/2' _is_http2
  stop_capture https || note_check FAILED 'the capture is whole'
  check 'the appliances see client and listener' _chain_sees_https
  check 'requests are spread over web1, web2 and web3' _https_is_spread
  check 'a cookie keeps a client at its target' _https_sticks
  rm -f "$run_dir/load.over"
  _asking_https_beside &
  local beside=$!
  check 'that target is killed, and found out' _kill_https_target
  check 'the client moves, with a cookie for another' _https_moves
  touch "$run_dir/load.over"
  wait "$beside" || true
  check 'of the requests beside that, none failed' _no_request_failed
  start_target_web "$(cat "$run_dir/https.target")"
  check 'it comes back' wait_until 15 all_healthy site web web-v6
}
_is_redirected() {
  local to
  to=$(in_namespace client curl -sS -o /dev/null -w '%{http_code} %{redirect_url}' --max-time 5 "http://$https_v4/who?a=b")
  say "$to"
  [ "$to" = "301 https://$https_v4/who?a=b" ]
}
_is_http2() {
  local version
  version=$(in_namespace client curl -sS -o /dev/null -w '%{http_version}' --max-time 5 --cacert "$https_home/ca.pem" "https://$https_v4/who")
  say "version $version"
  [ "$version" = 2 ]
}
_chain_sees_https() {
  local inside
  inside=$(tshark -n -r "$run_dir/https.pcap" -Y "geneve and tcp.port == 443 and ip.addr == $https_v4" 2>/dev/null | wc -l)
  say "$inside packets"
  [ "$inside" -gt 20 ]
}
_https_is_spread() {
  ask_https 90 >"$run_dir/answers" || return 1
  is_as_weighted "$run_dir/answers" web1=1 web2=1 web3=1
}
_https_sticks() {
  rm -f "$run_dir/jar"
  ask_https 1 --cookie-jar "$run_dir/jar" | cut -d' ' -f1 >"$run_dir/https.target"
  ask_https 12 --cookie "$run_dir/jar" >"$run_dir/answers" || return 1
  shares "$run_dir/answers"
  [ "$(share_of "$run_dir/answers" "$(cat "$run_dir/https.target")")" -eq 12 ]
}
_asking_https_beside() {
  while [ ! -e "$run_dir/load.over" ]; do
    if ask_https 1 >/dev/null 2>&1; then say good; else say failed; fi
  done >"$run_dir/beside"
}
_kill_https_target() {
  local name
  name=$(cat "$run_dir/https.target")
  kill_process "nginx-$name"
  wait_until 10 target_is "site/$name" unhealthy || return 1
  say "$name"
}
_https_moves() {
  cp "$run_dir/jar" "$run_dir/jar.before"
  ask_https 6 --cookie "$run_dir/jar" --cookie-jar "$run_dir/jar" >"$run_dir/answers" || return 1
  shares "$run_dir/answers"
  [ "$(share_of "$run_dir/answers" "$(cat "$run_dir/https.target")")" -eq 0 ] &&
    [ "$(cut -d' ' -f1 "$run_dir/answers" | sort -u | wc -l)" -eq 1 ] && ! cmp -s "$run_dir/jar" "$run_dir/jar.before"
}
_no_request_failed() {
  local good
  good=$(grep -c good "$run_dir/beside")
  say "$good came through"
  [ "$good" -ge 10 ] && ! grep -q failed "$run_dir/beside"
}

tour_decrypted() {
  local capture
  step '9. The decrypted leg: between the gateway and the targets an appliance reads what came in TLS'
  start_capture leg inspect to-gateway "$run_dir/leg.pcap" udp port 6081 and host "$reader_v4"
  start_capture south south to-gateway "$run_dir/leg-south.pcap" tcp port 80
  check 'a page over https://' ask_https 1
  check 'a page that the reader forbids is not to be had' _is_forbidden
  check 'others still are' ask_https 3
  for capture in leg south; do stop_capture "$capture" || note_check FAILED "the capture $capture is whole"; done
  check 'the reader saw the request in plain text, and for whom' _reader_saw_request
  check 'it says what it denied' grep -m1 '^denied .* containing GET /internal/' "$(process_log reader-1)"
  check 'no target ever saw it' _no_target_saw_it
}
_is_forbidden() {
  local status
  status=$(in_namespace client curl -sS -o /dev/null -w '%{http_code}' --max-time 8 --cacert "$https_home/ca.pem" "https://$https_v4/internal/who")
  say "status $status"
  [ "$status" = 504 ]
}
# The option of the client's address (docs/appliances.md): class 0xff53, type 2; its address in the last four bytes.
_reader_saw_request() {
  local client
  client=$(tshark -n -r "$run_dir/leg.pcap" -d tcp.port==80,http -Y 'geneve and frame contains "GET /who"' \
    -T fields -e geneve.option.unknown.data 2>/dev/null | tr -d ':' | head -n 1)
  say "GET /who, client option ${client:-missing}"
  [[ $client == *$(printf '%02x%02x%02x%02x' ${client_v4//./ }) ]]
}
_no_target_saw_it() {
  local requests forbidden
  requests=$(tshark -n -r "$run_dir/leg-south.pcap" -Y 'frame contains "GET /who"' 2>/dev/null | wc -l)
  forbidden=$(tshark -n -r "$run_dir/leg-south.pcap" -Y 'frame contains "GET /internal"' 2>/dev/null | wc -l)
  say "$requests requests, $forbidden forbidden ones"
  [ "$requests" -gt 0 ] && [ "$forbidden" -eq 0 ]
}

tour_state() {
  step '10. What the gateway says about it'
  check 'the gateway answers' _gateway_status
  check 'it has flows of the tour' _gateway_flows
}
_gateway_status() { ask_gateway status && say "up as process $(process_id gateway)"; }
_gateway_flows() {
  local count
  count=$(ask_gateway flows | grep -cE "$client_v4|$client_v6") || { say 'it shows none'; return 1; }
  say "$count lines of them"
}
