# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The gateway itself, in its namespace, and its commands over the admin socket.

# ask_gateway COMMAND [ARGUMENT...]: status, flows, appliances, drain, ...
ask_gateway() {
  local command=$1
  shift
  "$sallyport" "$command" --admin "$admin_socket" "$@"
}

# start_gateway CONFIG: returns when it answers; otherwise says why it did not start.
start_gateway() {
  mkdir -p "$(dirname "$admin_socket")"
  start_process gateway gateway "$sallyport" run --config "$1"
  wait_until 20 _gateway_answers_or_died
  if ! process_alive gateway || ! ask_gateway status >/dev/null 2>&1; then
    say "the gateway did not start; the end of $(process_log gateway):" >&2
    tail -n 20 "$(process_log gateway)" >&2
    return 1
  fi
}
_gateway_answers_or_died() { ask_gateway status || ! process_alive gateway; }

# appliance_is NAME STATE, by what the gateway says of it.
appliance_is() {
  ask_gateway appliances --json | jq -e --arg name "$1" --arg state "$2" \
    '.appliances[] | select(.name == $name) | .state == $state' >/dev/null
}
# The flows that go through an appliance now.
flows_at() { ask_gateway appliances --json | jq --arg name "$1" '.appliances[] | select(.name == $name) | .flows_active'; }

# The lab's own config, or that of $LAB_CONFIG; a lab by another name has an admin socket of its own.
lab_config() {
  if [ -n "${LAB_CONFIG:-}" ]; then
    printf '%s\n' "$LAB_CONFIG"
    return
  fi
  if [ "$LAB_NAME" = lab ]; then
    printf '%s\n' "$repo/lab/config/gateway.yaml"
    return
  fi
  mkdir -p "$run_dir"
  sed "s#admin: [^},]*#admin: $admin_socket#" "$repo/lab/config/gateway.yaml" >"$run_dir/gateway.yaml"
  printf '%s\n' "$run_dir/gateway.yaml"
}
