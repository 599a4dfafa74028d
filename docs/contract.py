"""The contract of environments as Markdown, taken from the module that states it."""

from __future__ import annotations

import ast
import inspect
from itertools import pairwise

from goalgap.envs.engine.kernels import contract as stated

INTRODUCTION = "This is what `goalgap/envs/engine/kernels/contract.py` says."
HEADS = {
    "required": "Every environment defines these kernels, and those on a grid take `layout` from `Maze`:",
    "optional": "These are optional; who does not define one gets what it does here:",
}


def contract() -> str:
    """The types of what kernels are given, and the kernels with their docstrings, required and optional."""
    source = inspect.getsource(stated)
    tree = ast.parse(source)
    parts = [INTRODUCTION, _types(tree)]
    for decorator, head in HEADS.items():
        marked = [node for node in tree.body if isinstance(node, ast.FunctionDef) and _has(node, decorator)]
        stubs = ["\n".join(source.splitlines()[node.lineno - 1 : node.body[0].end_lineno]) for node in marked]
        parts += [head, "```py\n" + "\n\n\n".join(stubs) + "\n```"]
    return "\n\n".join(parts)


def _types(tree: ast.Module) -> str:
    """The named types, each of which has its docstring behind it."""
    rows = ["| type | what it is |", "| --- | --- |"]
    for node, behind in pairwise(tree.body):
        if isinstance(node, ast.Assign) and isinstance(behind, ast.Expr) and isinstance(behind.value, ast.Constant):
            rows.append(f"| `{ast.unparse(node.targets[0])}` | {behind.value.value} |")
    return "\n".join(rows)


def _has(function: ast.FunctionDef, decorator: str) -> bool:
    return decorator in [ast.unparse(mark) for mark in function.decorator_list]
