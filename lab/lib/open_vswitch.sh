# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Open vSwitch as an appliance: its userspace datapath in a namespace of its own, with a database of its own. It speaks
# GENEVE with Ethernet inside, and finds the GWLB options by a map of their types.

# start_open_vswitch NAMESPACE ADDRESS/LENGTH MAC: takes the namespace's eth0; ready when the hairpin flow is in place.
start_open_vswitch() {
  local namespace=$1 home=$run_dir/ovs
  mkdir -p "$home"
  ip_in "$namespace" address flush dev eth0
  ovsdb-tool create "$home/conf.db" /usr/share/openvswitch/vswitch.ovsschema
  start_process ovsdb "$namespace" env OVS_RUNDIR="$home" ovsdb-server "$home/conf.db" --remote="punix:$home/db.sock"
  wait_until 10 test -S "$home/db.sock" || die "ovsdb-server did not start: $(tail -n 3 "$(process_log ovsdb)")"
  _ovs "$namespace" ovs-vsctl --no-wait init
  start_process ovs "$namespace" env OVS_RUNDIR="$home" ovs-vswitchd "unix:$home/db.sock"
  # The underlay: a bridge that has the appliance's address, with eth0 in it. The tunnel port stands on another one.
  _ovs "$namespace" ovs-vsctl --timeout=20 \
    -- add-br br-phy -- set bridge br-phy datapath_type=netdev "other-config:hwaddr=\"$3\"" \
    -- add-port br-phy eth0 \
    -- add-br br-int -- set bridge br-int datapath_type=netdev fail-mode=secure \
    -- add-port br-int gnv -- set interface gnv type=geneve ofport_request=1 options:remote_ip=flow options:key=flow
  ip_in "$namespace" link set br-phy up
  give_address "$namespace" br-phy "$2"
  _ovs "$namespace" ovs-ofctl add-tlv-map br-int \
    '{class=0x108,type=1,len=8}->tun_metadata0,{class=0x108,type=2,len=8}->tun_metadata1,{class=0x108,type=3,len=4}->tun_metadata2'
  # Back to whom it came from, options and all. The copies into registers are there so that the switch looks at the
  # options: its cache gives all packets the first one's otherwise, cookie included.
  _ovs "$namespace" ovs-ofctl add-flow br-int "in_port=gnv,actions=$(printf '%s,' \
    'move:NXM_NX_TUN_IPV4_SRC[]->NXM_NX_TUN_IPV4_DST[]' 'move:tun_metadata0[0..63]->xxreg0[0..63]' \
    'move:tun_metadata1[0..63]->xxreg1[0..63]' 'move:tun_metadata2[0..31]->xxreg2[0..31]')in_port"
}

_ovs() {
  local namespace=$1
  shift
  in_namespace "$namespace" env OVS_RUNDIR="$run_dir/ovs" "$@"
}

# What the hairpin flow has counted.
open_vswitch_packets() {
  _ovs "$1" ovs-ofctl dump-flows br-int | grep -oE 'n_packets=[0-9]+' | head -n 1 | cut -d= -f2
}
