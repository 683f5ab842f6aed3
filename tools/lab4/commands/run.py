# SPDX-License-Identifier: BSD-2-Clause
"""./lab4 run: brings the machine and a root task up to date and becomes the program that runs it."""
import argparse
import contextlib

from lab4 import packages, programs, tree
from lab4.arguments import Parser, add_on
from lab4.terminal import STATUS_USAGE, one_line, refuse

DESCRIPTION = """\
Builds what is out of date and runs a root task. PROGRAM is the name of an
example (a directory of examples/) or an ELF file made for the platform."""

EPILOG = """\
Other options go to the platform's own program as they are:
`./lab4 run [--on …] --platform-help` lists them."""

# For the platform's program: name, value, help. Without help: that program's alone, known here because it takes its value as the
# next word.
PASSED = [
    ("--mem", "SIZE", "RAM of the machine"),
    ("--time", "real|virtual", "the machine's clock: the host's, or one that skips what is idle and makes runs repeatable; on QEMU a "
     "virtual clock counts instructions (16 ns each)"),
    ("--timeout", "SECONDS", "end the run then, with exit status 5"),
    ("--report", "WHAT,…", "what to describe on stderr: faults, state (both are told anyway), refused, all, none (hosted)"),
    ("--post-mortem", "FILE", "at a bad end, keep the machine's state for ./lab4 inspect FILE (hosted)"),
    ("--stay", None, "at a bad end, keep the machine itself for inspect and gdb, until Ctrl-C (hosted)"),
    ("--verbose", None, "describe the state at Ctrl-C, too (hosted; also -v)"), ("-v", None, None),
    ("--trace", "FILE", "write what the kernel does: lines to NAME.txt, otherwise JSON for ui.perfetto.dev (hosted)"),
    ("--trace-format", "F", "text, json or raw, whatever the file is called"),
    ("--trace-only", "WHAT", "only what concerns a thread, an object or a method; may be repeated (docs/DEBUGGING.md)"),
    ("--check", None, "check the kernel's invariants after each entry (hosted)"),
    ("--check-every", "N", "the same after each Nth entry (default 1, and more for a system with thousands of objects)"),
    ("--irq", "N=SIGNAL", "the signal, sent to this process, raises interrupt N of the machine (hosted)"),
    ("--gdb", None, "debug: hosted, gdb in this terminal (docs/DEBUGGING.md); on QEMU, wait for one"),
    ("--gdb-port", "N", "its local TCP port on QEMU (default 1234)"),
    ("--status-file", "FILE", "write who ended the run: `program N exit`, `lab4 N CAUSE` or `signal N NAME`"),
    ("--protect", "KIND", None), ("--cpu", "N", None), ("--machine", "FILE", None), ("--kernel", "FILE", None),
    ("--dtb", "FILE", None), ("--qemu-option", "WORD", None), ("--gdb-command", "COMMAND", None),
]


# What QEMU has not is refused before anything is built for it. (tools/run-qemu would refuse it, too.)
OF_HOSTED = {"-v", "--trace-format", "--trace-only", "--protect", "--cpu", "--machine",
             "--gdb-command", "--gdb-mi",
             *(name for name, _, text in PASSED if text and "(hosted" in text)}


class Pass(argparse.Action):
    """Keeps an option, and its value, for the platform's program."""

    def __call__(self, parser, namespace, values, option_string=None):
        namespace.passed.extend([option_string, values] if self.nargs is None else [option_string])


def parser():
    result = Parser("run", "[--on hosted|qemu] [OPTION…] PROGRAM [-- ARGUMENT…]", DESCRIPTION, EPILOG)
    result.set_defaults(passed=[])
    add_on(result, help="hosted: in Linux processes on this machine (default); qemu: on qemu-system-aarch64")
    for name, value, text in PASSED:
        result.add_argument(name, action=Pass, nargs=0 if value is None else None, metavar=value, dest="passed",
                            default=argparse.SUPPRESS, help=argparse.SUPPRESS if text is None else text.replace("%", "%%"))
    result.add_argument("--platform-help", action="store_true", help=argparse.SUPPRESS)
    result.add_argument("program", nargs="?", help=argparse.SUPPRESS)
    return result


def main(arguments):
    """Becomes the platform's program, which writes --status-file; what goes wrong before is written here."""
    try:
        bring_and_run(arguments)
    except SystemExit as end:
        note_end(arguments, end.code)
        raise


def note_end(arguments, status):
    own = arguments[:arguments.index("--")] if "--" in arguments else arguments
    for at, word in enumerate(own):
        name, equals, value = word.partition("=")
        if name == "--status-file" and (equals or at + 1 < len(own)):
            with contextlib.suppress(OSError), open(value if equals else own[at + 1], "w") as file:
                file.write(f"lab4 {status} {'refused' if status == STATUS_USAGE else 'failed'}\n")


def bring_and_run(arguments):
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    parsed, unknown = parser().parse_known_args(arguments[:cut])
    program_words = [word for word in [parsed.program] if word is not None]
    for word in unknown:
        (parsed.passed if word.startswith("-") else program_words).append(word)
    words = arguments[cut + 1:]
    if not program_words:  # behind -- comes what is not an option: first the program, if it is not there yet
        program_words, words = words[:1], words[1:]
    if parsed.platform_help:
        program_words, parsed.passed = ["hello"], ["--help"]
    if not program_words:
        refuse(f"which program? An example ({' '.join(programs.examples())}) or an ELF file")
    if len(program_words) > 1:
        refuse(f"run takes one PROGRAM, but got '{one_line(program_words[0])}' and '{one_line(program_words[1])}'")
    (run_hosted if parsed.on == "hosted" else run_qemu)(program_words[0], parsed.passed, ["--", *words] if words else [])


def run_hosted(program, options, words):
    file = programs.for_hosted(program)
    if "--gdb" in options:
        packages.need(["gdb"])
    if any(option.startswith("--trace") for option in options):
        packages.need(["python3"])
    programs.replace_by([tree.build("hosted/bin/lab4-hosted"), *options, file, *words])


def run_qemu(program, options, words):
    foreign = [option for option in options if option.partition("=")[0] in OF_HOSTED]
    if foreign:
        refuse(f"{foreign[0].partition('=')[0]} is an option of the hosted platform; "
               "`./lab4 run --on qemu --platform-help` lists those of this one")
    file = programs.for_qemu(program)
    if any(option.startswith("--gdb") for option in options):
        packages.need(["gdb-multiarch"])
    programs.replace_by([tree.source("tools/run-qemu"), "--build", tree.build("qemu-aarch64"), *options, file, *words])
