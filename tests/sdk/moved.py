#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""An SDK that was moved, on a machine without the source tree: everything that docs/SDK.md tells about works: moved.py PATH-OF-LAB4

The tree is hidden by an empty folder mounted over it, in a mount namespace. Where the host allows no such thing the tests run all the
same, and see less.
"""
import json
import os
import pathlib
import pty
import re
import select
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "cli"))
from harness import assert_refused, main, run  # noqa: E402

LAB4 = pathlib.Path(sys.argv[1]).resolve()
TREE = LAB4.parent
FOLDER = tempfile.TemporaryDirectory(prefix="lab4-moved-")
SCRATCH = pathlib.Path(FOLDER.name)
SDK = SCRATCH / "a new place" / "sdk"
LAB4_OF_SDK, PROJECT = SDK / "bin/lab4", SCRATCH / "my work" / "mine"
TOOLCHAIN = SDK / "lib/cmake/lab4/aarch64-toolchain.cmake"
HIDING = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", 'mount -t tmpfs none "$0" && exec "$@"', str(TREE)]
CAN_HIDE = run(*HIDING, "true").status == 0
PATIENCE = 120


def hidden(*command):
    return [*(HIDING if CAN_HIDE else []), *map(str, command)]


def without_tree(*command, **keywords):
    return run(*hidden(*command), timeout=300, cwd=SCRATCH, **keywords)


def succeeds(*command, **keywords):
    result = without_tree(*command, **keywords)
    assert result.status == 0, f"{command}: {result}"
    return result


def build(source, folder, *options):
    succeeds("cmake", "-S", source, "-B", folder, f"-DCMAKE_PREFIX_PATH={SDK}", *options)
    succeeds("cmake", "--build", folder)


def start(*command, **keywords):
    return subprocess.Popen(hidden(*command), cwd=SCRATCH, text=True, start_new_session=True, **keywords)


def end(process):
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def read_until(process, pattern):
    """The output of a process up to a line with the pattern."""
    seen, deadline = "", time.monotonic() + PATIENCE
    while time.monotonic() < deadline and select.select([process.stdout], [], [], PATIENCE)[0]:
        chunk = os.read(process.stdout.fileno(), 65536).decode(errors="replace")
        seen += chunk
        if re.search(pattern, seen):
            return seen
        if not chunk:
            break
    raise AssertionError(f"no {pattern!r} in {seen!r}")


# ------------------------------------------------------------------------------------- the programs of the SDK

def test_the_tree_is_hidden_where_the_host_lets_us():
    shutil.copytree(prepare(), SDK, symlinks=True)
    shutil.rmtree(SCRATCH / "first")
    assert not CAN_HIDE or succeeds("ls", "-A", TREE).out == ""


def prepare():
    made = run(LAB4, "sdk", SCRATCH / "first", "--project", SCRATCH / "made with it", timeout=600)
    assert made.status == 0 and (SCRATCH / "made with it/.vscode/launch.json").exists(), made
    return SCRATCH / "first"


def test_a_project_begins_with_one_command_and_builds_for_both_platforms():
    succeeds(LAB4_OF_SDK, "project", PROJECT)
    build(PROJECT, PROJECT / "build/hosted", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", "-DCMAKE_BUILD_TYPE=Debug")
    build(PROJECT, PROJECT / "build/qemu", "--toolchain", TOOLCHAIN)


def test_run_runs_it_on_both_platforms():
    for platform in ("hosted", "qemu"):
        result = succeeds(LAB4_OF_SDK, "run", "--on", platform, "--timeout", "60", PROJECT / f"build/{platform}/mine")
        assert re.fullmatch(r"\d+ slots are empty\n", result.out), (platform, result)


def test_gdb_knows_the_programs_symbols_and_the_commands():
    result = without_tree(LAB4_OF_SDK, "run", "--gdb", "--gdb-command", "break main", "--gdb-command", "lab4-continue",
                          "--gdb-command", "lab4-threads", "--gdb-command", "quit", PROJECT / "build/hosted/mine")
    assert re.search(r"Breakpoint \d+, main \(\)\s+at .*main\.c:\d+", result.out) and "rootserver" in result.out, result
    assert "Traceback" not in result.err, result


def test_gdb_without_its_script_says_which_file_is_missing():
    broken = SCRATCH / "broken"
    shutil.copytree(SDK, broken, symlinks=True)
    shutil.rmtree(broken / "share/lab4/tools/gdb")
    result = without_tree(broken / "bin/lab4", "run", "--gdb", PROJECT / "build/hosted/mine")
    if CAN_HIDE:
        assert_refused(result, "hosted.py", "No such file")
        assert result.status == 2, result


def test_inspect_and_irq_find_a_running_machine():
    spinning = SCRATCH / "spinning"
    spinning.mkdir()
    (spinning / "CMakeLists.txt").write_text((PROJECT / "CMakeLists.txt").read_text())
    (spinning / "main.c").write_text(
        "#include <lab4/printf.h>\nint main(void)\n{\n    printf(\"here\\n\");\n    for (;;) {\n    }\n}\n")
    build(spinning, spinning / "build")
    # All in one shell: whoever looks into the machine must be in its namespaces.
    script = """
        "$1" run --timeout 100 spinning/build/mine >said & machine=$!
        trap 'kill $machine' EXIT
        until grep -q here said; do kill -0 $machine; sleep 0.05; done
        "$1" inspect $machine
        "$1" inspect --dot $machine
        "$1" irq $machine 90
    """
    result = succeeds("sh", "-euc", script, "sh", LAB4_OF_SDK)
    assert "rootserver" in result.out and "digraph" in result.out, result


def test_an_image_for_qemu_is_made():
    image = SCRATCH / "image with spaces"
    succeeds(LAB4_OF_SDK, "image", PROJECT / "build/qemu/mine", "-o", image, "--mem", "256M")
    assert image.stat().st_size > 100000


def test_what_needs_the_tree_is_refused_by_name():
    for arguments, words in ((["test"], ["test", "SDK"]), (["run", "--on", "toaster", "x"], ["toaster"]), (["image", "x"], ["-o FILE"]),
                             (["run", "--on"], ["--on"]), (["help", "fuzz"], ["fuzz"])):
        result = without_tree(LAB4_OF_SDK, *arguments)
        assert_refused(result, *words)
        assert result.status == 2, result


# ------------------------------------------------------------------------------------------------- examples

def copy_example(name):
    folder = SCRATCH / f"copy of {name}"
    shutil.copytree(SDK / "share/lab4/examples" / name, folder)
    return folder


def test_each_example_copied_alone_is_a_project():
    for name, last_line in (("hello", "6. That is all"), ("client-server", "8. That is all"), ("driver", "That is all")):
        folder = copy_example(name)
        build(folder, folder / "build")
        assert last_line in succeeds(LAB4_OF_SDK, "run", folder / "build" / name).out, name


def test_the_folder_of_all_examples_is_a_project_for_both_platforms():
    folder = copy_example(".")
    for platform, options in (("hosted", []), ("qemu", ["--toolchain", TOOLCHAIN])):
        build(folder, folder / platform, *options)
        result = succeeds(LAB4_OF_SDK, "run", "--on", platform, folder / platform / "client-server/client-server")
        assert "8. That is all" in result.out, (platform, result)


# ----------------------------------------------------------------------------------------------- completion

def test_bash_completes_commands_and_options():
    script = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _lab4; echo "${COMPREPLY[@]}"'
    source = SDK / "share/bash-completion/completions/lab4"
    for words, expected in ((["in"], {"inspect"}), (["run", "--ti"], {"--time", "--timeout"}), (["run", "--on", ""], {"hosted", "qemu"})):
        assert set(succeeds("bash", "-c", script, "bash", source, LAB4_OF_SDK, *words).out.split()) == expected, words


def test_zsh_completes_commands_options_and_values():
    setup = f"path=({shlex.quote(str(SDK / 'bin'))} $path); fpath=({shlex.quote(str(SDK / 'share/zsh/site-functions'))} $fpath)"
    for words, expected in (("insp", "inspect "), ("run --timeo", "run --timeout "), ("run --on q", "run --on qemu ")):
        assert completed_by_zsh(f"lab4 {words}", setup) == f"lab4 {expected}", words


def test_zsh_completes_in_the_tree_once_the_file_is_sourced():
    setup = f"cd {shlex.quote(str(TREE))}; source share/_lab4"
    for words, expected in (("docto", "doctor "), ("test unit libs", "test unit libsel4 "), ("run client-s", "run client-server ")):
        assert completed_by_zsh(f"./lab4 {words}", "", setup) == f"./lab4 {expected}", words


def completed_by_zsh(line, before, after=":"):
    """What the line becomes when a Tab is typed behind it. Control-X prints the line."""
    setup = f"PS1=; {before}\nautoload -Uz compinit; compinit -u -D; {after}\n" + """
        show() { print -r -- "<$BUFFER>" }; zle -N show; bindkey '^X' show; print rea''dy\n"""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvpe("zsh", ["zsh", "-f", "-i"], {**os.environ, "TERM": "dumb"})
    try:
        os.write(terminal, setup.encode())
        wait_for(terminal, "ready")
        os.write(terminal, f"{line}\t\x18".encode())
        return re.search("<(.*)>", wait_for(terminal, "<.*>"))[1]
    finally:
        os.kill(pid, signal.SIGKILL)
        os.close(terminal)
        os.waitpid(pid, 0)


def wait_for(terminal, pattern):
    text, deadline = "", time.monotonic() + PATIENCE
    while time.monotonic() < deadline and not re.search(pattern, text):
        if select.select([terminal], [], [], 1)[0]:
            text += os.read(terminal, 65536).decode(errors="replace")
    return text


# -------------------------------------------------------------------------------------------------- editors

def jsons():
    """tasks by label and configurations by name, with VS Code's variables put in."""
    folder = PROJECT / ".vscode"
    settings = json.loads((folder / "settings.json").read_text())
    assert settings["lab4.sdk"] == str(SDK), settings

    def read(name):
        text = (folder / name).read_text().replace("${config:lab4.sdk}", settings["lab4.sdk"])
        return json.loads(text.replace("${workspaceFolder}", str(PROJECT)).replace("1234", str(PORT)))

    tasks = {task["label"]: task for task in read("tasks.json")["tasks"]}
    return tasks, {configuration["name"]: configuration for configuration in read("launch.json")["configurations"]}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


PORT = free_port()


def start_gdb(configuration, program):
    """As the C/C++ extension starts it."""
    command = [configuration["miDebuggerPath"], "--interpreter=mi", *filter(None, [program])]
    return start(*command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def stops_in_main(gdb, *commands):
    try:
        for command in (*commands, "-break-insert main", "-exec-continue"):
            gdb.stdin.write(command + "\n")
            gdb.stdin.flush()
        seen = read_until(gdb, r'\*stopped,reason="breakpoint-hit"[^\n]*func="main"[^\n]*line="\d+"')
        assert "Traceback" not in seen and "^error" not in seen, seen
    finally:
        end(gdb)


def test_the_editor_builds_and_debugs_on_the_hosted_machine():
    tasks, configurations = jsons()
    configuration = configurations["mine (hosted)"]
    succeeds("sh", "-c", f"cd 'my work/mine' && {tasks[configuration['preLaunchTask']]['command']}")
    assert configuration["launchCompleteCommand"] == "exec-continue" and not configuration["customLaunchSetupCommands"]
    stops_in_main(start_gdb(configuration, configuration["miDebuggerArgs"]))


def test_the_editor_builds_and_debugs_on_qemu():
    tasks, configurations = jsons()
    configuration = configurations["mine (QEMU)"]
    task = tasks[configuration["preLaunchTask"]]
    succeeds("sh", "-c", f"cd 'my work/mine' && {tasks[task['dependsOn']]['command']}")
    machine = start("sh", "-c", f"cd 'my work/mine' && exec {task['command']}", stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        read_until(machine, task["problemMatcher"]["background"]["endsPattern"])
        setup = [f"-interpreter-exec console {json.dumps(command['text'])}" for command in configuration["setupCommands"]]
        stops_in_main(start_gdb(configuration, configuration["program"]), *setup,
                      f"-target-select remote {configuration['miDebuggerServerAddress']}")
    finally:
        end(machine)


def test_clangd_finds_nothing_wrong_in_the_project():
    result = without_tree("sh", "-c", "cd 'my work/mine' && clangd --check=main.c")
    assert result.status == 0 and "compile_commands.json" in result.err, result


def test_a_project_that_is_there_is_kept_and_its_root_task_found():
    folder = SCRATCH / "there"
    folder.mkdir()
    (folder / "CMakeLists.txt").write_text("lab4_add_root_task(other SOURCES other.c)\n")
    result = succeeds(LAB4_OF_SDK, "project", folder)
    assert not (folder / "main.c").exists() and "build/hosted/other" in (folder / ".vscode/launch.json").read_text(), result
    before = {path: path.read_text() for path in folder.rglob("*") if path.is_file()}
    again = succeeds(LAB4_OF_SDK, "project", folder)
    assert again.err.count("is kept as it is") == 4, again
    assert before == {path: path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_a_project_in_an_impossible_place_is_refused():
    for place, words in (("/proc/mine", ["/proc/mine"]), (LAB4_OF_SDK / "mine", ["mine"])):
        assert_refused(without_tree(LAB4_OF_SDK, "project", place), *words)


main(globals())
