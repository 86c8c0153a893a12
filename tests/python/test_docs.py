from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
from typing import Any

import numpy as np
import pytest

import colonnade

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def documented() -> list[tuple[str, Any]]:
    """Every public class, method and function of every public module, once."""
    modules = ["colonnade"]
    modules += [
        f"colonnade.{entry.name}"
        for entry in pkgutil.iter_modules(colonnade.__path__)
        if entry.name[0] != "_"
    ]
    found: dict[str, Any] = {}
    for name in modules:
        module = importlib.import_module(name)
        found[name] = module
        for public in getattr(module, "__all__", []):
            thing = getattr(module, public)
            if (inspect.isclass(thing) or inspect.isfunction(thing)) and thing.__module__ == name:
                found[f"{name}.{public}"] = thing
    return list(found.items())


@pytest.mark.parametrize(("name", "thing"), documented(), ids=[name for name, _ in documented()])
def test_every_public_thing_is_documented_and_its_examples_hold(name: str, thing: Any) -> None:
    assert inspect.getdoc(thing), f"{name} has no docstring"
    recursive = not inspect.ismodule(thing)
    finder = doctest.DocTestFinder(recurse=recursive, exclude_empty=True)
    names = {"colonnade": colonnade, "np": np}
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    output: list[str] = []
    for example in finder.find(thing, name, module=False, globs=names):
        runner.run(example, out=output.append)
    assert runner.failures == 0, "".join(output)


METHODS = [
    (f"{name}.{attribute}", method)
    for name, thing in documented()
    if inspect.isclass(thing)
    for attribute, method in vars(thing).items()
    if not attribute.startswith("_") and (inspect.isfunction(method) or isinstance(method, property))
]


@pytest.mark.parametrize(("name", "method"), METHODS, ids=[name for name, _ in METHODS])
def test_every_public_method_says_what_it_does(name: str, method: Any) -> None:
    assert inspect.getdoc(method), f"{name} has no docstring"
