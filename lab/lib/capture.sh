# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Captures with tcpdump. They start when tcpdump listens and stop with nothing left in its buffers.

# shellcheck disable=SC2034 # used by the scripts that source this
# Health checks send packets of their own through the appliances (198.18.0.1 inside); nobody sent those from the north.
all_but_probes='(ip or ip6) and not (udp port 6081 and ip[80:4] = 0xc6120001)'

# start_capture NAME NAMESPACE INTERFACE FILE [FILTER...]
start_capture() {
  local name=capture-$1 namespace=$2 interface=$3 file=$4
  shift 4
  rm -f "$file"
  start_process "$name" "$namespace" tcpdump -n -Z root -i "$interface" --immediate-mode -U -B 16384 \
    --time-stamp-precision=nano -w "$file" "$@"
  process_says "$name" 'listening on' || die "tcpdump did not start: $(tail -n 3 "$(process_log "$name")")"
}

# stop_capture NAME: false, with a sentence, when tcpdump missed packets.
stop_capture() {
  local name=capture-$1
  stop_process "$name" INT
  grep -q '^0 packets dropped by kernel' "$(process_log "$name")" || {
    say "the capture $1 is not whole: $(grep 'dropped by kernel' "$(process_log "$name")")" >&2
    return 1
  }
}
