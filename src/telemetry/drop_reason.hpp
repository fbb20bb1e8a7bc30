// SPDX-License-Identifier: Apache-2.0
// Every way a packet can end, in one table: the name is the enum value, the counter, the word in the CLI and in
// report.json, and the row in docs/drops.md. Four names are AWS Gateway Load Balancer's own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sallyport {

// clang-format off
#define SALLYPORT_DROP_REASONS(X)                                                                                       \
    /* ingress: the frame */                                                                                            \
    X(EthernetTruncated,        "the frame is shorter than its Ethernet header and VLAN tags")                          \
    X(VlanUnknown,              "no port of this device has the frame's VLAN")                                          \
    X(NotOurMac,                "the frame is addressed to another station's MAC")                                      \
    X(EtherTypeUnsupported,     "neither IPv4, IPv6 nor ARP")                                                           \
    X(MulticastUnsupported,     "IP multicast or broadcast, which the gateway does not route")                          \
    X(FrameTooLong,             "the frame is longer than a packet buffer")                                             \
    /* ingress: IPv4, IPv6 */                                                                                           \
    X(Ipv4Truncated,            "the IPv4 header or total length reaches past the frame")                               \
    X(Ipv4BadHeader,            "the IPv4 version, header length or total length is impossible")                        \
    X(Ipv4BadChecksum,          "the IPv4 header checksum is wrong")                                                    \
    X(Ipv4SourceRoute,          "the IPv4 packet asks for source routing, which could lead around a chain")             \
    X(Ipv6Truncated,            "the IPv6 header or payload length reaches past the frame")                             \
    X(Ipv6BadHeader,            "the IPv6 version or an extension header is impossible")                                \
    X(Ipv6RoutingHeader,        "the IPv6 packet carries a routing header, which could lead around a chain")            \
    X(MartianAddress,           "source or destination can not stand in a routed packet")                               \
    X(TransportTruncated,       "the TCP or UDP header reaches past the packet")                                        \
    X(TransportBadHeader,       "the TCP or UDP header names an impossible length")                                     \
    X(FragmentBad,              "no fragment of an IP packet can be so: its offset, its length, or how many there are") \
    X(FragmentTiny,             "a first fragment without the whole transport header, or one that could replace it")    \
    X(FragmentOverlap,          "of a fragmented packet two of whose fragments overlap")                                \
    X(FragmentDuplicate,        "the same fragment of the same packet once more")                                       \
    X(FragmentOrphaned,         "a fragment whose first fragment did not come in time")                                 \
    X(FragmentTableFull,        "too many fragmented packets, or fragments that wait for their first one")              \
    X(TtlExpired,               "TTL or hop limit used up; time exceeded was answered")                                 \
    /* classify, to_host */                                                                                             \
    X(PortWithoutEndpoint,      "transit traffic on a port that belongs to no endpoint")                                \
    X(OwnAddressElsewhere,      "addressed to an address that the gateway has on another port")                         \
    X(HostLinkFull,             "the host link did not take the packet in time")                                        \
    X(HostAbsent,               "for the gateway's own IP stack, which a replay does not have")                         \
    /* flow_lookup */                                                                                                   \
    X(TcpNotSyn,                "a TCP segment of no known flow that does not open one")                                \
    X(NoPolicyMatch,            "no policy rule matches the new flow")                                                  \
    X(NoAppliance,              "a group of the flow's chain has no appliance that takes new flows")                    \
    X(IcmpUnrelated,            "an ICMP error about a packet of no known flow")                                        \
    X(FlowTableFull,            "the worker's flow table is at its configured capacity")                                \
    X(FlowReset,                "of a TCP flow that the gateway has ended with resets")                                 \
    /* flow_lookup, balance: listeners */                                                                               \
    X(NoListener,               "no listener of its address has the packet's protocol and port")                        \
    X(SourceNotAllowed,         "the listener's allow and deny lists do not admit the client")                          \
    X(NoTarget,                 "no target of the listener's target group takes new flows")                             \
    X(PortAllocationError,      "no source port is free for the flow on the gateway's address towards its target")      \
    X(TargetFlowTaken,          "the target has a flow of the same addresses and ports already")                        \
    X(VerdictDrop,              "its appliance has said that the rest of the flow is to be dropped")                    \
    /* hop_return: GENEVE */                                                                                            \
    X(InvalidGeneveTunnel,      "GENEVE from an address that is not the appliance the packet was sent to")              \
    X(InvalidGwlbEndpointId,    "the endpoint id option is missing, or no endpoint has that id")                         \
    X(InvalidGwlbFlowCookie,    "the flow cookie option is missing or is not the flow's")                               \
    X(MissingFlowEntry,         "an appliance returned a packet of a flow that is not in the table")                    \
    X(MissingAttachmentId,      "the attachment id option is missing or is not the one that was sent")                  \
    X(HopOutOfOrder,            "the cookie is of another hop than the appliance that returned it")                     \
    X(GeneveHeaderTruncated,    "the UDP payload is shorter than the GENEVE header")                                    \
    X(GeneveVersion,            "the GENEVE version is not 0")                                                          \
    X(GeneveReservedBits,       "reserved bits of the GENEVE header or an option are set")                              \
    X(GeneveOptionsTruncated,   "the options length reaches past the packet")                                           \
    X(GeneveOptionOverrun,      "an option reaches past the options")                                                   \
    X(GeneveOptionLength,       "an option of the GWLB set has the wrong length")                                       \
    X(GeneveOptionDuplicate,    "an option of the GWLB set stands twice")                                               \
    X(GeneveCriticalOption,     "an unknown option is marked critical")                                                 \
    X(GeneveControl,            "a GENEVE control packet, which the gateway does not speak")                            \
    X(GeneveVni,                "the VNI is not the one that was sent")                                                 \
    X(GeneveProtocolType,       "the inner protocol type is not the one that was sent")                                 \
    X(OuterUdpMalformed,        "the outer UDP header is cut off or has an impossible length")                          \
    X(MirrorReturned,           "a mirror gave a packet back; nothing is awaited from mirrors")                         \
    X(EcnCongestion,            "congestion on the way to an appliance, and the packet can not be told")                \
    X(InnerMalformed,           "the packet inside GENEVE is not the IP packet that it says it is")                     \
    /* hop_out, egress */                                                                                               \
    X(NoRoute,                  "no route to the destination; unreachable was answered")                                \
    X(NoRouteToAppliance,       "no route to the flow's appliance")                                                     \
    X(TooBig,                   "larger than the MTU of the way out; too big was answered where it may be")             \
    X(NoBuffer,                 "no packet buffers for the fragments of a packet that has to be cut")                   \
    X(NoHeadroom,               "no room in the buffer in front of the packet for the headers")                         \
    X(NeighbourQueueFull,       "too many packets wait for neighbours to be resolved")                                  \
    X(NeighbourUnresolved,      "the next hop's MAC address was not resolved in time")                                  \
    X(TransmitFull,             "the port did not take the packet in time")                                             \
    /* between workers */                                                                                               \
    X(HandoverFull,             "the ring to the worker that owns the flow is full")                                    \
    /* replay */                                                                                                        \
    X(ApplianceKept,            "an emulated appliance did not give the packet back")                                   \
    X(FrameUnreadable,          "the trace's link type or record can not be read")
// clang-format on

enum class DropReason : std::uint8_t {
#define SALLYPORT_DROP_ENUM(name, sentence) name,
    SALLYPORT_DROP_REASONS(SALLYPORT_DROP_ENUM)
#undef SALLYPORT_DROP_ENUM
};

#define SALLYPORT_DROP_COUNT(name, sentence) +1
inline constexpr std::size_t drop_reason_count = 0 SALLYPORT_DROP_REASONS(SALLYPORT_DROP_COUNT);
#undef SALLYPORT_DROP_COUNT

/// "TtlExpired".
[[nodiscard]] std::string_view name(DropReason reason) noexcept;
/// One sentence for a person.
[[nodiscard]] std::string_view describe(DropReason reason) noexcept;

} // namespace sallyport
