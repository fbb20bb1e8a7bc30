# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The lab's network: a client, the gateway, a server, and between them the inspect segment with its appliances.
# The gateway's own addresses are not here: they live on the host links that the gateway makes (docs/lab.md).

# shellcheck disable=SC2034 # used by the scripts that source this
{
  client_v4=192.0.2.10 client_v6=2001:db8:1::10
  server_v4=203.0.113.10 server_v6=2001:db8:3::10
  gateway_north_v4=192.0.2.1 gateway_north_v6=2001:db8:1::1
  gateway_inspect_v4=198.51.100.1 gateway_inspect_v6=2001:db8:2::1
  gateway_south_v4=203.0.113.1 gateway_south_v6=2001:db8:3::1
  fw1_v4=198.51.100.11 fw2_v4=198.51.100.12 sensor_v4=198.51.100.21
}
lab_namespaces=(client gateway inspect fw1 fw2 sensor server)
inspect_mtu=1600 # 1500 and the 68 bytes of GENEVE in front of them

network_up() {
  local namespace
  for namespace in "${lab_namespaces[@]}"; do
    make_namespace "$namespace"
  done
  make_link client eth0 gateway gw-north
  make_link server eth0 gateway gw-south
  _inspect_segment_up
  give_address client eth0 "$client_v4/24" "$client_v6/64"
  ip_in client route add default via "$gateway_north_v4"
  ip_in client -6 route add default via "$gateway_north_v6"
  give_address server eth0 "$server_v4/24" "$server_v6/64"
  ip_in server route add default via "$gateway_south_v4"
  ip_in server -6 route add default via "$gateway_south_v6"
}

# A bridge in a namespace of its own; `to-gateway` is the place to watch: every visit passes there twice.
_inspect_segment_up() {
  local name host
  # Where br_netfilter is loaded, each packet on the bridge would pass netfilter as well. Where it is not, there is no such switch.
  in_namespace inspect sysctl -qw net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0 \
    net.bridge.bridge-nf-call-arptables=0 2>/dev/null || true
  ip_in inspect link add br-inspect mtu "$inspect_mtu" type bridge stp_state 0 forward_delay 0 mcast_snooping 0
  ip_in inspect link set br-inspect up
  make_link inspect to-gateway gateway gw-inspect "$inspect_mtu"
  ip_in inspect link set to-gateway master br-inspect
  for name in fw1:11 fw2:12 sensor:21; do
    host=${name#*:} name=${name%:*}
    make_link inspect "to-$name" "$name" eth0 "$inspect_mtu"
    ip_in inspect link set "to-$name" master br-inspect
    give_address "$name" eth0 "198.51.100.$host/24" "2001:db8:2::$host/64"
  done
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
