# SPDX-License-Identifier: BSD-2-Clause
"""Making images and running them, for the boot tests."""
import os
import pathlib
import signal
import subprocess
import tempfile

from gdbstub import Stub

QEMU = ["qemu-system-aarch64", "-cpu", "cortex-a53", "-nic", "none", "-display", "none", "-monitor", "none", "-no-reboot"]
MACHINE = "virt,secure=off,gic-version=2"


class Result:
    def __init__(self, status, output):
        self.status, self.output = status, output


class Lab:
    """A build directory and a scratch directory."""

    def __init__(self, build):
        self.build = pathlib.Path(build)
        self.directory = tempfile.TemporaryDirectory(prefix="lab4-boot-")
        self.scratch = pathlib.Path(self.directory.name)
        self.kernel, self.loader = self.build / "kernel.elf", self.build / "loader.elf"
        self.packer = self.build / "bin/lab4-image"
        self.trees = {}

    def file(self, name, data):
        path = self.scratch / name
        path.write_bytes(data)
        return path

    def tree(self, mem="1G"):
        """QEMU's device tree for a RAM size."""
        if mem not in self.trees:
            path = self.scratch / f"{mem}.dtb"
            subprocess.run([*QEMU, "-machine", f"{MACHINE},dumpdtb={path}", *ram(mem)[1]], check=True, stderr=subprocess.DEVNULL)
            self.trees[mem] = path
        return self.trees[mem]

    def pack(self, program, *options, dtb=None, name="image", kernel=None, mem="1G"):
        """Runs the packer; (result, image path). dtb=False: none."""
        image = self.scratch / name
        image.unlink(missing_ok=True)
        tree = ["--no-dtb"] if dtb is False else ["--dtb", str(dtb)] if dtb else ["--dumped-dtb", str(self.tree(mem))]
        done = subprocess.run([str(self.packer), "--kernel", str(kernel or self.kernel), "--loader", str(self.loader), *tree,
                               *options, str(program), "-o", str(image)], capture_output=True, text=True, timeout=60)
        return Result(done.returncode, done.stdout + done.stderr), image

    def image(self, program, *options, **more):
        result, image = self.pack(program, *options, **more)
        if result.status:
            raise RuntimeError(result.output)
        return image

    def boot(self, image, mem="1G", semihosting=True, timeout=30, machine=""):
        """Runs an image to its end; status None = it did not end."""
        with Running(image, mem, semihosting, machine=machine) as run:
            return run.finish(timeout)


def ram(mem):
    """Machine option and arguments for a RAM size; nothing of it is reserved on the host."""
    return ",memory-backend=ram", ["-m", mem, "-object", f"memory-backend-ram,id=ram,size={mem},reserve=off"]


class Running:
    """A QEMU process; with `socket`, stopped before its first instruction with a debugger at hand."""

    def __init__(self, image, mem="1G", semihosting=True, socket=None, machine=""):
        machine_ram, arguments = ram(mem)
        command = [*QEMU, "-machine", MACHINE + machine_ram + machine, *arguments, "-serial", "stdio", "-kernel", str(image)]
        if semihosting:
            command += ["-semihosting-config", "enable=on,target=native"]
        if socket:
            command += ["-S", "-chardev", f"socket,id=gdb,path={socket},server=on,wait=off", "-gdb", "chardev:gdb"]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        start_new_session=True)
        self.stub = None
        try:
            self.stub = Stub(socket) if socket else None
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.stub:
            self.stub.close()
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def finish(self, timeout=30):
        try:
            output, _ = self.process.communicate(timeout=timeout)
            return Result(self.process.returncode, output.decode(errors="replace").replace("\r\n", "\n"))
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            output, _ = self.process.communicate()
            return Result(None, output.decode(errors="replace").replace("\r\n", "\n"))
