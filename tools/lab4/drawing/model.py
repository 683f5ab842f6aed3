# SPDX-License-Identifier: BSD-2-Clause
"""The machine as `lab4-inspect --json` tells it, with the questions that both graphs ask."""
import collections

CSPACE, VSPACE, BUFFER, FAULT_HANDLER, TIMEOUT_HANDLER = range(5)  # the slots of a TCB
RIGHTS = (("can_receive", "R"), ("can_send", "W"), ("can_grant", "G"), ("can_grant_reply", "P"))
KIB = 1024


class Machine:
    """All of it is read when it is made, so malformed input is found there."""

    def __init__(self, dump):
        self.threads = [
            thread for thread in dump["threads"] if "tcb" in thread
        ]  # without the idle thread
        self.objects = {thing["address"]: thing for thing in dump["objects"]}
        self.capabilities = dump["capabilities"]
        self.vspaces = {vspace["root"]: vspace for vspace in dump["vspaces"]}
        self.by_slot = {cap["slot"]: cap for cap in self.capabilities}
        self.thread_by_tcb = {thread["tcb"]: thread for thread in self.threads}
        self.tcb_slots = {
            (cap["of_thread"], cap["index"]): cap for cap in self.capabilities if "of_thread" in cap
        }
        self.users = collections.defaultdict(list)  # threads of each CNode
        for thread in self.threads:
            cspace = self.tcb_slots.get((thread["tcb"], CSPACE))
            if cspace is not None and cspace["kind"] == "cnode":
                self.users[cspace["region"]].append(thread)

    def slot_of(self, thread, index):
        """The capability in a slot of a TCB, or None."""
        return self.tcb_slots.get((thread["tcb"], index))

    def vspace_of(self, thread):
        """The level-0 table of the thread's address space, or None."""
        cap = self.slot_of(thread, VSPACE)
        return cap["region"] if cap is not None and "region" in cap else None

    def caps_of_cnode(self, cnode):
        """In the order of their slots."""
        return sorted(
            (cap for cap in self.capabilities if cap.get("of_cnode") == cnode),
            key=lambda cap: cap["index"],
        )

    def cnodes(self):
        """Addresses, those of threads first, in the order of the threads' making."""
        of_threads = [
            cnode
            for thread in reversed(self.threads)
            for cnode, users in self.users.items()
            if thread in users
        ]
        others = [cap["of_cnode"] for cap in self.capabilities if "of_cnode" in cap]
        return list(dict.fromkeys(of_threads + others))

    def name_of_cnode(self, cnode):
        users = [thread["name"] for thread in self.users[cnode]]
        return f"CSpace of {shortened(users)}" if users else f"cnode {cnode}"

    def is_of_thread(self, cnode):
        return bool(self.users[cnode])


def shortened(names, most=3):
    """A list in words that does not grow with its length."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def rights(cap):
    """ "RWG" and the like; empty for a kind that has none."""
    return "".join(letter for field, letter in RIGHTS if field in cap)


def badge(cap):
    return f"badge {cap['badge']}" if "badge" in cap else ""


def size_text(size):
    """Three digits or four and a unit; "8K" means exactly that much or nearly so."""
    for unit in ("", "K", "M", "G"):
        if size < KIB:
            return f"{size:.0f}{unit}" if size >= 100 else f"{size:.3g}{unit}"
        size /= KIB
    return f"{size:.3g}T"


def quoted(text):
    """For Graphviz: a string in quotes; lines are centred."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def escaped(text):
    """For Graphviz: inside an HTML-like label."""
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    )


def arrow(start, end, attributes):
    """For Graphviz: from one node to another."""
    return f"  {start} -> {end} [{attributes}];"


def node_id(prefix, address):
    return f"{prefix}{address.removeprefix('0x')}"
