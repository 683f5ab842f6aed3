# SPDX-License-Identifier: BSD-2-Clause
"""The few words of GDB's remote protocol that the boot tests need, spoken to QEMU over a Unix socket: breakpoints,
registers by name (system registers too, as QEMU's target description lists them), memory by virtual address.
"""
import re
import socket
import time


class Stub:
    def __init__(self, path, timeout=20):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout)
        deadline = time.monotonic() + timeout
        while True:  # until QEMU listens
            try:
                self.socket.connect(str(path))
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
        self.buffer = b""
        self.request("qSupported:xmlRegisters=aarch64")
        self.registers = self.read_description()

    def close(self):
        self.socket.close()

    # --- packets
    def receive(self):
        while True:
            match = re.match(rb"[^$]*\$([^#]*)#..", self.buffer, re.S)
            if match:
                self.buffer = self.buffer[match.end():]
                self.socket.sendall(b"+")
                return re.sub(rb"\}(.)", lambda m: bytes([m[1][0] ^ 0x20]), match[1], flags=re.S)
            chunk = self.socket.recv(65536)
            if not chunk:
                raise EOFError("QEMU closed the connection")
            self.buffer += chunk

    def send(self, text):
        data = text.encode()
        self.socket.sendall(b"$" + data + b"#%02x" % (sum(data) & 0xff))

    def request(self, text):
        self.send(text)
        return self.receive().decode("latin-1")

    # --- registers
    def read_object(self, name):
        text, offset = "", 0
        while True:
            part = self.request(f"qXfer:features:read:{name}:{offset:x},800")
            text, offset = text + part[1:], offset + len(part) - 1
            if part[0] == "l":
                return text

    def read_description(self):
        """{name: (number, bytes)}"""
        registers, number = {}, 0
        for include in re.findall(r'href="([^"]+)"', self.read_object("target.xml")):
            for attributes in re.findall(r"<reg ([^>]*)/>", self.read_object(include)):
                fields = dict(re.findall(r'(\w+)="([^"]*)"', attributes))
                number = int(fields.get("regnum", number))
                registers.setdefault(fields["name"].lower(), (number, int(fields["bitsize"]) // 8))
                number += 1
        return registers

    def __getitem__(self, name):
        reply = self.request(f"p{self.registers[name.lower()][0]:x}")
        return int.from_bytes(bytes.fromhex(reply), "little")

    def __setitem__(self, name, value):
        number, size = self.registers[name.lower()]
        reply = self.request(f"P{number:x}={(value % (1 << 8 * size)).to_bytes(size, 'little').hex()}")
        if reply != "OK":
            raise RuntimeError(f"writing {name}: {reply}")

    # --- memory and execution
    def read(self, address, size):
        data = b""
        while len(data) < size:
            part = self.request(f"m{address + len(data):x},{min(size - len(data), 1024):x}")
            if part.startswith("E"):
                raise RuntimeError(f"no memory at 0x{address + len(data):x}")
            data += bytes.fromhex(part)
        return data

    def word(self, address):
        return int.from_bytes(self.read(address, 8), "little")

    def write(self, address, data):
        if self.request(f"M{address:x},{len(data):x}:{data.hex()}") != "OK":
            raise RuntimeError(f"cannot write at 0x{address:x}")

    def write_word(self, address, value):
        self.write(address, (value % 2**64).to_bytes(8, "little"))

    def run_to(self, *addresses):
        """Runs until the instruction at one of the addresses is next; returns which."""
        for address in addresses:
            if self.request(f"Z1,{address:x},4") != "OK":
                raise RuntimeError("no breakpoint")
        self.request("c")
        for address in addresses:
            self.request(f"z1,{address:x},4")
        if self["pc"] not in addresses:
            raise RuntimeError(f"stopped at 0x{self['pc']:x} instead of {', '.join(map(hex, addresses))}")
        return self["pc"]

    def go(self):
        """Lets the machine run freely."""
        self.send("c")
