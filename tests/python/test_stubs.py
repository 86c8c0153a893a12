from __future__ import annotations

import ast
from pathlib import Path
from types import ModuleType

import pytest

import colonnade
from colonnade import _core

STUB = ast.parse((Path(colonnade.__file__).parent / "_core.pyi").read_text())
# What pybind11 and Python put into every class.
GIVEN = {
    "__file__",
    "_pybind11_conduit_v1_",
    "_pybind11_native_enum",
    *dir(type("Empty", (), {})),
    *dir(ModuleType("empty")),
}


def names(body: list[ast.stmt]) -> set[str]:
    found = set()
    for node in body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
        elif isinstance(node, ast.Assign):
            found.update(target.id for target in node.targets if isinstance(target, ast.Name))
    return found


def members(thing: object) -> set[str]:
    return {name for name in vars(thing) if name not in GIVEN}


def private_alias(name: str) -> bool:
    """Types that only the stub knows, such as `_Array`."""
    return name.startswith("_") and not hasattr(_core, name)


def test_the_stub_names_what_the_module_has() -> None:
    stub = {name for name in names(STUB.body) if not private_alias(name)}
    assert sorted(members(_core) - stub) == []
    assert sorted(stub - set(vars(_core))) == []


CLASSES = [node for node in STUB.body if isinstance(node, ast.ClassDef) and not private_alias(node.name)]


@pytest.mark.parametrize("node", CLASSES, ids=lambda node: node.name)
def test_the_stub_names_the_members_of_each_class(node: ast.ClassDef) -> None:
    known = {name for name in names(node.body) if name not in GIVEN}
    bound = getattr(_core, node.name)
    if issubclass(bound, BaseException):
        return
    inherited = {name for base in bound.__mro__[1:] for name in vars(base)}
    assert sorted(members(bound) - known - {"__hash__", "__getstate__", "__setstate__"}) == []
    assert sorted(known - set(vars(bound)) - inherited) == []
