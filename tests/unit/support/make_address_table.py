#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tables of addresses and prefixes with what Python's ipaddress module makes of them, as a C++ header."""
import ipaddress
import random
import sys

chance = random.Random(6081)


def some_ipv4():
    likely = [0, 1, 10, 127, 169, 192, 224, 239, 254, 255, 256]
    return ".".join(str(chance.choice([*likely, chance.randrange(256)])) for _ in range(4))


def some_ipv6():
    address = str(ipaddress.IPv6Address(chance.getrandbits(128) & chance.getrandbits(128) & chance.getrandbits(128)))
    groups = ipaddress.IPv6Address(address).exploded.split(":")
    for index in range(8):
        if chance.random() < 0.5:
            groups[index] = chance.choice(["0", "0000", "1", "ff02", "fe80", "FE80", "febf", "00ab"])
    text = ":".join(groups)
    if chance.random() < 0.5:
        text = str(ipaddress.IPv6Address(int(ipaddress.IPv6Address(text))))
    if chance.random() < 0.1:
        text = ":".join(groups[:6]) + ":" + some_ipv4()
    return text


def damaged(text):
    at = chance.randrange(len(text) + 1)
    kind = chance.randrange(3)
    if kind == 0:
        return text[:at] + chance.choice(".:0f g-/1") + text[at:]
    return text[:at] + text[at + 1:] if kind == 1 else text[:at] + text[at:] * 2


def understood(make, text):
    try:
        return make(text)
    except ValueError:
        return None


def prints_dotted(address):
    """The C library prints ::/96 and ::ffff:0:0/96 with a dotted tail, Python does not."""
    return address.version == 6 and int(address) >> 32 in (0, 0xFFFF)


def address_rows():
    fixed = ["0.0.0.0", "127.0.0.1", "224.0.0.1", "169.254.0.1", "255.255.255.255", "::", "::1", "ff02::1", "fe80::1", "fec0::1",
             "febf::1", "", "1.2.3", "01.2.3.4", "1.2.3.4.5", ":::", "1::2::3", "1:2:3:4:5:6:7:8:9", "::1:2:3:4:5:6:7:8",
             "1:2:3:4:5:6:7::", "12345::", "2001:db8:0:0:1:0:0:1", "2001:0:0:1::1", "1:0:2:3:4:5:6:7", " 1.2.3.4", "1.2.3.4 "]
    texts = fixed + [chance.choice([some_ipv4, some_ipv6])() for _ in range(600)]
    texts += [damaged(text) for text in texts if text]
    for text in dict.fromkeys(texts):
        if "/" in text:
            continue
        address = understood(ipaddress.ip_address, text)
        if address is None:
            yield f'{{"{text}", "", 0, false, false, false, false}},'
        elif not prints_dotted(address) or str(address) in ("::", "::1"):
            flags = [address.is_unspecified, address.is_multicast, address.is_loopback, address.is_link_local]
            yield f'{{"{text}", "{address}", {address.version}, {", ".join(str(flag).lower() for flag in flags)}}},'


def prefix_rows():
    for _ in range(600):
        length = chance.choice([0, 1, 24, 31, 32, 33, 64, 127, 128, 129, chance.randrange(140)])
        text = f"{chance.choice([some_ipv4, some_ipv6])()}/{length}"
        interface = understood(ipaddress.ip_interface, text)
        if interface is None:
            yield f'{{"{text}", "", false, "", false, "", false}},'
            continue
        if prints_dotted(interface.ip) or prints_dotted(interface.network.network_address):
            continue
        low, high = int(interface.network.network_address), int(interface.network.broadcast_address)
        highest = (1 << interface.max_prefixlen) - 1
        near = chance.choice([low, high, low - 1, high + 1, low + chance.randrange(high - low + 1)])
        near = type(interface.ip)(min(max(near, 0), highest))
        other = ipaddress.ip_network((near, chance.randrange(interface.max_prefixlen + 1)), strict=False)
        yield (f'{{"{text}", "{interface.network}", {str(interface.ip == interface.network.network_address).lower()}, '
               f'"{near}", {str(near in interface.network).lower()}, "{other}", {str(other.overlaps(interface.network)).lower()}}},')


with open(sys.argv[1], "w", encoding="ascii") as out:
    out.write("// Made by make_address_table.py; not to be edited.\n#pragma once\n")
    out.write("struct AddressRow { const char* text; const char* printed; int family; bool unspecified, multicast, loopback, link_local; };\n")
    out.write("inline constexpr AddressRow address_rows[] = {\n" + "\n".join(address_rows()) + "\n};\n")
    out.write("struct PrefixRow { const char* text; const char* network; bool canonical; const char* address; bool contained; "
              "const char* other; bool overlapping; };\n")
    out.write("inline constexpr PrefixRow prefix_rows[] = {\n" + "\n".join(prefix_rows()) + "\n};\n")
