# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Network namespaces and the links between them. Nothing here knows the lab's addresses.

namespace_name() { printf '%s%s\n' "$namespace_prefix" "$1"; }

# in_namespace NAME COMMAND...
in_namespace() {
  local namespace=$1
  shift
  ip netns exec "$(namespace_name "$namespace")" "$@"
}

ip_in() {
  local namespace=$1
  shift
  ip -n "$(namespace_name "$namespace")" "$@"
}

namespace_exists() { [ -e "/run/netns/$(namespace_name "$1")" ]; }

# Addresses are usable at once (no duplicate address detection), nothing is learned from router advertisements, and
# asymmetric paths are not filtered: what the lab shows is the gateway's doing alone.
make_namespace() {
  ip netns add "$(namespace_name "$1")"
  in_namespace "$1" sysctl -qw \
    net.ipv4.ip_forward=0 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 \
    net.ipv6.conf.all.forwarding=0 net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0 \
    net.ipv6.conf.all.accept_ra=0 net.ipv6.conf.default.accept_ra=0
  ip_in "$1" link set lo up
}

# make_link NAMESPACE INTERFACE NAMESPACE INTERFACE [MTU]: a veth pair, up. Both ends finish their checksums and cut their
# own segments: a veth hands over unfinished packets otherwise, which a gateway outside of the kernel must take as they are.
make_link() {
  local mtu=${5:-1500} end
  ip link add "$2" mtu "$mtu" netns "$(namespace_name "$1")" type veth \
    peer name "$4" mtu "$mtu" netns "$(namespace_name "$3")"
  for end in "$1 $2" "$3 $4"; do
    # shellcheck disable=SC2086 # two words: namespace and interface
    set -- $end
    in_namespace "$1" ethtool -K "$2" tx off rx off gso off tso off gro off >/dev/null
    ip_in "$1" link set "$2" up
  done
}

# give_address NAMESPACE INTERFACE PREFIX...
give_address() {
  local namespace=$1 interface=$2 prefix
  shift 2
  for prefix in "$@"; do
    ip_in "$namespace" address add "$prefix" dev "$interface"
  done
}

remove_namespace() {
  namespace_exists "$1" || return 0
  local left
  left=$(ip netns pids "$(namespace_name "$1")" | tr '\n' ' ')
  [ -z "$left" ] || say "  still running in $(namespace_name "$1"), not started by the lab: ${left% }; its links go when they end"
  ip netns delete "$(namespace_name "$1")"
}
