# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The lab's network: a client, the gateway, and behind it a server and three targets on the south segment; beside it the
# inspect segment with the appliances.
# The gateway's own addresses are not here: they live on the host links that the gateway makes (docs/lab.md).

# shellcheck disable=SC2034 # used by the scripts that source this
{
  client_v4=192.0.2.10 client_v6=2001:db8:1::10
  server_v4=203.0.113.10 server_v6=2001:db8:3::10
  gateway_north_v4=192.0.2.1 gateway_north_v6=2001:db8:1::1
  gateway_inspect_v4=198.51.100.1 gateway_inspect_v6=2001:db8:2::1
  gateway_south_v4=203.0.113.1 gateway_south_v6=2001:db8:3::1
  fw1_v4=198.51.100.11 fw2_v4=198.51.100.12 sensor_v4=198.51.100.21 reader_v4=198.51.100.31
  web1_v4=203.0.113.11 web2_v4=203.0.113.12 web3_v4=203.0.113.13
  web1_v6=2001:db8:3::11 web2_v6=2001:db8:3::12 web3_v6=2001:db8:3::13
  listener_v4=192.0.2.80 listener_v6=2001:db8:1::80
}
lab_namespaces=(client gateway inspect fw1 fw2 sensor reader south server web1 web2 web3)
targets=(web1 web2 web3)
inspect_mtu=1600 # 1500 and the 68 bytes of GENEVE in front of them

network_up() {
  local namespace
  for namespace in "${lab_namespaces[@]}"; do
    make_namespace "$namespace"
  done
  make_link client eth0 gateway gw-north
  give_address client eth0 "$client_v4/24" "$client_v6/64"
  ip_in client route add default via "$gateway_north_v4"
  ip_in client -6 route add default via "$gateway_north_v6"
  _inspect_segment_up
  _south_segment_up
}

# `to-gateway` is the place to watch: every visit passes there twice.
_inspect_segment_up() {
  local station
  _make_segment inspect gw-inspect "$inspect_mtu"
  for station in fw1:11 fw2:12 sensor:21 reader:31; do
    _make_station inspect "${station%:*}" "$inspect_mtu" "198.51.100.${station#*:}/24" "2001:db8:2::${station#*:}/64"
  done
}

_south_segment_up() {
  local station
  _make_segment south gw-south 1500
  for station in server:10 web1:11 web2:12 web3:13; do
    _make_station south "${station%:*}" 1500 "203.0.113.${station#*:}/24" "2001:db8:3::${station#*:}/64"
    ip_in "${station%:*}" route add default via "$gateway_south_v4"
    ip_in "${station%:*}" -6 route add default via "$gateway_south_v6"
  done
}

# _make_segment NAME GATEWAY-INTERFACE MTU: a bridge in a namespace of its own, the gateway at its port `to-gateway`.
_make_segment() {
  # Where br_netfilter is loaded, each packet on the bridge would pass netfilter as well. Where it is not, there is no such switch.
  in_namespace "$1" sysctl -qw net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0 \
    net.bridge.bridge-nf-call-arptables=0 2>/dev/null || true
  ip_in "$1" link add "br-$1" mtu "$3" type bridge stp_state 0 forward_delay 0 mcast_snooping 0
  ip_in "$1" link set "br-$1" up
  make_link "$1" to-gateway gateway "$2" "$3"
  ip_in "$1" link set to-gateway master "br-$1"
}

# _make_station SEGMENT NAME MTU PREFIX...
_make_station() {
  local segment=$1 name=$2 mtu=$3
  shift 3
  make_link "$segment" "to-$name" "$name" eth0 "$mtu"
  ip_in "$segment" link set "to-$name" master "br-$segment"
  give_address "$name" eth0 "$@"
}

network_down() {
  local file
  for file in /run/netns/"$namespace_prefix"*; do
    [ -e "$file" ] || continue
    # The plain lab's prefix is a prefix of the tests' one as well; leave a neighbour lab alone.
    file=$(basename "$file")
    file=${file#"$namespace_prefix"}
    [ "$LAB_NAME" != lab ] || [[ " ${lab_namespaces[*]} " == *" $file "* ]] || continue
    remove_namespace "$file"
  done
}

network_is_up() {
  local namespace
  for namespace in "${lab_namespaces[@]}"; do
    namespace_exists "$namespace" || return 1
  done
}
