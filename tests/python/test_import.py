from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import colonnade

PACKAGE = Path(colonnade.__file__).parent


def python(code: str) -> str:
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stderr == ""
    return result.stdout


# LAW: import-quiet Importing prints nothing, starts no thread, and changes no environment variable, signal handler or
# floating-point mode.
def test_import_leaves_the_process_as_it_was() -> None:
    code = """
import os, signal, json, threading
import numpy
def state():
    tiny = numpy.float64(5e-324)
    return {
        "threads": len(os.listdir("/proc/self/task")), "environment": dict(os.environ), "python": threading.active_count(),
        "signals": [str(signal.getsignal(s)) for s in signal.valid_signals()], "folder": os.getcwd(),
        "denormals": bool(tiny * 1 != 0) and bool(numpy.float32(1e-45) * numpy.float32(1) != 0), "third": str(1.0 / 3.0),
    }
before = state()
import colonnade
after = state()
print(json.dumps([before == after, after["denormals"]]))
"""
    assert json.loads(python(code)) == [True, True]


# LAW: import-numpy-only Importing needs nothing but numpy; scikit-learn, pandas and scipy are not imported.
def test_import_brings_numpy_and_nothing_else() -> None:
    code = """
import sys, numpy
before = set(sys.modules)
import colonnade
new = {name.split(".")[0] for name in set(sys.modules) - before}
print(sorted(name for name in new if name not in sys.stdlib_module_names))
"""
    found = eval(python(code))
    assert [name for name in found if name != "colonnade" and not name.startswith("_sysconfig")] == []


# LAW: import-fast `import colonnade` takes at most 50 ms over `import numpy`.
def test_import_takes_at_most_fifty_milliseconds_over_numpy(sanitized: bool) -> None:
    if sanitized:
        pytest.skip("sanitizers make everything slow")
    code = """
import time, numpy
start = time.process_time()
import colonnade
print(time.process_time() - start)
"""
    assert min(float(python(code)) for _ in range(7)) <= 0.050


# LAW: one-symbol The extension module exports one symbol, its initialisation.
def test_the_extension_exports_its_initialisation_only() -> None:
    nm = shutil.which("nm")
    if nm is None:
        pytest.skip("nm is not installed")
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    listed = subprocess.run(
        [nm, "-D", "--defined-only", str(PACKAGE / f"_core{suffix}")],
        capture_output=True,
        text=True,
        check=True,
    )
    if "COLONNADE_SANITIZED" in __import__("os").environ:
        pytest.skip("a sanitized build defines symbols of the sanitizer")
    assert [line.split()[-1] for line in listed.stdout.splitlines()] == ["PyInit__core"]


def test_the_version_is_that_of_the_distribution() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", colonnade.__version__)


def test_the_package_is_typed() -> None:
    assert (PACKAGE / "py.typed").exists()
    assert (PACKAGE / "_core.pyi").exists()
