# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Configurations with target groups and listeners, for tests that balance. The chain in front is the lab's own.

# balancing_config [WORKERS] <GROUPS-AND-LISTENERS: the lab's ports, appliances and chain, and these; prints its path.
balancing_config() {
  local config
  config=$(standard_config "${1:-1}")
  cat >>"$config"
  printf '%s\n' "$config"
}

# Where targets die and have to be found out.
quick_check='{protocol: TCP, interval: 200ms, timeout: 150ms, healthy_threshold: 2, unhealthy_threshold: 2}'
# Where they do not: on a slow machine a check that wants its answer at once finds a live target dead, and then it has no turn
# for a while.
patient_check='{protocol: TCP, interval: 1s, timeout: 1s, healthy_threshold: 2, unhealthy_threshold: 10}'
# Which of them target_group writes.
target_check=$patient_check

# target_group NAME PORT 4|6 SETTINGS [WEIGHT WEIGHT WEIGHT]: the three targets, as one line of YAML.
target_group() {
  local name=$1 port=$2 family=$3 settings=$4 number address list=''
  shift 4
  for number in 1 2 3; do
    address=web${number}_v$family
    list+="{name: web$number, address: \"${!address}\", weight: ${!number:-1}}, "
  done
  printf '  %s: {port: %s, health_check: %s, %s, targets: [%s]}\n' "$name" "$port" "$target_check" "$settings" "${list%, }"
}

# listener NAME ADDRESS PORT PROTOCOL GROUP [SETTINGS]
listener() {
  printf '  - {name: %s, address: "%s", port: %s, protocol: %s, default_action: {forward: %s}%s}\n' "$1" "$2" "$3" "$4" "$5" "${6:+, $6}"
}
