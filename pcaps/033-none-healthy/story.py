# SPDX-License-Identifier: Apache-2.0
"""Nobody of a group is healthy: its hop drops, or is passed by, or goes on as if all were healthy."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib.talk import Tcp

story = Story(__file__)

PORTS = {"strict": 1, "optional": 2, "open": 3}


def talk(chain, client_port):
    return Tcp("192.0.2.10", client_port, "203.0.113.11", PORTS[chain])


old = {chain: talk(chain, 40000) for chain in PORTS}
flows = {chain: story.begins(old[chain].client("S"), chain) for chain in PORTS}
for chain, flow in flows.items():
    story.passes(flow, old[chain].server("SA"))
for chain in PORTS:
    story.happens("unhealthy", f"{chain}/a")
    story.happens("unhealthy", f"{chain}/b")

# Flows that there are.
story.finds_nobody(flows["strict"], old["strict"].client("A"), hops=1)
story.finds_nobody(flows["strict"], old["strict"].server("A"))
for chain in ("optional", "open"):
    before = list(flows[chain].hops)
    story.passes(flows[chain], old[chain].client("A"))
    story.passes(flows[chain], old[chain].server("PA", b"banner"))
    assert flows[chain].hops == before

# Flows that begin now.
story.drops_at("north", talk("strict", 41000).client("S"), "NoAppliance")
young = {chain: talk(chain, 41000) for chain in ("optional", "open")}
young_flows = {chain: story.begins(young[chain].client("S"), chain) for chain in young}
assert young_flows["optional"].hops[0] is None and young_flows["open"].hops[0] is not None
for chain, flow in young_flows.items():
    story.passes(flow, young[chain].server("SA"))

# One recovers. Who began without a visit stays without; who is there already goes to it, or stays.
for chain in PORTS:
    story.happens("healthy", f"{chain}/b")
for chain, flow in flows.items():
    story.passes(flow, old[chain].client("PA", b"question"))
    story.passes(flow, old[chain].server("PA", b"answer"))
    assert "b" in [hop.name for hop in flow.hops]
for chain, flow in young_flows.items():
    story.passes(flow, young[chain].client("A"))
    story.passes(flow, young[chain].server("PA", b"banner"))
assert young_flows["optional"].hops[0] is None and young_flows["open"].hops[0].name == "b"
for chain in PORTS:
    assert "b" in [hop.name for hop in story.begins(talk(chain, 42000).client("S"), chain).hops]
story.write()
