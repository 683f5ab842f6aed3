# SPDX-License-Identifier: BSD-2-Clause
"""The graph of threads: in boxes by address space; what they wait for; who could wake
them.

    solid     a thread waits: an arrow to the object, bold where it receives
    dashed    a capability in the CSpace of a thread: badge and rights
    red       where faults go
A CSpace that several threads share is a node of its own. Left out are reply objects and
notifications that nobody waits for, and endpoints that nobody waits for and that at most one CSpace
has.
"""
import collections

from model import (
    FAULT_HANDLER,
    TIMEOUT_HANDLER,
    arrow,
    badge,
    escaped,
    node_id,
    quoted,
    rights,
    size_text,
)

MEETING_KINDS = ("endpoint", "notification", "reply")
SHAPES = {"endpoint": "ellipse", "notification": "hexagon", "reply": "cds"}
MOST_CAPS = 4  # named at one edge
HEAD = """digraph threads {
  rankdir=LR; ranksep=0.9; nodesep=0.25; fontname="sans-serif"; fontsize=10;
  label="rights: R receive, W send, G grant, P grant reply"; labeljust=l;
  node [fontname="sans-serif", fontsize=10, shape=box];
  edge [fontname="sans-serif", fontsize=8];"""


def thread_id(thread):
    return node_id("thread", thread["tcb"])


def object_id(address):
    return node_id("object", address)


def thread_label(machine, thread):
    context = machine.objects.get(thread.get("context"))
    time = (
        f"{sum(context['refills_us']) / 1000:.3g} ms budget"
        if context is not None
        else "no scheduling context"
    )
    state = (
        thread["state"]
        + (", out of budget" if "out_of_budget" in thread else "")
        + (" (current)" if "current" in thread else "")
    )
    rows = [
        f"<b>{escaped(thread['name'])}</b>",
        escaped(state),
        f"priority {thread['priority']}, {time}",
    ]
    if "place" in thread:
        rows.append(escaped(thread["place"]))
    if "fault" in thread:
        words = " ".join(thread["fault"]["words"][:2])
        rows.append(f"<font color=\"red\">fault {thread['fault']['type']}: {words}</font>")
    return "<" + "<br/>".join(rows) + ">"


def draw_threads(machine):
    """A box for each address space."""
    spaces = collections.defaultdict(list)
    for thread in reversed(machine.threads):
        spaces[machine.vspace_of(thread)].append(thread)
    for root, threads in spaces.items():
        vspace = machine.vspaces.get(root)
        yield f"  subgraph cluster_{node_id('vspace', root or 'none')} {{"
        yield '    style="rounded,filled"; color=gray; fillcolor=gray96;'
        yield f"    label={quoted(vspace_label(root, vspace))};"
        for thread in threads:
            label = f"label={thread_label(machine, thread)}"
            yield f'    {thread_id(thread)} [style="rounded,filled", fillcolor=white, {label}];'
        yield "  }"


def vspace_label(root, vspace):
    if vspace is None:
        return "no address space"
    sizes = collections.Counter()
    for mapping in vspace["mappings"]:
        sizes["device" if "device" in mapping else mapping["access"]] += int(
            mapping["end"], 16
        ) - int(mapping["start"], 16)
    mapped = ", ".join(f"{size_text(size)} {access}" for access, size in sorted(sizes.items()))
    program = f" runs {vspace['program']}" if "program" in vspace else ""
    return f"vspace {root}, ASID {vspace['asid']}{program}\n{mapped}"


def waits(thread):
    """[(object, label, style)] of a thread."""
    me = "blocked on send" == thread["state"]
    if "endpoint" in thread and me:
        yield thread["endpoint"], "sends" + (
            "" if thread.get("badge", "0x0") == "0x0" else f", badge {thread['badge']}"
        ), "solid"
    elif "endpoint" in thread:
        yield thread["endpoint"], "receives", "bold"
    if "notification" in thread:
        yield thread["notification"], "waits for a signal", "bold"
    if "reply" in thread:
        blocked = thread["state"] == "blocked on reply"
        yield thread[
            "reply"
        ], "waits for the answer" if blocked else "will answer by", "solid" if blocked else "dotted"


def draw_waits(machine, drawn):
    for thread in reversed(machine.threads):
        me = thread_id(thread)
        for thing, label, style in waits(thread):
            drawn.add(thing)
            yield f"  {me} -> {object_id(thing)} [label={quoted(label)}, style={style}];"
        for slot, what in ((FAULT_HANDLER, "faults"), (TIMEOUT_HANDLER, "timeouts")):
            cap = machine.slot_of(thread, slot)
            if cap is not None and cap["kind"] == "endpoint":
                drawn.add(cap["region"])
                label = f"{what} {badge(cap)}".strip()
                style = f"label={quoted(label)}, color=red, fontcolor=red, style=dotted"
                yield arrow(me, object_id(cap["region"]), style)
    for thing in machine.objects.values():
        if thing.get("bound"):
            drawn.add(thing["address"])
            end = node_id("thread", thing["bound"])
            yield arrow(object_id(thing["address"]), end, 'label="bound to", style=dotted')


def draw_interrupts(machine, drawn):
    for cap in machine.capabilities:
        if "of_interrupt" in cap and "region" in cap:
            drawn.add(cap["region"])
            line = f"irq{cap['of_interrupt']}"
            yield f"  {line} [shape=invhouse, label=\"interrupt {cap['of_interrupt']}\"];"
            yield arrow(line, object_id(cap["region"]), f"label={quoted(badge(cap))}")


def holder_of(machine, cnode):
    users = machine.users[cnode]
    return thread_id(users[0]) if len(users) == 1 else node_id("cnode", cnode)


def caps_label(caps):
    """Badges and rights of all capabilities of one CSpace to one object, each once, one a line."""
    if caps[0]["kind"] == "reply":
        return "can answer"
    lines = list(dict.fromkeys(" ".join(filter(None, (badge(cap), rights(cap)))) for cap in caps))
    return "\n".join(
        lines[:MOST_CAPS] + [f"and {len(lines) - MOST_CAPS} more"] * (len(lines) > MOST_CAPS)
    )


def says_nothing(machine, cap):
    """A reply object that nobody waits in, or that the holder itself waits in: others tell."""
    if cap["kind"] != "reply":
        return False
    waiting = machine.thread_by_tcb.get(machine.objects.get(cap["region"], {}).get("thread"))
    return (
        waiting is None
        or waiting["state"] != "blocked on reply"
        or waiting in machine.users[cap["of_cnode"]]
    )


def draw_capabilities(machine, drawn):
    """Edges from holders to objects, and the nodes of shared CSpaces."""
    held = collections.defaultdict(list)
    for cap in machine.capabilities:
        of_thread = machine.is_of_thread(cap.get("of_cnode"))
        if of_thread and cap["kind"] in MEETING_KINDS and not says_nothing(machine, cap):
            held[cap["of_cnode"], cap["region"]].append(cap)
    endpoints = collections.Counter(
        thing for (_, thing), caps in held.items() if caps[0]["kind"] == "endpoint"
    )
    drawn.update(thing for thing, count in endpoints.items() if count > 1)
    for cnode, users in machine.users.items():
        if len(users) > 1 and any(holder == cnode and thing in drawn for holder, thing in held):
            yield f"  {node_id('cnode', cnode)} [shape=box3d, label={quoted(f'CSpace {cnode}')}];"
            for thread in users:
                yield arrow(
                    thread_id(thread), node_id("cnode", cnode), "style=dotted, arrowhead=none"
                )
    for (cnode, thing), caps in held.items():
        if thing in drawn:
            yield (
                f"  {holder_of(machine, cnode)} -> {object_id(thing)} "
                f"[label={quoted(caps_label(caps))}, style=dashed, color=gray40, fontcolor=gray30];"
            )


def draw_objects(machine, drawn):
    kinds = {
        cap["region"]: cap["kind"] for cap in machine.capabilities if cap["kind"] in MEETING_KINDS
    }
    for address in sorted(drawn):
        thing = machine.objects.get(address, {})
        kind = thing.get("kind") or kinds.get(address, "object")
        state = "\nactive, word " + thing["word"] if "active" in thing else ""
        shape, label = SHAPES.get(kind, "box"), quoted(f"{kind} {address}{state}")
        yield f"  {object_id(address)} [shape={shape}, label={label}];"


def draw(machine):
    """Lines of the graph."""
    drawn = set()  # addresses of objects
    yield HEAD
    yield from draw_threads(machine)
    yield from draw_waits(machine, drawn)
    yield from draw_interrupts(machine, drawn)
    yield from draw_capabilities(machine, drawn)
    yield from draw_objects(machine, drawn)
    yield "}"
