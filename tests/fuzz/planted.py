# SPDX-License-Identifier: BSD-2-Clause
"""Bugs that `./lab4 fuzz --plant` plants, one at a time, in a copy of the tree: does the target for such bugs find them?

A bug replaces text that occurs once in its file.
"""
import collections
import pathlib
import re
import resource
import subprocess
import tempfile
import time

PARTS = ("CMakeLists.txt", "CMakePresets.json", "cmake", "core", "libsel4", "platform", "tests", "tools", "oss-fuzz")

Bug = collections.namedtuple("Bug", "name target file old new")

BUGS = (
    Bug("a decoder writes before it refuses", "decode", "core/threads/tcb_methods.c",
        "    plan->buffer_address = address;\n", "    plan->buffer_address = plan->thread->buffer_address = address;\n"),
    Bug("watermark of a page-sized object not advanced", "retype", "core/caps/untyped.c",
        "    set_watermark(untyped, end);\n", "    set_watermark(untyped, plan->object_bits == 12 ? first : end);\n"),
    Bug("replacing a small page does not flush the TLB", "vspace", "core/arch/aarch64/frame.c",
        "    bool replaces = walk_is_valid(plan->walk);\n", "    bool replaces = walk_is_valid(plan->walk) && plan->walk.bits > 12;\n"),
    Bug("a deleted VSpace's ASID is not freed", "vspace", "core/arch/aarch64/asid.c",
        "    ks.asid_pools[asid / ASIDS_PER_POOL]->vspaces[asid % ASIDS_PER_POOL] = 0;\n    retire(asid);\n", "    retire(asid);\n"),
    Bug("refill queue overflows by one", "sched", "core/time/refill.c",
        "    } else if (sc->count < sc->capacity) {\n", "    } else if (sc->count <= sc->capacity) {\n"),
    Bug("one tick lost in each commit", "sched", "core/time/time.c",
        "            refill_charge(sc, here()->pending);\n", "            refill_charge(sc, here()->pending - 1);\n"),
    Bug("the fast Call needs no right to grant", "fastpath", "core/entry/fastpath.c",
        " ||\n        !(endpoint_cap_can_grant(cap) || endpoint_cap_can_grant_reply(cap))", ""),
    Bug("the fast ReplyRecv overlooks a signal that waits", "fastpath", "core/entry/fastpath.c",
        "        (bound && bound->state == NOTIFICATION_ACTIVE)", "        (bound && bound->state == NOTIFICATION_WAITING)"),
    Bug("the fast ReplyRecv overlooks more urgent threads", "fastpath", "core/entry/fastpath.c",
        " ||\n        !is_chosen(caller, server)", ""),
    Bug("the device tree's memory is handed out", "boot", "core/entry/boot.c",
        " && range_list_remove(&b->free, dtb)", " && (dtb.end || true)"),
    Bug("a segment longer in the file than in memory", "elf", "libsel4/runtime/elf.c",
        "segment.bytes_size <= segment.size", "segment.bytes_size <= segment.size + 64"),
    Bug("a segment's end in the file wraps around", "elf", "libsel4/runtime/elf.c",
        "segment.offset <= elf->size && segment.bytes_size <= elf->size - segment.offset",
        "segment.offset + segment.bytes_size <= elf->size"),
)


def planted(bug, text):
    """The text of the bug's file with the bug; None if the place is not there, or not the only one."""
    return text.replace(bug.old, bug.new) if text.count(bug.old) == 1 else None


def copy_changed(source, copy):
    """Makes `copy` the same as `source`; only files that differ are written, so that make compiles them and no others."""
    for twin in [path for path in copy.rglob("*") if path.is_file() and not (source / path.relative_to(copy)).exists()]:
        twin.unlink()
    for part in PARTS:
        files = [source / part] if (source / part).is_file() else [path for path in (source / part).rglob("*") if path.is_file()]
        for file in files:
            twin, data = copy / file.relative_to(source), file.read_bytes()
            if not twin.exists() or twin.read_bytes() != data:
                twin.parent.mkdir(parents=True, exist_ok=True)
                twin.write_bytes(data)
                twin.chmod(file.stat().st_mode)


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def what_saw(output):
    lines = [line for line in output.splitlines() if re.search(r"==== fuzz|panicked|runtime error|SUMMARY|assert", line, re.I)]
    return lines[0].strip()[:120] if lines else "an unknown end"


def plant(root, work, corpora, seconds, run, options, target=None):
    """Plants each bug, or those of a target; `run` runs a command, `options(target)` are libFuzzer's. Returns how many were not found."""
    tree, build, missed = work / "planted/tree", work / "planted/build", 0
    bugs = [bug for bug in BUGS if target in (None, bug.target)]
    for bug in bugs:
        copy_changed(root, tree)
        file = tree / bug.file
        text = planted(bug, file.read_text())
        if text is None:
            raise SystemExit(f"fuzz: the bug '{bug.name}' cannot be planted: {bug.file} has changed; mend tests/fuzz/planted.py")
        file.write_text(text)
        for command in (["cmake", "--preset", "fuzz", "-S", tree, "-B", build],
                        ["cmake", "--build", build, "-j2", "--target", f"fuzz-{bug.target}"]):
            if run(command, stdout=subprocess.DEVNULL).returncode != 0:
                raise SystemExit(f"fuzz: with the bug '{bug.name}' the targets cannot be built")
        with tempfile.TemporaryDirectory(prefix="lab4-fuzz-") as folder:
            cpu, start = cpu_seconds(), time.monotonic()
            result = run([build / f"bin/fuzz-{bug.target}", f"-max_total_time={seconds}", f"-artifact_prefix={folder}/",
                          *options(bug.target), folder, corpora / bug.target],
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
            cpu, elapsed = cpu_seconds() - cpu, time.monotonic() - start
            found = result.returncode != 0 and any(pathlib.Path(folder).glob("*-*"))  # crash-…, timeout-…
        if result.returncode != 0 and not found:
            raise SystemExit(f"fuzz: with the bug '{bug.name}' fuzz-{bug.target} did not run:\n{result.stdout[-2000:]}")
        missed += not found
        print(f"{'found ' if found else 'MISSED'} {bug.target:8} {bug.name}: {cpu:.1f} s of CPU, {elapsed:.0f} s"
              + (f"; {what_saw(result.stdout)}" if found else ""), flush=True)
    print(f"{len(bugs) - missed} of {len(bugs)} found")
    return missed
