"""Checks the structure of the tree and names what is missing, one line each.

    python3 tests/check_tree.py               everything
    python3 tests/check_tree.py --no-headers  without compiling each header alone (quick)
    python3 tests/check_tree.py --write       also renews tests/PROMISES.md and the umbrella's list

Needs nothing but Python and, for the headers, a C++ compiler ($CXX, else g++).
"""

from __future__ import annotations

import ast
import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INCLUDE = ROOT / "include" / "colonnade"
UMBRELLA = INCLUDE / "colonnade.hpp"
PROMISES = ROOT / "tests" / "PROMISES.md"
PACKAGE = ROOT / "python" / "colonnade"

FAMILIES = ("preprocessing", "model_selection", "metrics", "boosting", "cluster", "drift", "datasets")
RANKS = {
    "core": 0,
    "simd": 1,
    "kernels": 2,
    "sketches": 3,
    **dict.fromkeys(FAMILIES, 4),
    "pipeline": 5,
    "interop": 5,
}
SHARED_BY_FAMILIES = {"preprocessing/category_stats.hpp"}  # one accumulator, several models

FORBIDDEN = {  # include -> where it is allowed
    **dict.fromkeys(
        ("iostream", "regex", "ranges", "functional", "random", "iomanip", "sstream", "pybind11"), ()
    ),
    **dict.fromkeys(("chrono", "condition_variable", "mutex", "thread"), ()),  # slow to include
    "omp.h": ("core/parallel.hpp",),
    "Eigen": ("interop/eigen.hpp",),
    "eigen3": ("interop/eigen.hpp",),
}
WITHOUT_TEST = {"core/config.hpp"}
MAX_LINES = 400
LIMIT = 0.3  # seconds of a CPU that includes REFERENCE in REFERENCE_SECONDS
HARD_LIMIT = 2.0  # above it the check fails, with room for a noisy machine; between the two it warns
GATHERING = ("pipeline",)  # groups that include every family, as the umbrella does: no limit
REFERENCE = "#include <string>\n#include <vector>\n"
REFERENCE_SECONDS = 0.13


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def headers() -> list[Path]:
    return sorted(path for path in INCLUDE.rglob("*.hpp") if path != UMBRELLA)


def name_of(header: Path) -> str:
    """`core/views.hpp` for include/colonnade/core/views.hpp."""
    return header.relative_to(INCLUDE).as_posix()


def group_of(name: str) -> str:
    return name.split("/")[0]


def included(path: Path) -> list[str]:
    return re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', path.read_text(), re.MULTILINE)


# ---- layers and forbidden things --------------------------------------------------------------------------------


def check_layers() -> Iterator[str]:
    for header in headers():
        name = name_of(header)
        group = group_of(name)
        if group not in RANKS:
            yield f"{relative(header)}: '{group}' is not a group of the design"
            continue
        for include in included(header):
            if include.startswith("colonnade/"):
                yield from layer_fault(name, group, include.removeprefix("colonnade/"))


def layer_fault(name: str, group: str, other: str) -> Iterator[str]:
    target = group_of(other)
    if not (INCLUDE / other).exists():
        yield f"include/colonnade/{name}: includes colonnade/{other}, which does not exist"
    elif target == group or other in SHARED_BY_FAMILIES:
        return
    elif RANKS.get(target, 99) >= RANKS[group]:
        yield f"include/colonnade/{name}: layer '{group}' must not include '{target}' ({other})"


def check_forbidden() -> Iterator[str]:
    for header in headers():
        name = name_of(header)
        for include in included(header):
            for word, allowed in FORBIDDEN.items():
                if include.split("/")[0] == word and name not in allowed:
                    yield f"{relative(header)}: must not include <{include}>"
        text = header.read_text()
        if "#pragma omp" in text and name != "core/parallel.hpp":
            yield f"{relative(header)}: '#pragma omp' stands in core/parallel.hpp only"
        if "#pragma once" not in text:
            yield f"{relative(header)}: has no '#pragma once'"
        if re.search(r"\bstd::(cout|cerr|clog|regex|mt19937|random_device)\b", text):
            yield f"{relative(header)}: prints, or uses std:: random numbers or regex"
    for path in (*ROOT.glob("src/*.cpp"), *ROOT.glob("python/bindings/*")):
        if "#pragma omp" in path.read_text():
            yield f"{relative(path)}: '#pragma omp' stands in core/parallel.hpp only"


def check_build_files() -> Iterator[str]:
    files = [
        ROOT / "CMakeLists.txt",
        ROOT / "CMakePresets.json",
        ROOT / "pyproject.toml",
        *ROOT.glob("cmake/*"),
    ]
    files += [*ROOT.glob("*/CMakeLists.txt"), *ROOT.glob("*/*/CMakeLists.txt")]
    for path in files:
        for flag in ("-march", "-mavx", "-mfma", "-ffast-math", "-Ofast", "-funsafe-math"):
            if flag in path.read_text():
                yield f"{relative(path)}: must not use {flag}"


def check_lengths() -> Iterator[str]:
    for header in headers():
        lines = header.read_text().count("\n")
        if lines > MAX_LINES:
            yield f"{relative(header)}: {lines} lines, at most {MAX_LINES}"


def check_paths() -> Iterator[str]:
    """No path of the machine that somebody worked on."""
    machine = re.compile("|".join(("/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/\\w")))
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        return
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False).stdout
    for name in listed.decode().split("\0"):
        path = ROOT / name
        if name and path.is_file() and path.suffix not in (".npy", ".colonnade", ".png", ".whl", ".parquet"):
            for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
                if machine.search(line):
                    yield f"{name}:{number}: names a path of one machine"


# ---- same stem everywhere ---------------------------------------------------------------------------------------


def also(kind: str, folder: str, pattern: str) -> set[str]:
    """Headers that a file covers beside the one of its stem, by a line such as `// Also tests: core/error.hpp`, which goes
    on behind a comma at its end."""
    found = set()
    for path in (ROOT / folder).rglob(pattern):
        for line in re.findall(rf"^// Also {kind}: ((?:.*,\n// )*.*)$", path.read_text(), re.MULTILINE):
            found.update(word.strip("/ \n") for word in line.split(","))
    return found


def check_stems() -> Iterator[str]:
    names = {name_of(header) for header in headers()}
    stems = {Path(name).stem for name in names}
    tested = covered("tests", "*_test.cpp", "tests")
    benched = covered("benches", "*_bench.cpp", "benchmarks")
    for name in sorted(names - WITHOUT_TEST):
        if name not in tested:
            yield f"include/colonnade/{name}: has no tests/{name.removesuffix('.hpp')}_test.cpp, and no test includes it"
    for name in sorted(names):
        if bench_is_due(INCLUDE / name) and name not in reached(benched):
            yield f"include/colonnade/{name}: has no benchmarks/{Path(name).stem}_bench.cpp, and no benchmark reaches it"
    for test in sorted((ROOT / "tests").glob("*/*_test.cpp")):
        name = test.relative_to(ROOT / "tests").as_posix().replace("_test.cpp", ".hpp")
        if name not in names and group_of(name) != "promises":
            yield f"{relative(test)}: there is no include/colonnade/{name} (cross-cutting tests: tests/promises/)"
    for bench in sorted((ROOT / "benchmarks").glob("*_bench.cpp")):
        if bench.name.removesuffix("_bench.cpp") not in stems:
            yield f"{relative(bench)}: there is no header of this stem"


def covered(kind: str, pattern: str, folder: str) -> set[str]:
    """Headers with a file of their stem, included by such a file, named by `// Also tests:`, or (in a family) a part that
    a covered header of its own group includes."""
    found = also(kind, folder, pattern)
    for path in (ROOT / folder).rglob(pattern):
        found.update(
            include.removeprefix("colonnade/")
            for include in included(path)
            if include.startswith("colonnade/")
        )
    parts = {name for name in found if group_of(name) in FAMILIES}
    while parts:
        found |= parts
        parts = {
            include.removeprefix("colonnade/")
            for name in parts
            if (INCLUDE / name).exists()
            for include in included(INCLUDE / name)
            if include.startswith(f"colonnade/{group_of(name)}/")
        } - found
    return found


def reached(names: set[str]) -> set[str]:
    """The headers and all that they include."""
    found: set[str] = set()
    waiting = set(names)
    while waiting:
        name = waiting.pop()
        found.add(name)
        if (INCLUDE / name).exists():
            waiting |= {include.removeprefix("colonnade/") for include in included(INCLUDE / name)} - found
    return found


def bench_is_due(header: Path) -> bool:
    """Kernels, sketches and primitives (what has a kind and learns)."""
    group = group_of(name_of(header))
    text = header.read_text()
    primitive = "string_view kind" in text and re.search(r"\b(class|struct) accumulator\b", text) is not None
    return group in ("kernels", "sketches") or (group in FAMILIES and primitive)


def check_python_stems() -> Iterator[str]:
    tests = "".join(path.read_text() for path in (ROOT / "tests" / "python").glob("test_*.py"))
    for module in public_modules():
        named = list((ROOT / "tests" / "python").glob(f"test_{module.stem}*.py"))
        if not named and f"colonnade.{module.stem}" not in tests:
            yield f"{relative(module)}: has no tests/python/test_{module.stem}.py"


# ---- saved kinds ------------------------------------------------------------------------------------------------


def kinds(header: Path) -> Iterator[str]:
    """The types of a header that have a kind, such as `standard_scaler` or `standard_scaler::accumulator`."""
    enclosing: list[tuple[int, str]] = []
    for line in header.read_text().splitlines():
        indent = len(line) - len(line.lstrip())
        declared = re.match(r"\s*(?:class|struct)\s+(\w+(?:::\w+)*)[^;]*$", line)
        if declared:
            enclosing = [entry for entry in enclosing if entry[0] < indent] + [(indent, declared[1])]
        if re.search(r"\bstatic constexpr std::string_view kind\b", line):
            yield "::".join(name for depth, name in enclosing if depth < indent)


def check_kinds() -> Iterator[str]:
    registered = "".join(path.read_text() for path in ROOT.glob("tests/kinds/*_kinds.cpp"))
    for header in headers():
        for kind in kinds(header):
            pattern = r"register_kind<\s*(\w+::)*" + kind.replace("::", r"(<[^;{]*>)?::") + r"\b"
            if kind and not re.search(pattern, registered):
                group = group_of(name_of(header))
                yield f"{relative(header)}: '{kind}' is not registered in tests/kinds/{group}_kinds.cpp"


# ---- Python: stubs and documents --------------------------------------------------------------------------------


def public_modules() -> list[Path]:
    return [path for path in sorted(PACKAGE.glob("*.py")) if not path.stem.startswith("_")]


def public_definitions(module: Path) -> Iterator[ast.ClassDef | ast.FunctionDef]:
    for node in ast.parse(module.read_text()).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def exported(module: Path) -> set[str] | None:
    for node in ast.parse(module.read_text()).body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            return {item.value for item in node.value.elts if isinstance(item, ast.Constant)}
    return None


def is_record(node: ast.ClassDef | ast.FunctionDef) -> bool:
    """A dataclass or a named tuple: what a function returns."""
    if not isinstance(node, ast.ClassDef):
        return False
    marks = [ast.unparse(mark) for mark in (*node.decorator_list, *node.bases)]
    return any("dataclass" in mark or "NamedTuple" in mark for mark in marks)


def is_estimator(node: ast.ClassDef | ast.FunctionDef) -> bool:
    return isinstance(node, ast.ClassDef) and any(
        getattr(member, "name", "") == "fit" for member in node.body
    )


def check_documents() -> Iterator[str]:
    readme = (ROOT / "README.md").read_text() if (ROOT / "README.md").exists() else ""
    for module in public_modules():
        names = exported(module)
        if names is None:
            yield f"{relative(module)}: has no __all__"
            continue
        for node in public_definitions(module):
            where = f"{relative(module)}:{node.lineno}: {node.name}"
            if node.name not in names:
                yield f"{where}: public but not in __all__ (or name it _{node.name})"
            elif node.name.endswith(("Error", "Warning")) or is_record(node):
                continue
            elif ">>>" not in (ast.get_docstring(node) or ""):
                yield f"{where}: its docstring has no example (>>>)"
            if is_estimator(node) and node.name in names and node.name not in readme:
                yield f"{where}: not in README.md's table"
    for path in (
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "LICENSE",
        "include/colonnade/README.md",
    ):
        if not (ROOT / path).exists():
            yield f"{path}: is missing"


def check_stubs() -> Iterator[str]:
    stub = PACKAGE / "_core.pyi"
    if not stub.exists():
        yield f"{relative(stub)}: is missing"
        return
    text = stub.read_text()
    for source in sorted((ROOT / "python" / "bindings").glob("*.cpp")):
        code = source.read_text()
        bound = re.findall(r"class_<[^;]*?>\s*(?:\w+\s*)?\(\s*\w+\s*,\s*\"(\w+)\"", code)
        bound += re.findall(r"\bm\.def\(\s*\"(\w+)\"", code)
        for name in sorted(set(bound)):
            if not re.search(rf"^(class|def) {name}\b|^{name}\s*[:=]", text, re.MULTILINE):
                yield f"{relative(source)}: '{name}' has no entry in {relative(stub)}"


def check_versions() -> Iterator[str]:
    found = {
        "CMakeLists.txt": r"project\(colonnade VERSION ([\d.]+)",
        "pyproject.toml": r'^version = "([\d.]+)"',
        "include/colonnade/core/config.hpp": r'COLONNADE_VERSION "([\d.]+)"',
        "CHANGELOG.md": r"^## ([\d.]+)",
    }
    versions = {}
    for path, pattern in found.items():
        match = (
            re.search(pattern, (ROOT / path).read_text(), re.MULTILINE) if (ROOT / path).exists() else None
        )
        versions[path] = match[1] if match else "none"
    if len(set(versions.values())) > 1:
        yield "versions differ: " + ", ".join(f"{path} {version}" for path, version in versions.items())


# ---- generated files --------------------------------------------------------------------------------------------


def is_opt_in(header: Path) -> bool:
    return group_of(name_of(header)) == "interop" or "// Opt-in:" in header.read_text()


def umbrella_text() -> str:
    names = [name_of(header) for header in headers()]
    left_out = [name_of(header) for header in headers() if is_opt_in(header)]
    lines = [
        "#pragma once",
        "",
        "// Everything, sorted by path. Generated: python3 tests/check_tree.py --write",
    ]
    if left_out:
        lines += ["//", "// Left out, include by name:", *(f"//   colonnade/{name}" for name in left_out)]
    lines += ["", "// clang-format off"]
    lines += [f'#include "colonnade/{name}"' for name in names if name not in left_out]
    return "\n".join([*lines, "// clang-format on", ""])


def laws() -> list[tuple[str, str, str]]:
    """(id, sentence, file) of every `// LAW:` or `# LAW:` comment of the tests; a sentence may go on in the next comments."""
    found = []
    tests = ROOT / "tests"
    for path in sorted([*tests.rglob("*.cpp"), *tests.rglob("*.hpp"), *(tests / "python").rglob("*.py")]):
        mark = "#" if path.suffix == ".py" else "//"
        lines = path.read_text().splitlines()
        for number, line in enumerate(lines):
            match = re.match(rf"\s*{mark} LAW: (\S+) (.+)$", line)
            if match:
                found.append((match[1], match[2] + continuation(lines, number + 1, mark), relative(path)))
    return found


def continuation(lines: list[str], number: int, mark: str) -> str:
    more = ""
    while number < len(lines):
        match = re.match(rf"\s*{mark} (?!LAW:)(.+)$", lines[number])
        if not match:
            break
        more += " " + match[1]
        number += 1
    return more


def asserted() -> list[str]:
    """Sentences that README marks as promised but unproved: `<!-- asserted: ... -->`."""
    readme = ROOT / "README.md"
    return re.findall(r"<!-- asserted: (.*?) -->", readme.read_text(), re.DOTALL) if readme.exists() else []


def promises_text() -> str:
    text = "# Promises\n\nGenerated from the `LAW:` comments of the tests by `python3 tests/check_tree.py --write`.\n"
    text += "Each is guarded by the test that it stands above.\n"
    groups: dict[str, list[tuple[str, str, str]]] = {}
    for law in laws():
        groups.setdefault(law[2], []).append(law)
    for path, entries in sorted(groups.items()):
        text += f"\n## {path}\n\n" + "".join(f"* `{name}`: {sentence}\n" for name, sentence, _ in entries)
    if asserted():
        text += "\n## Asserted, not proved\n\n" + "".join(f"* {sentence}\n" for sentence in asserted())
    return text


def check_generated(write: bool) -> Iterator[str]:
    for path, text in ((UMBRELLA, umbrella_text()), (PROMISES, promises_text())):
        if write:
            if not path.exists() or path.read_text() != text:
                path.write_text(text)
                print(f"wrote {relative(path)}")
        elif not path.exists() or path.read_text() != text:
            yield f"{relative(path)}: is not up to date: python3 tests/check_tree.py --write"
    seen: dict[str, str] = {}
    for name, _, path in laws():
        if name in seen:
            yield f"{path}: the law '{name}' is also in {seen[name]}"
        seen[name] = path
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
            yield f"{path}: the law's id '{name}' is not lower-case-with-dashes"


# ---- each header compiles alone ---------------------------------------------------------------------------------

COMPILER = [
    os.environ.get("CXX", "g++"),
    "-std=c++20",
    "-fopenmp",
    "-ffp-contract=off",
    "-x",
    "c++",
    "-fsyntax-only",
]
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror"]


def compile_text(text: str) -> tuple[float, str]:
    """CPU seconds (not those of the wall: other programs may be running) and what the compiler said."""
    process = subprocess.Popen(
        [*COMPILER, *WARNINGS, f"-I{ROOT / 'include'}", "-isystem/usr/include/eigen3", "-"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None and process.stderr is not None
    process.stdin.write(text)
    process.stdin.close()
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    return usage.ru_utime + usage.ru_stime, said if process.returncode != 0 else ""


def machine_scale() -> float:
    """How many times slower than the machine of the limits this one is now."""
    return max(1.0, min(compile_text(REFERENCE)[0] for _ in range(3)) / REFERENCE_SECONDS)


def measure(header: Path, scale: float) -> tuple[Path, float, str]:
    text = f'#include "colonnade/{name_of(header)}"\n'
    seconds, said = compile_text(text)
    value = seconds / scale
    for _ in range(2):
        if said or value <= HARD_LIMIT:
            break
        # The machine's speed changes within these minutes: again, beside a measurement of its speed.
        value = min(value, compile_text(text)[0] / machine_scale())
    return header, value, said


def check_headers() -> Iterator[str]:
    if shutil.which(COMPILER[0]) is None:
        yield f"{COMPILER[0]}: not found, headers were not compiled"
        return
    scale = machine_scale()
    print(f"compiling {len(headers())} headers, each alone: this takes minutes", flush=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda header: measure(header, scale), [*headers(), UMBRELLA]))
    slow = []
    for header, seconds, said in results:
        if said:
            yield f"{relative(header)}: does not compile alone\n{said.rstrip()}"
        elif header == UMBRELLA or group_of(name_of(header)) in GATHERING:
            continue
        elif seconds > HARD_LIMIT:
            yield f"{relative(header)}: {seconds:.2f} s to include, at most {HARD_LIMIT} (wanted: {LIMIT})"
        elif seconds > LIMIT:
            slow.append(f"{name_of(header)} {seconds:.2f}")
    median = sorted(seconds for _, seconds, _ in results)[len(results) // 2]
    print(
        f"headers: {len(results)}, median {median:.2f} s, umbrella {results[-1][1]:.2f} s, machine {scale:.2f}x slower"
    )
    if slow:
        print(f"warning: over {LIMIT} s to include: " + ", ".join(slow))


def main(arguments: list[str]) -> int:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    checks = [
        check_layers(),
        check_forbidden(),
        check_build_files(),
        check_lengths(),
        check_paths(),
        check_stems(),
    ]
    checks += [check_python_stems(), check_kinds(), check_documents(), check_stubs(), check_versions()]
    checks += [check_generated("--write" in arguments)]
    if "--no-headers" not in arguments:
        checks.append(check_headers())
    faults = [fault for check in checks for fault in check]
    print("\n".join(faults) if faults else "the tree is as it should be")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
