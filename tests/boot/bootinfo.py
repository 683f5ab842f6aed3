# SPDX-License-Identifier: BSD-2-Clause
"""What memory §8–9 demand of the root task's surroundings, computed anew from the six registers at the kernel's entry and
the layout of the kernel image; and BootInfo as the root task finds it. The two must agree.
"""
import struct

PAGE = 0x1000
WINDOW = 0xFFFFFF8000000000
GIC_PAGES = [(0x8000000, 0x8001000), (0x8010000, 0x8011000)]
RAM = 0x40000000


def cut(start, end):
    """§9.2"""
    blocks, start, end = [], (start + WINDOW) % 2**64, (end + WINDOW) % 2**64
    while start != end:
        k = min((end - start) % 2**64, 2**64 - 1).bit_length() - 1
        k = min(k, 47)
        if start:
            k = min(k, (start & -start).bit_length() - 1)
        if k >= 4:
            blocks.append(((start - WINDOW) % 2**64, k))
        start = (start + 2**k) % 2**64
    return blocks


class Expected:
    def __init__(self, x, kernel_end, boot_end, ram_bytes, radix=13):
        x0, x1, x2, x3, x4, x5 = x
        self.x, self.dtb_bytes = x, x5 & 0xFFFFFFFF
        self.start, self.end = (x0 - x2) % 2**64, (x1 - x2) % 2**64
        self.bootinfo = self.end + PAGE
        self.extra = self.dtb_bytes + 16 if self.dtb_bytes else 0
        self.extra_bits = max(12, (self.extra - 1).bit_length()) if self.extra else 0
        covered = self.end + 2 * PAGE + (2**self.extra_bits if self.extra else 0)
        self.tables = sum(((covered - 1) >> b) - (self.start >> b) + 1 for b in (39, 30, 21))
        self.ram_end = RAM + ram_bytes
        self.place_root_objects(x, kernel_end, radix)
        self.count_slots(x, boot_end, radix)

    def place_root_objects(self, x, kernel_end, radix):
        """§8.2; self.free: the free regions afterwards, ascending"""
        c = radix + 5
        size = 2**c + 2**11 + 4 * PAGE + 2**7 + self.tables * PAGE + (2**self.extra_bits if self.extra else 0)
        align = max(c, 12, self.extra_bits)
        taken = [(RAM, kernel_end), (x[0], x[1])] + ([(x[4], x[4] + self.dtb_bytes)] if x[4] and self.dtb_bytes else [])
        free, at = [], RAM
        for start, end in sorted(taken):
            if start > at:
                free.append((at, start))
            at = max(at, end)
        free.append((at, self.ram_end))
        for i in reversed(range(len(free))):
            start = (free[i][1] - size) & -(2**align)
            if start >= free[i][0]:
                self.objects = (start, start + size)
                self.free = free[:i] + [(free[i][0], start), (start + size, free[i][1])] + free[i + 1:]
                self.free = [r for r in self.free if r[0] < r[1]]
                return
        raise RuntimeError("no room")

    def count_slots(self, x, boot_end, radix):
        """§8.3 and §9.3"""
        reserved = GIC_PAGES + [(RAM, self.ram_end)]
        device, at = [], 0
        for start, end in reserved:
            device += cut(at, start)
            at = end
        device += cut(at, 2**40)
        ordinary = cut(RAM, boot_end) if boot_end > RAM else []
        for region in self.free:
            ordinary += cut(*region)
        self.untypeds = [(a, k, 1) for a, k in device] + [(a, k, 0) for a, k in ordinary]
        next_slot, regions = 16, {}
        counts = [("userImagePaging", self.tables), ("extraBIPages", -(-self.extra // PAGE)), ("schedcontrol", 1),
                  ("userImageFrames", (x[1] - x[0]) // PAGE), ("untyped", len(self.untypeds))]
        for name, count in counts:
            regions[name] = (next_slot, next_slot + count)
            next_slot += count
        if not self.extra:
            regions["extraBIPages"] = (0, 0)
        regions["empty"] = (next_slot, 2**radix)
        regions["sharedFrames"] = regions["ioSpaceCaps"] = (0, 0)
        self.regions = regions


REGION_OFFSETS = {"empty": 40, "sharedFrames": 56, "userImageFrames": 72, "userImagePaging": 88, "ioSpaceCaps": 104,
                  "extraBIPages": 120, "schedcontrol": 152, "untyped": 168}


def read(data):
    """The fields of the BootInfo page (abi §10.1)."""
    word = lambda at: struct.unpack_from("<Q", data, at)[0]
    info = {name: struct.unpack_from("<QQ", data, at) for name, at in REGION_OFFSETS.items()}
    for name, at in {"extraLen": 0, "nodeID": 8, "numNodes": 16, "numIOPTLevels": 24, "ipcBuffer": 32,
                     "initThreadCNodeSizeBits": 136, "initThreadDomain": 144}.items():
        info[name] = word(at)
    count = info["untyped"][1] - info["untyped"][0]
    info["untypedList"] = [struct.unpack_from("<QBB", data, 184 + 16 * i) for i in range(count)]
    info["rest"] = data[184 + 16 * count:]
    return info
