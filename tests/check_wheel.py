"""Checks a wheel: `python tests/check_wheel.py dist/*.whl`. At most 3 MB; Python files, stubs and one extension; numpy the
only dependency; one exported symbol; says which symbol versions the extension needs of the system."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

LIMIT = 3_000_000
LIBRARIES = (
    "libc.",
    "libm.",
    "libgcc_s.",
    "libstdc++.",
    "libgomp.",
    "libomp.",
    "libpthread.",
    "libdl.",
    "ld-linux",
)


def output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def check_contents(wheel: Path, archive: zipfile.ZipFile) -> list[str]:
    faults = []
    if wheel.stat().st_size > LIMIT:
        faults.append(f"{wheel.stat().st_size} bytes, at most {LIMIT}")
    names = [name for name in archive.namelist() if ".dist-info/" not in name]
    faults += [
        f"holds {name}"
        for name in names
        if not re.fullmatch(r"colonnade/[\w./-]+\.(py|pyi|so|typed|html|css|js|csv)", name)
        and not name.endswith("py.typed")
    ]
    faults += [f"lacks {name}" for name in ("colonnade/py.typed", "colonnade/_core.pyi") if name not in names]
    metadata = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
    required = re.findall(r"^Requires-Dist: (.*)$", archive.read(metadata).decode(), re.MULTILINE)
    needed = [line for line in required if "extra ==" not in line]
    if len(needed) != 1 or not needed[0].startswith("numpy"):
        faults.append(f"depends on {needed}, expected numpy alone")
    return faults


def check_extension(archive: zipfile.ZipFile) -> list[str]:
    extension = next(name for name in archive.namelist() if name.endswith(".so"))
    with tempfile.TemporaryDirectory() as folder:
        path = archive.extract(extension, folder)
        exported = [line.split()[-1] for line in output("nm", "-D", "--defined-only", path).splitlines()]
        dynamic, symbols = output("objdump", "-p", path), output("nm", "-D", "--undefined-only", path)
    needed = re.findall(r"NEEDED\s+(\S+)", dynamic)
    versions = {}
    for name, version in re.findall(r"@(GLIBC|GLIBCXX|CXXABI|GOMP)_([\d.]+)", symbols):
        versions[name] = max(versions.get(name, (0,)), tuple(map(int, version.split("."))))
    print(
        "needs",
        ", ".join(f"{name} {'.'.join(map(str, version))}" for name, version in sorted(versions.items())),
    )
    faults = [f"needs {name}" for name in needed if not name.startswith(LIBRARIES)]
    if exported != ["PyInit__core"]:
        faults.append(f"exports {exported}")
    return faults


def main() -> int:
    wheel = Path(sys.argv[1])
    with zipfile.ZipFile(wheel) as archive:
        faults = check_contents(wheel, archive) + check_extension(archive)
    print(f"{wheel.name}: {wheel.stat().st_size / 1e6:.2f} MB")
    for fault in faults:
        print(f"{wheel.name}: {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
