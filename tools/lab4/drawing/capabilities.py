# SPDX-License-Identifier: BSD-2-Clause
"""The graph of capabilities: a table for each CNode, a row for each capability; arrows
lead from a capability to those that were derived from it in other CSpaces ("from [N]" names a
parent in the same one).

Frames, page tables and untyped memory, of which there are many, are one row each and have no
arrows; so are long rows of any other kind. Fault handlers of a thread stand below the CSpace of
that thread.
"""
import collections

from model import FAULT_HANDLER, TIMEOUT_HANDLER, arrow, badge, escaped, node_id, rights, size_text

PLAIN = ("frame", "page_table", "untyped")
MOST_ROWS = 16  # of one kind
COLOURS = {
    "endpoint": "blue3",
    "notification": "darkorange3",
    "reply": "purple3",
    "cnode": "gray40",
    "tcb": "gray40",
    "vspace": "gray40",
    "sched_context": "darkgreen",
}
HEAD = """digraph capabilities {
  rankdir=LR; ranksep=1.2; nodesep=0.2;
  node [fontname="sans-serif", fontsize=9, shape=plain];
  edge [fontname="sans-serif", fontsize=8];"""


def thing_of(machine, cap):
    """The object in words."""
    region = cap.get("region", "")
    if cap["kind"] == "tcb":
        thread = machine.thread_by_tcb.get(region)
        return f"of {thread['name']}" if thread is not None else region
    if cap["kind"] == "cnode":
        return machine.name_of_cnode(region)
    if cap["kind"] == "vspace":
        vspace = machine.vspaces.get(region)
        return region + (f", ASID {vspace['asid']}" if vspace is not None else ", no ASID")
    if cap["kind"] == "sched_context":
        owner = machine.thread_by_tcb.get(machine.objects.get(region, {}).get("thread"))
        return f"of {owner['name']}" if owner is not None else f"{region}, unused"
    if cap["kind"] == "irq_handler":
        return f"line {int(cap.get('irq', '0x0'), 16)}"
    return region


def summary(kind, caps):
    """One row for many capabilities."""
    sizes = {cap["region"]: 1 << cap["region_bits"] for cap in caps if "region" in cap}
    devices = sum("is_device" in cap for cap in caps)
    total = sum(sizes[cap["region"]] for cap in caps if "region" in cap and "is_device" not in cap)
    used = sum(int(cap.get("watermark", "0x0"), 16) for cap in caps if "is_device" not in cap)
    parts = [f"{len(caps)} × {kind}"]
    if kind == "untyped":
        parts.append(f"{size_text(used)} of {size_text(total)} used")
    elif kind == "frame":
        parts.append(size_text(total))
    if devices:
        parts.append(f"{devices} of devices")
    return ", ".join(parts)


class Table:
    """The rows of a CNode. `rows`: {slot: row} of those that can have arrows."""

    def __init__(self, machine, cnode, title):
        self.machine, self.cnode, self.title = machine, cnode, title
        caps = machine.caps_of_cnode(cnode)
        counts = collections.Counter(cap["kind"] for cap in caps)
        self.single = [
            cap for cap in caps if cap["kind"] not in PLAIN and counts[cap["kind"]] <= MOST_ROWS
        ]
        self.many = [
            (kind, [cap for cap in caps if cap["kind"] == kind])
            for kind, count in counts.items()
            if kind in PLAIN or count > MOST_ROWS
        ]
        self.handlers = [
            cap
            for thread in machine.users[cnode]
            for slot in (FAULT_HANDLER, TIMEOUT_HANDLER)
            if (cap := machine.slot_of(thread, slot)) is not None
        ]
        self.slots = {cap["slot"] for cap in self.single + self.handlers}

    def origin(self, cap):
        parent = self.machine.by_slot.get(cap.get("parent"))
        return (
            f"from [{parent['index']}]"
            if parent is not None and parent["slot"] in self.slots and parent in self.single
            else ""
        )

    def row(self, cap):
        where = cap["name"].split(".")[-1] if "of_thread" in cap else f"[{cap['index']}]"
        colour = COLOURS.get(cap["kind"], "black")
        cells = (
            where,
            f"{cap['kind']} {thing_of(self.machine, cap)}",
            " ".join(filter(None, (badge(cap), rights(cap)))),
            self.origin(cap),
        )
        row = node_id("s", cap["slot"])
        return (
            "<tr>"
            + "".join(
                f'<td align="left"{port}><font color="{colour}">{escaped(text)} </font></td>'
                for text, port in zip(cells, (f' port="{row}i"', "", "", f' port="{row}o"'))
            )
            + "</tr>"
        )

    def lines(self):
        table = '<table border="1" cellborder="0" cellspacing="0" cellpadding="1">'
        yield f'  {node_id("cnode", self.cnode)} [label=<{table}'
        yield f'    <tr><td colspan="4" bgcolor="gray90"><b>{escaped(self.title)}</b></td></tr>'
        for cap in self.single:
            yield "    " + self.row(cap)
        for kind, caps in self.many:
            text = escaped(summary(kind, caps))
            yield f'    <tr><td></td><td colspan="3" align="left">{text}</td></tr>'
        for cap in self.handlers:
            yield "    " + self.row(cap)
        yield "  </table>>];"


def visible_parent(machine, cap, visible):
    """The nearest ancestor that has a row; None: it comes from memory, or from the beginning."""
    parent = machine.by_slot.get(cap.get("parent"))
    while parent is not None and parent["slot"] not in visible and parent["kind"] == cap["kind"]:
        parent = machine.by_slot.get(parent.get("parent"))
    return parent if parent is not None and parent["slot"] in visible else None


def port(cap, cnode, side):
    row = node_id("s", cap["slot"])
    return f"{node_id('cnode', cnode)}:{row}{side}:{'w' if side == 'i' else 'e'}"


def draw(machine):
    """Lines of the graph."""
    tables = [Table(machine, cnode, machine.name_of_cnode(cnode)) for cnode in machine.cnodes()]
    visible = {slot: table for table in tables for slot in table.slots}
    yield HEAD
    for table in tables:
        yield from table.lines()
    for slot, table in visible.items():
        cap = machine.by_slot[slot]
        parent = visible_parent(machine, cap, visible)
        if parent is not None and visible[parent["slot"]] is not table:
            colour = COLOURS.get(cap["kind"], "black")
            start = port(parent, visible[parent["slot"]].cnode, "o")
            yield arrow(start, port(cap, table.cnode, "i"), f"color={colour}")
    yield "}"
