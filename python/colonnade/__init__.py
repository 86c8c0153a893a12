"""colonnade: machine-learning primitives for tables, computed in C++, with the same bits in Python and C++.

The modules are preprocessing, model_selection, pipeline, boosting, metrics, cluster, drift and datasets.
"""

from __future__ import annotations

import importlib
from typing import Any

from . import _core
from ._core import default_threads, set_default_threads
from ._estimator import from_bytes, load

__all__ = ["default_threads", "from_bytes", "load", "set_default_threads", "show_versions"]
__version__ = _core.build_info()["version"]

_modules = (
    "boosting",
    "cluster",
    "datasets",
    "drift",
    "exceptions",
    "metrics",
    "model_selection",
    "pipeline",
    "preprocessing",
    "report",
)


def __getattr__(name: str) -> Any:
    # Modules are imported when they are first used, so that `import colonnade` takes milliseconds.
    if name in _modules:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_modules])


def _all_estimators() -> None:
    """Imports every module that defines estimators, so that `load` knows all kinds."""
    for name in ("boosting", "cluster", "drift", "pipeline", "preprocessing"):
        importlib.import_module(f"{__name__}.{name}")


def show_versions() -> None:
    """Prints what this build is and what it runs on: version, instruction set, threads, compiler.

    >>> import colonnade
    >>> colonnade.show_versions()  # doctest: +ELLIPSIS
    colonnade ...
    """
    import platform

    import numpy

    info = _core.build_info()
    print(f"colonnade        {info['version']}")
    print(f"python           {platform.python_version()}, numpy {numpy.__version__}")
    print(f"instruction set  {info['instruction_set']} (best of this CPU: {info['best_instruction_set']})")
    limit = info["cgroup_cpu_limit"]
    print(
        f"threads          {info['threads']} by default, {info['thread_backend']}"
        + (f", control group allows {limit}" if limit else "")
    )
    print(f"compiler         {info['compiler']}")
