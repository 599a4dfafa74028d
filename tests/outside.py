"""Environments from outside for tests: the example as it is, or with something changed in its source."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module, invalidate_caches
from pathlib import Path
from types import ModuleType
from typing import Any

import gymnasium
import pytest

from goalgap import envs

SOURCE = Path(__file__).parents[1] / "examples" / "two_doors" / "two_doors.py"


def variant(folder: Path, *changes: tuple[str, str], name: str = "") -> str:
    """Write the example as a module of its own, with its text changed; its name depends on the changes alone."""
    module = f"variant_{zlib.crc32(repr((changes, name)).encode())}"
    text = SOURCE.read_text(encoding="utf-8")
    for old, new in (
        *changes,
        ('"TwoDoors"', f'"{name or module.title().replace("_", "")}"'),
        ('"two_doors"', f'"{module}"'),
    ):
        assert old in text, f"the example has no {old!r}"
        text = text.replace(old, new)
    (folder / f"{module}.py").write_text(text, encoding="utf-8")
    invalidate_caches()
    return module


def imported(folder: Path, *changes: tuple[str, str]) -> ModuleType:
    """A variant of the example, imported; its folder must be on the path."""
    return import_module(variant(folder, *changes))


@contextmanager
def registries(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Iterator[None]:
    """Modules of a folder can be imported; what is registered meanwhile is forgotten."""
    monkeypatch.syspath_prepend(str(folder))
    specs: dict[str, Any] = dict(gymnasium.registry)
    monkeypatch.setattr(envs, "_registered", dict(envs._registered))
    yield
    for env_id in gymnasium.registry.keys() - specs.keys():
        del gymnasium.registry[env_id]
    for module in [name for name in sys.modules if name.startswith("variant_")]:
        del sys.modules[module]
