"""One library in one process: for each line on standard input runs the workload once and answers with one line of JSON."""

from __future__ import annotations

import contextlib
import importlib.metadata
import io
import json
import sys
import warnings
from pathlib import Path

from . import data
from .workload import all_workloads

DISTRIBUTIONS = {"bonsai": "bonsai-gbt", "onedal": "daal"}


def version(library: str) -> str:
    name = library.split(" ")[0]
    try:
        return importlib.metadata.version(DISTRIBUTIONS.get(name, name))
    except importlib.metadata.PackageNotFoundError:
        return ""


def main(name: str, library: str, threads: int, folder: str) -> None:
    warnings.simplefilter("ignore")
    workload = all_workloads()[name]
    inputs = workload.load(data.read(Path(folder)), library)
    answer = sys.stdout
    for _ in sys.stdin:
        with contextlib.redirect_stdout(io.StringIO()):
            seconds, quality = workload.libraries[library](inputs, threads)
        line = {"seconds": seconds, "quality": quality, "version": version(library)}
        print(json.dumps(line), file=answer, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
