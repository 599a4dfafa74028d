"""Packages that only a part of GoalGap needs, and what to install where one is missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

AGENTS = ("torch", "stable_baselines3", "sb3_contrib", "safetensors")  # what `pip install goalgap[agents]` brings
TENSORBOARD = ("tensorboard",)
PLAY = ("pygame", "PIL")
ONNX = ("onnxruntime",)
HUB = ("huggingface_hub", "httpx2")
RAY = ("ray",)
SUBMITIT = ("submitit",)
BROUGHT = {
    **dict.fromkeys(AGENTS, '"goalgap[agents]" brings stable-baselines3 and torch'),
    **dict.fromkeys(TENSORBOARD, '"goalgap[agents,tensorboard]" brings what training writes curves with'),
    **dict.fromkeys(ONNX, '"goalgap[onnx]" brings onnxruntime'),
    **dict.fromkeys(HUB, '"goalgap[agents,hub]" brings huggingface-hub'),
    **dict.fromkeys(RAY, '"goalgap[agents,ray]" brings Ray'),
    **dict.fromkeys(SUBMITIT, '"goalgap[agents,slurm]" brings submitit'),
    **dict.fromkeys(PLAY, '"goalgap[play]" brings pygame-ce and Pillow'),
}


class MissingPackageError(ImportError):
    """This needs packages that are not installed; the message says how to install them."""


@contextmanager
def needs_extras() -> Iterator[None]:
    """Around what imports a package of an extra; MissingPackageError tells how to install it."""
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").split(".")[0]
        if package not in BROUGHT:
            raise
        raise MissingPackageError(
            f"this needs {package}, which is not installed: pip install {BROUGHT[package]}"
        ) from error


def check_installed(*packages: str) -> None:
    """MissingPackageError unless these packages of extras are installed; imports none of them."""
    with needs_extras():
        for package in packages:
            if find_spec(package) is None:
                raise ModuleNotFoundError(name=package)
