#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A project outside the tree, built against the SDK for both platforms and run on both: outside.py PATH-OF-LAB4"""
import json
import os
import pathlib
import shutil
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "cli"))
from harness import assert_refused, main, run  # noqa: E402

LAB4 = sys.argv[1]
FOLDER = tempfile.TemporaryDirectory(prefix="lab4-sdk-")
SCRATCH = pathlib.Path(FOLDER.name)
SDK, PROJECT = SCRATCH / "moved" / "sdk", SCRATCH / "project"
STORY = "outside the tree: badge 0x20\nan ELF image is inside: yes\n"
COMPILERS = {"hosted": "gcc", "qemu": "aarch64-linux-gnu-gcc"}
CLANG = {"hosted": ["clang"], "qemu": ["clang", "--target=aarch64-linux-gnu"]}
STRICT = ["-Wall", "-Wextra", "-pedantic", "-Werror"]
RUNNERS = {"hosted": ("lab4-hosted", "--protect", "none"), "qemu": ("lab4-qemu",)}


def succeeds(*command, **keywords):
    result = run(*command, timeout=300, **keywords)
    assert result.status == 0, f"{command}: {result}"
    return result


def toolchain(platform, sdk=None):
    return ["--toolchain", (sdk or SDK) / "lib/cmake/lab4/aarch64-toolchain.cmake"] if platform == "qemu" else []


def configure(platform, sdk=None):
    return run("cmake", "-S", PROJECT, "-B", SCRATCH / platform, f"-DCMAKE_PREFIX_PATH={sdk or SDK}", *toolchain(platform, sdk), timeout=300)


def read(platform, name):
    return json.loads((SDK / "lib/lab4" / platform / name).read_text())


# --------------------------------------------------------------------------------------------- good input

def test_sdk_makes_a_folder_that_may_move():
    succeeds(LAB4, "sdk", SCRATCH / "sdk")
    SDK.parent.mkdir()
    (SCRATCH / "sdk").rename(SDK)
    shutil.copytree(HERE / "project", PROJECT)


def test_no_file_in_it_names_the_tree_that_it_came_from():
    tree = str(pathlib.Path(LAB4).resolve().parent)
    for path in SDK.rglob("*"):
        if path.suffix in (".cmake", ".pc", ".h", ".json", ".yaml", ".ld"):
            assert tree not in path.read_text(), path


def test_ten_lines_of_cmake_build_a_root_task_for_both_platforms():
    assert len((PROJECT / "CMakeLists.txt").read_text().splitlines()) <= 10
    for platform in COMPILERS:
        done = configure(platform)
        assert done.status == 0, done
        succeeds("cmake", "--build", SCRATCH / platform)


def test_it_runs_on_both_and_says_the_same():
    for platform in COMPILERS:
        result = run(LAB4, "run", "--on", platform, "--timeout", "60", SCRATCH / platform / "outside", timeout=300)
        assert (result.status, result.out) == (7, STORY), (platform, result)


def test_the_sdk_runs_it_without_the_tree():
    for platform, runner in RUNNERS.items():
        result = run(SDK / "bin" / runner[0], *runner[1:], "--timeout", "60", SCRATCH / platform / "outside")
        assert (result.status, result.out, result.err) == (7, STORY, ""), (platform, result)


def pkg_config(platform, *what):
    environment = {**os.environ, "PKG_CONFIG_PATH": str(SDK / "lib/pkgconfig")}
    return succeeds("pkg-config", *what, f"lab4-{platform}", env=environment).out.split()


def make_plainly(platform, source, *compiler):
    """As with plain make: a program of one source."""
    program = SCRATCH / f"plain-{platform}"
    program.unlink(missing_ok=True)
    flags = pkg_config(platform, "--cflags") + (pkg_config(platform, "--variable=cxxflags") if source.suffix == ".cpp" else [])
    done = succeeds(*compiler, *STRICT, *flags, source, *pkg_config(platform, "--libs"), "-o", program)
    assert done.err == "", (compiler, done)
    return program


def run_in_sdk(platform, program):
    runner = RUNNERS[platform]
    return run(SDK / "bin" / runner[0], *runner[1:], "--timeout", "60", program)


def test_a_program_with_the_c_library_builds_and_runs_on_both():
    project = SCRATCH / "libc"
    project.mkdir()
    (project / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.25)\nproject(it LANGUAGES C)\nfind_package(lab4 REQUIRED)\n"
        "lab4_add_root_task(it LIBC SOURCES main.c)\n")
    (project / "main.c").write_text(
        "#include <assert.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n"
        "int main(void)\n{\n    char *text = malloc(100);\n    assert(text != NULL);\n"
        "    sprintf(text, \"%.1f\", 2.5);\n    puts(text);\n    return (int)strtol(\"6\", NULL, 10);\n}\n")
    for platform, runner in RUNNERS.items():
        succeeds("cmake", "-S", project, "-B", project / platform, f"-DCMAKE_PREFIX_PATH={SDK}", *toolchain(platform))
        succeeds("cmake", "--build", project / platform)
        result = run(SDK / "bin" / runner[0], *runner[1:], "--timeout", "60", project / platform / "it")
        assert (result.status, result.out.replace("\r", "")) == (6, "2.5\n"), (platform, result)


def test_pkg_config_says_what_a_plain_compiler_needs():
    for platform, compiler in COMPILERS.items():
        for command in ([compiler], CLANG[platform]):
            program = make_plainly(platform, PROJECT / "component.c", *command)
            assert run_in_sdk(platform, program).status == 0, (platform, command)


def test_clang_builds_the_same_project_for_both_platforms_without_a_warning():
    for platform in COMPILERS:
        folder = SCRATCH / f"clang-{platform}"
        succeeds("cmake", "-S", PROJECT, "-B", folder, f"-DCMAKE_PREFIX_PATH={SDK}", "-DCMAKE_C_COMPILER=clang",
                 f"-DCMAKE_C_FLAGS={' '.join(STRICT)}", *toolchain(platform))
        succeeds("cmake", "--build", folder)
        result = run_in_sdk(platform, folder / "outside")
        assert (result.status, result.out) == (7, STORY), (platform, result)


def test_virtual_destructors_need_no_library_in_any_standard_of_cxx():
    source = SCRATCH / "destructors.cpp"
    source.write_text("""
        #include <lab4/printf.h>
        struct shape { virtual ~shape() {} virtual int corners() const = 0; };
        struct square : shape { int corners() const override { return 4; } };
        struct alignas(64) triangle : shape { int corners() const override { return 3; } };
        static square first;
        int main() {
            static triangle second;
            const shape *shapes[] = {&first, &second};
            printf("%d corners\\n", shapes[0]->corners() + shapes[1]->corners());
            return 0;
        }""")
    for compiler in ("g++", "clang++"):
        for standard in ("c++11", "c++14", "c++17", "c++20"):
            program = make_plainly("hosted", source, compiler, f"-std={standard}")
            assert run_in_sdk("hosted", program).out == "7 corners\n", (compiler, standard)
    program = make_plainly("qemu", source, "clang++", "--target=aarch64-linux-gnu")
    assert run_in_sdk("qemu", program).out == "7 corners\n"


def test_a_program_without_main_is_told_so():
    source = SCRATCH / "nothing.c"
    source.write_text("int nothing;\n")
    for compiler in ("gcc", "clang"):
        result = run(compiler, *pkg_config("hosted", "--cflags"), source, *pkg_config("hosted", "--libs"), "-o", SCRATCH / "nothing")
        assert result.status != 0 and "a root task needs a function `int main(void)`" in result.err, result


def test_functions_that_begin_with_any_stack_pointer_are_compiled_with_mstackrealign_or_called_by_a_stub():
    source = HERE / "foreign_thread.c"
    for compiler in ("gcc", "clang"):
        program = make_plainly("hosted", source, compiler, "-O1")
        assert run_in_sdk("hosted", program).status == 3, compiler  # it faults, and nobody signals
        for flags in (["-mstackrealign"], ["-DBY_STUB"]):
            program = make_plainly("hosted", source, compiler, "-O1", *flags)
            result = run_in_sdk("hosted", program)
            assert (result.status, result.out) == (0, "sum 6\n"), (compiler, flags, result)


def test_a_cxx_program_finds_its_static_objects_constructed():
    folder = SCRATCH / "cxx"
    folder.mkdir()
    (folder / "CMakeLists.txt").write_text("""
        cmake_minimum_required(VERSION 3.25)
        project(cxx LANGUAGES C CXX)
        find_package(lab4 REQUIRED)
        lab4_add_root_task(cxx SOURCES main.cpp)
        set_target_properties(cxx PROPERTIES CXX_STANDARD 17)""")
    (folder / "main.cpp").write_text("""
        #include <lab4/printf.h>
        #include <sel4/sel4.h>
        struct shape { virtual int corners() const = 0; };
        struct square : shape { int corners() const override { return 4; } };
        struct counter { int count; counter() : count(20) {} ~counter() { count = 0; } };
        static counter global;
        static int more() { static counter local; return local.count; }
        int main() {
            const square s;
            const shape &any = s;
            printf("C++: %d\\n", global.count + more() + any.corners());
            return seL4_CNode_Delete(seL4_CapInitThreadCNode, 8191, seL4_WordBits);
        }""")
    succeeds("cmake", "-S", folder, "-B", folder / "build", f"-DCMAKE_PREFIX_PATH={SDK}")
    succeeds("cmake", "--build", folder / "build")
    assert succeeds(SDK / "bin/lab4-hosted", folder / "build/cxx").out == "C++: 44\n"


def test_an_example_from_the_sdk_builds_with_the_helpers_beside_it():
    folder = SCRATCH / "copied"
    folder.mkdir()
    (folder / "CMakeLists.txt").write_text("""
        cmake_minimum_required(VERSION 3.25)
        project(copied LANGUAGES C)
        find_package(lab4 REQUIRED)
        file(GLOB helpers ${LAB4_EXAMPLES_DIR}/lib/*.c)
        lab4_add_root_task(hello SOURCES ${LAB4_EXAMPLES_DIR}/hello/main.c ${helpers})
        target_include_directories(hello PRIVATE ${LAB4_EXAMPLES_DIR})""")
    succeeds("cmake", "-S", folder, "-B", folder / "build", f"-DCMAKE_PREFIX_PATH={SDK}")
    succeeds("cmake", "--build", folder / "build")
    assert "6. That is all" in succeeds(SDK / "bin/lab4-hosted", folder / "build/hello").out


# ------------------------------------------------------------------------------ exports for other languages

def test_invocations_are_exported_by_name_and_number():
    for platform in COMPILERS:
        invocations = read(platform, "invocations_all.json")
        assert sorted(invocations.values()) == list(range(1, 57)), invocations
        assert invocations["UntypedRetype"] == 1 and invocations["CNodeRevoke"] == 18, invocations


def test_the_configuration_is_exported_as_the_headers_define_it():
    for platform, compiler in COMPILERS.items():
        include = SDK / "lib/lab4" / platform / "include"
        for library in ("kernel", "sel4"):
            exported = read(platform, f"include/{library}/gen_config.json")
            listing = succeeds(compiler, "-dM", "-E", "-xc", include / library / "gen_config.h").out.splitlines()
            defined = dict((line.split(" ", 2) + [""])[1:3] for line in listing if line.startswith("#define CONFIG_"))
            for name, value in exported.items():
                text = defined.pop(f"CONFIG_{name}", None)
                allowed = {True: ["1"], False: [None, "0"]}.get(value, [value])
                assert text in allowed, (library, name, value, text)
            assert not defined, f"not exported: {defined}"


def test_well_known_options_have_the_values_that_other_languages_expect():
    kernel, library = read("qemu", "include/kernel/gen_config.json"), read("qemu", "include/sel4/gen_config.json")
    expected = {"ARCH_AARCH64": True, "KERNEL_MCS": True, "ENABLE_SMP_SUPPORT": False, "PLAT": "qemu-arm-virt", "WORD_SIZE": "64",
                "NUM_DOMAINS": "1", "MAX_NUM_NODES": "1", "ARM_MACH": "", "EXPORT_PMU_USER": False}
    assert expected == {name: kernel[name] for name in expected}
    assert library["LIB_SEL4_PRINT_INVOCATION_ERRORS"] is False and library["LIB_SEL4_USE_THREAD_LOCALS"] is True, library


def test_the_platform_is_exported_as_ranges_that_do_not_overlap():
    platform = read("qemu", "platform_gen.json")
    ranges = sorted((r["start"], r["end"]) for kind in ("devices", "memory") for r in platform[kind])
    assert all(start < end for start, end in ranges) and all(a[1] <= b[0] for a, b in zip(ranges, ranges[1:])), ranges
    assert platform["memory"] == [{"start": 0x40000000, "end": 0x80000000}] and ranges[-1][1] == 1 << 40, platform


def test_each_export_is_there_as_yaml_too():
    for path in SDK.rglob("*.json"):
        assert path.with_suffix(".yaml").read_text() == path.read_text(), path  # JSON is YAML


# ---------------------------------------------------------------------------------------------- bad input

def test_an_sdk_for_one_platform_says_so_when_asked_for_the_other():
    only = SCRATCH / "only"
    succeeds(LAB4, "sdk", only, "--on=hosted")
    shutil.rmtree(SCRATCH / "qemu")
    result = configure("qemu", only)
    assert result.status != 0 and "made without the platform qemu; add it with ./lab4 sdk --on qemu" in " ".join(result.err.split()), result


def test_misuse_is_refused_in_one_sentence():
    file = SCRATCH / "file"
    file.write_text("")
    for arguments, words in (((), ["directory"]), ((file,), [file.name, "not a directory"]), ((file / "x",), ["cannot be made"]),
                             (("/proc/sdk",), ["/proc/sdk"]), (("a", "b"), ["one DIR"]), (("--fast", "a"), ["--fast"]),
                             (("--on", "toaster", "a"), ["toaster", "hosted"]), (("a", "--on"), ["--on"])):
        result = run(LAB4, "sdk", *arguments, cwd=SCRATCH)
        assert_refused(result, *words)
        assert result.status == 2, result
    assert not (SCRATCH / "a").exists() and not (SCRATCH / "b").exists()


main(globals())
