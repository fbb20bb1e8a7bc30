# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The sample appliances, each in its namespace on the inspect segment.

firewall_rules=${LAB_FIREWALL_RULES:-$repo/lab/config/firewall.rules}

# start_firewall NAMESPACE NAME [RULES]
start_firewall() {
  start_process "$2" "$1" "$build/appliances/sallyport-firewall" --rules "${3:-$firewall_rules}"
  _appliance_listens "$1" "$2"
}

# start_echo NAMESPACE NAME
start_echo() {
  start_process "$2" "$1" "$build/appliances/sallyport-echo"
  _appliance_listens "$1" "$2"
}

_appliance_listens() {
  wait_until 10 _listens_on_6081 "$1" || die "$2 did not start: $(tail -n 3 "$(process_log "$2")")"
}
_listens_on_6081() { in_namespace "$1" ss -Hlun 'sport = :6081' | grep -q .; }

start_appliances() {
  start_firewall fw1 fw-1
  start_firewall fw2 fw-2
  start_echo sensor sensor-1
}

stop_appliances() {
  local name
  for name in fw-1 fw-2 sensor-1; do
    stop_process "$name"
  done
}

# Denials of the denied port that the firewalls have logged so far.
denials() { cat "$(process_log fw-1)" "$(process_log fw-2)" | grep -c '^denied .*8081' || true; }
