# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What every lab test starts with: a lab of its own name, taken down at the end whatever happens.
# A test says its story, makes what it needs, states what it expects, and ends with `finish`.

set -euo pipefail
export LAB_NAME=${LAB_NAME:-test}
# shellcheck source=../../lab/lib/lab.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../lab/lib/lab.sh"
need_root

_clear_up() {
  local status=$?
  trap - EXIT
  if [ "$status" -ne 0 ] && [ "$status" -ne 77 ] && [ -f "$run_dir/gateway.log" ]; then
    say "--- $(grep -cE ' is (un)?healthy' "$run_dir/gateway.log") times the gateway thought otherwise of somebody's health, the last of them:"
    { grep -E ' is (un)?healthy' "$run_dir/gateway.log" || true; } | tail -n 12
    say '--- the end of the log of the gateway'
    tail -n 25 "$run_dir/gateway.log"
  fi
  "$repo/lab/down" >/dev/null || status=1
  exit "$status"
}

# story SENTENCE: what the test is about, its first line of output.
story() {
  say "$*"
  [ -x "$sallyport" ] || die "$sallyport is not built; run: meson setup build && meson compile -C build"
  "$repo/lab/down" >/dev/null
  mkdir -p "$run_dir"
  trap _clear_up EXIT
  trap 'exit 143' TERM
  trap 'exit 130' INT
}

skip() {
  say "skipped: $*"
  exit 77
}

expect() { check "$@"; }

# expect_not SENTENCE COMMAND...: the command must fail.
expect_not() {
  local sentence=$1
  shift
  check "$sentence" _fails "$@"
}
_fails() { if "$@"; then return 1; fi; }

finish() {
  [ ${#check_rows[@]} -gt 0 ] || die 'the test checked nothing'
  exit $((checks_failed > 0))
}

# standard_config [WORKERS [DRIVER]]: the lab's config with this lab's admin socket and without listeners, whose targets
# would be checked all the time; prints its path.
standard_config() {
  local edits=(-e '/^target_groups:/,$d' -e "s#admin: [^},]*#admin: $admin_socket#" -e "s/workers: 1/workers: ${1:-1}/")
  [ -z "${2:-}" ] || edits+=(-e "s/interface: gw-[a-z]*/&, driver: $2/")
  sed "${edits[@]}" "$repo/lab/config/gateway.yaml" >"$run_dir/gateway.yaml"
  printf '%s\n' "$run_dir/gateway.yaml"
}

# captured FILE FILTER...: how many packets of a capture the filter takes.
captured() {
  local file=$1
  shift
  tcpdump -n -r "$file" "$@" 2>/dev/null | wc -l
}
captured_some() { [ "$(captured "$@")" -gt 0 ]; }
captured_none() {
  local count
  count=$(captured "$@")
  say "$count packets"
  [ "$count" -eq 0 ]
}

# From the smallest frame to the largest, over both families.
passes_every_size() {
  local size
  expect "ping over IPv4" ping_passes client "$server_v4"
  expect "ping over IPv6" ping_passes client "$server_v6"
  for size in 0 1 17 18 512 1471 1472; do
    expect "ping with $size bytes" in_namespace client ping -n -q -c 1 -W 2 -M 'do' -s "$size" "$server_v4"
  done
  expect "a file over IPv4, unchanged" fetch_is_same "$server_v4"
  expect "a file over IPv6, unchanged" fetch_is_same "$server_v6"
  expect "TCP under load" load_passes "$server_v4" --time 2
}
