#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a replay does with sides, ports, VLANs, routes and emulated appliances, told in small stories.

usage: stories.py SALLYPORT FOLDER_OF_CONFIGS
"""
import pathlib
import sys
import tempfile
import unittest

import traces
from traces import GENEVE, IP, TCP, UDP, Ether, IPv6

from scapy.layers.inet import ICMP
from scapy.layers.l2 import ARP, Dot1Q

SALLYPORT, CONFIGS = sys.argv[1], pathlib.Path(sys.argv[2])
CLIENT, SERVER = "192.0.2.10", "203.0.113.11"
FOREIGN, STRANGER = "10.1.2.3", "10.9.8.7"


def ether(**fields):
    return Ether(src="00:53:00:00:00:01", dst="00:53:00:00:00:02", **fields)


def syn(source=CLIENT, destination=SERVER, dport=443, **ip):
    return IP(src=source, dst=destination, **ip) / TCP(sport=40000, dport=dport, flags="S")


def syn_ack(source=SERVER, destination=CLIENT, sport=443):
    return IP(src=source, dst=destination) / TCP(sport=sport, dport=40000, flags="SA")


class Story(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.output = self.folder / "out"

    def trace(self, *packets, name="trace", start=1_700_000_000):
        path = self.folder / f"{name}.pcap"
        traces.write(path, [bytes(packet) for packet in packets], 1, start=start)
        return path

    def replay(self, *inputs, config="chain_of_two.yaml", options=()):
        report = traces.replay(SALLYPORT, CONFIGS / config, inputs, self.output, *options)
        count = report["packets"]
        self.assertEqual(count["in"], count["forwarded"] + count["dropped"])
        return report

    def sent(self, port):
        return [Ether(frame) for frame in traces.frames(self.output / f"{port}.pcap")]


class Checksums(Story):
    def test_a_header_checksum_left_to_the_network_card_is_filled_in(self):
        report = self.replay(self.trace(ether() / syn(chksum=0)))
        self.assertEqual(report["filled_checksums"], 1)
        sent = self.sent("south")[0][IP]
        checksum = sent.chksum
        del sent.chksum
        self.assertEqual(IP(bytes(sent)).chksum, checksum)

    def test_a_wrong_one_is_not(self):
        report = self.replay(self.trace(ether() / syn(chksum=0x1234)))
        self.assertEqual(report["drops"], {"Ipv4BadChecksum": 1})
        self.assertNotIn("filled_checksums", report)

    def test_what_arrives_at_a_named_port_is_left_as_it_is(self):
        report = self.replay(f"north={self.trace(ether() / syn(chksum=0))}")
        self.assertEqual(report["drops"], {"Ipv4BadChecksum": 1})


class Sides(Story):
    def test_who_sends_the_syn_is_north(self):
        self.replay(self.trace(ether() / syn(FOREIGN, STRANGER), ether() / syn_ack(STRANGER, FOREIGN)))
        self.assertEqual([frame[IP].src for frame in self.sent("south")], [FOREIGN])
        self.assertEqual([frame[IP].src for frame in self.sent("north")], [STRANGER])

    def test_a_trace_that_begins_with_the_answer_has_the_server_south(self):
        self.replay(self.trace(ether() / syn_ack(STRANGER, FOREIGN)))
        self.assertEqual([frame[IP].src for frame in self.sent("north")], [STRANGER])

    def test_north_prefixes_decide_whoever_begins(self):
        self.replay(self.trace(ether() / syn(FOREIGN, STRANGER)), options=["--north", "10.9.0.0/16"])
        self.assertEqual([frame[IP].src for frame in self.sent("north")], [FOREIGN])
        self.assertEqual(self.sent("south"), [])

    def test_an_icmp_error_comes_from_the_far_side_of_what_it_is_about(self):
        about = syn(FOREIGN, STRANGER)
        error = IP(src="10.5.5.5", dst=FOREIGN) / ICMP(type=3, code=1) / bytes(about)
        self.replay(self.trace(ether() / about, ether() / error))
        self.assertEqual([frame[IP].src for frame in self.sent("north")], ["10.5.5.5"])


class Ports(Story):
    def test_a_trace_for_a_port_arrives_there(self):
        report = self.replay(f"south={self.trace(ether() / syn(SERVER, CLIENT))}")
        self.assertEqual(report["ports"]["south"]["in"]["packets"], 1)
        self.assertEqual([frame[IP].src for frame in self.sent("north")], [SERVER])

    def test_several_traces_are_merged_by_time_and_ties_go_by_the_order_of_the_arguments(self):
        early = self.trace(ether() / syn(dport=1), ether() / syn(dport=3), name="early")
        late = self.trace(ether() / syn(dport=2), ether() / syn(dport=4), name="late")
        for inputs, order in (((early, late), [1, 2, 3, 4]), ((late, early), [2, 1, 4, 3])):
            self.replay(*(f"north={one}" for one in inputs))
            self.assertEqual([frame[TCP].dport for frame in self.sent("south")], order)
        later = self.trace(ether() / syn(dport=5), name="later", start=1_600_000_000)
        self.replay(f"north={early}", f"north={later}")
        self.assertEqual([frame[TCP].dport for frame in self.sent("south")], [5, 1, 3])

    def test_geneve_from_a_stranger_on_the_appliances_port_is_dropped(self):
        forged = ether() / IP(src="198.51.100.99", dst="198.51.100.1") / UDP(sport=50000, dport=6081) / GENEVE(
            proto=0x0800) / syn()
        report = self.replay(f"inspect={self.trace(forged)}")
        self.assertEqual(report["drops"], {"InvalidGeneveTunnel": 1})

    def test_what_the_gateway_would_answer_itself_is_counted(self):
        arp = Ether(src="00:53:00:00:00:01", dst="ff:ff:ff:ff:ff:ff") / ARP(psrc=CLIENT, pdst="192.0.2.1")
        ping = ether() / IP(src=CLIENT, dst="192.0.2.1") / ICMP()
        self.assertEqual(self.replay(self.trace(arp, ping))["drops"], {"HostAbsent": 2})

    def test_an_input_is_never_overwritten(self):
        trace = self.trace(ether() / syn())
        self.replay(trace)
        before = (self.output / "south.pcap").read_bytes()
        traces.replay(SALLYPORT, CONFIGS / "chain_of_two.yaml", [self.output / "south.pcap"], self.folder / "other")
        command = [SALLYPORT, "replay", "--config", CONFIGS / "chain_of_two.yaml", "--output", self.output, "--input",
                   self.output / "south.pcap"]
        run = traces.subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 1)
        self.assertIn("input", run.stderr)
        self.assertEqual((self.output / "south.pcap").read_bytes(), before)


class Vlans(Story):
    CONFIG = "two_tenants.yaml"

    def test_the_tag_says_whose_a_frame_is_and_leaves_again_with_it(self):
        report = self.replay(self.trace(ether() / Dot1Q(vlan=10) / syn(), ether() / Dot1Q(vlan=20) / syn()),
                             config=self.CONFIG)
        self.assertEqual(report["flows"], 2)
        for port, vlan in (("red-out", 10), ("blue-out", 20)):
            self.assertEqual([frame[Dot1Q].vlan for frame in self.sent(port)], [vlan], port)
        self.assertEqual([visit.endpoint for visit in traces.visits(self.output / "inspect.pcap")], [1, 2])

    def test_unknown_and_stacked_tags_are_counted(self):
        report = self.replay(self.trace(ether() / Dot1Q(vlan=30) / syn(), ether() / Dot1Q(vlan=10) / Dot1Q(vlan=20) / syn()),
                             config=self.CONFIG)
        self.assertEqual(report["drops"], {"VlanUnknown": 2})

    def test_untagged_frames_are_the_first_endpoints_or_the_one_that_is_asked_for(self):
        trace = self.trace(ether() / syn())
        self.replay(trace, config=self.CONFIG)
        self.assertEqual(len(self.sent("red-out")), 1)
        self.replay(trace, config=self.CONFIG, options=["--endpoint", "blue"])
        self.assertEqual((len(self.sent("red-out")), len(self.sent("blue-out"))), (0, 1))

    def test_a_trace_for_a_vlan_port_has_its_tag(self):
        trace = self.trace(ether() / Dot1Q(vlan=20) / syn(), ether() / Dot1Q(vlan=10) / syn(), ether() / syn())
        report = self.replay(f"blue-in={trace}", config=self.CONFIG)
        self.assertEqual(report["drops"], {"VlanUnknown": 2})
        self.assertEqual([frame[Dot1Q].vlan for frame in self.sent("blue-out")], [20])


class Ways(Story):
    def test_without_a_route_packets_go_across_or_are_dropped(self):
        trace = self.trace(ether() / syn(FOREIGN, STRANGER))
        self.assertEqual(self.replay(trace)["packets"]["forwarded"], 1)
        self.assertEqual(self.replay(trace, options=["--no-route", "drop"])["drops"], {"NoRoute": 1})

    def test_an_icmp_error_goes_back_by_the_port_that_its_cause_came_in_by(self):
        for cause, back, on in (((FOREIGN, STRANGER), FOREIGN, "north"), ((CLIENT, SERVER), CLIENT, "north")):
            report = self.replay(f"north={self.trace(ether() / syn(*cause, ttl=1))}")
            self.assertEqual(report["drops"], {"TtlExpired": 1})
            self.assertEqual(report["packets"]["generated"], 1)
            self.assertEqual([frame[IP].dst for frame in self.sent(on)], [back])

    def test_a_flow_without_a_chain_visits_nobody(self):
        report = self.replay(self.trace(ether() / Dot1Q(vlan=10) / IP(src=CLIENT, dst=SERVER) / ICMP()),
                             config="two_tenants.yaml")
        self.assertEqual(report["packets"]["to_appliances"], 0)
        self.assertEqual(report["flows_by_chain"], {"perimeter": 0, "none": 1})


class Appliances(Story):
    def test_what_a_firewall_denies_ends_there(self):
        report = self.replay(self.trace(ether() / syn(dport=23), ether() / syn(dport=80), ether() / syn_ack(sport=80)),
                             config="two_tenants.yaml")
        self.assertEqual(report["drops"], {"ApplianceKept": 1})
        self.assertEqual(report["packets"]["to_appliances"], 3)
        self.assertEqual(report["packets"]["from_appliances"], 2)
        self.assertEqual([frame[TCP].dport for frame in self.sent("red-out")], [80])
        self.assertEqual(report["asymmetric_flows"], 0)

    def test_what_comes_back_is_what_was_sent_with_the_addresses_swapped(self):
        self.replay(self.trace(ether() / syn(), ether() / syn_ack()))
        there = self.sent("inspect")
        back = [Ether(frame) for frame in traces.frames(self.output / "inspect-return.pcap")]
        self.assertEqual(len(there), 4)
        for sent, returned in zip(there, back, strict=True):
            self.assertEqual((sent.src, sent.dst), (returned.dst, returned.src))
            self.assertEqual((sent[IP].src, sent[IP].dst), (returned[IP].dst, returned[IP].src))
            self.assertEqual(bytes(sent[UDP])[:4], bytes(returned[UDP])[:4])
            self.assertEqual(bytes(sent[UDP])[8:], bytes(returned[UDP])[8:])
            checksum, returned[IP].chksum = returned[IP].chksum, None
            self.assertEqual(IP(bytes(returned[IP])).chksum, checksum)

    def test_the_second_packet_goes_where_the_first_went_and_the_answer_comes_back_the_other_way_round(self):
        self.replay(self.trace(ether() / syn(), ether() / syn_ack()))
        there, back = traces.passages(self.output / "inspect.pcap", 2)
        self.assertEqual([visit.appliance for visit in there], [visit.appliance for visit in back][::-1])

    def test_flows_expire_in_a_pause_however_long(self):
        # The worker's milliseconds have 32 bits: after once round, a pause looks 100 s long.
        once_round = 2**32 // 1000
        for pause, lives in ((100, 1), (400, 2), (once_round + 100, 2), (10 * 365 * 86400, 2)):
            early = self.trace(ether() / syn(), name="early")
            late = self.trace(ether() / syn(), name="late", start=1_700_000_000 + pause)
            self.replay(f"north={early}", f"north={late}", config="long_lives.yaml")
            found = {visit.life for visit in traces.visits(self.output / "inspect.pcap")}
            self.assertEqual(len(found), lives, f"after {pause} s")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
