# SPDX-License-Identifier: BSD-2-Clause
"""--only: the kernel entries that concern a thread, an object or a method.

A term is compared with the names of threads (with and without their number), the addresses and
names of objects, and the names of calls and faults ("Call", "seL4_TCB_Resume", "TCB_Resume",
"VMFault").
"""
import records as r


class Selection:
    """Without terms, everything."""

    def __init__(self, terms):
        self.terms = {term.lower(): term for term in terms}
        self.unused = set(self.terms)
        self.is_everything = not terms

    def has(self, *names):
        found = {name.lower() for name in names if name} & self.terms.keys()
        self.unused -= found
        return bool(found)

    def wants_thread(self, decoder, thread):
        return self.is_everything or self.has(decoder.tasks[thread].name, decoder.thread(thread))

    def wants_object(self, decoder, address):
        if not address:
            return False
        return self.has(hex(address), *decoder.object(address).split(" ")[1:])

    def wants_call(self, decoder, record):
        name = decoder.names.call(record)
        return self.has(name, name.split(" ")[0], name.removeprefix("seL4_"))

    def wants(self, decoder, entry):
        """Does an entry concern any of them? A long list is looked at once only."""
        return any([self.wants_record(decoder, record) for record in entry])

    def wants_record(self, decoder, record):
        kind = record.kind
        found = [kind not in (r.END, r.LEAVE) and self.wants_thread(decoder, record.thread)]
        if kind == r.CALL:
            found += [self.wants_call(decoder, record), self.wants_object(decoder, record.w3)]
        elif kind == r.CAPS:
            found += [self.wants_object(decoder, thing) for thing in record[5:10:2]]
        elif kind in (r.FAULT, r.RAISED):
            found.append(self.has(decoder.names.fault(record.detail)))
        elif kind == r.MESSAGE:
            found.append(self.wants_thread(decoder, record.w0))
        return any(found)
