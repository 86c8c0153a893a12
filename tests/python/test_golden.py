"""Files that earlier versions wrote: loaded for ever, with the same answers."""

import importlib.util
import json
from pathlib import Path

import pytest

import colonnade
from colonnade import _core

FOLDER = Path(__file__).resolve().parent / "golden"
FILES = sorted(FOLDER.glob("*.colonnade"))
EXPECTED = json.loads((FOLDER / "expected.json").read_text()) if (FOLDER / "expected.json").exists() else {}


@pytest.fixture(scope="module")
def golden():
    spec = importlib.util.spec_from_file_location("golden", FOLDER / "golden.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# LAW: golden-answers A file that Python has saved loads in every later version and gives the same answers, bit for bit.
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_golden_file_loads_and_answers_as_ever(path, golden):
    data = path.read_bytes()
    kind = _core.kind_of(data)
    assert path.stem == f"{kind}-v{golden.version_of(data)}"
    model = colonnade.load(path)
    assert golden.answer(kind, model) == EXPECTED[path.stem]
    assert colonnade.from_bytes(model.to_bytes()) == model


def test_every_kind_has_a_file_of_its_present_version(golden):
    written = {path.stem for path in FILES}
    for kind, model in golden.samples().items():
        assert f"{kind}-v{golden.version_of(model.to_bytes())}" in written, f"run {FOLDER / 'golden.py'}"


def test_the_samples_are_made_as_when_the_files_were_written(golden):
    for kind, model in golden.samples().items():
        name = f"{kind}-v{golden.version_of(model.to_bytes())}"
        assert golden.answer(kind, model) == EXPECTED[name]
