# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Hugepages of 2 MiB for DPDK: AF_XDP needs them; without them the gateway runs on AF_PACKET.

_hugepages_file=/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages
hugepages_wanted=512

hugepages_free() { cat /sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages 2>/dev/null || echo 0; }

# Reserves what is missing, as far as the machine has it, and remembers what was there before. Says what came out of it.
hugepages_reserve() {
  if [ ! -w "$_hugepages_file" ]; then
    say "  hugepages: this kernel has none; the gateway will use AF_PACKET"
    return 0
  fi
  if [ "$(hugepages_free)" -ge "$hugepages_wanted" ]; then
    say "  hugepages: $(hugepages_free) of 2 MiB are free already"
    return 0
  fi
  mkdir -p "$run_dir"
  [ -f "$run_dir/hugepages.before" ] || cat "$_hugepages_file" >"$run_dir/hugepages.before"
  local target=$(($(cat "$_hugepages_file") - $(hugepages_free) + hugepages_wanted))
  echo "$target" >"$_hugepages_file" 2>/dev/null || true
  say "  hugepages: $(hugepages_free) of 2 MiB are free (asked for $hugepages_wanted, restored by lab/down)"
}

hugepages_restore() {
  [ -f "$run_dir/hugepages.before" ] || return 0
  cat "$run_dir/hugepages.before" >"$_hugepages_file" 2>/dev/null || true
  rm -f "$run_dir/hugepages.before"
}
