"""Kernels: the scalar functions an environment consists of, and what compiles and loops them."""

from .compile import kernel
from .contract import Arguments, Level, Obs, Rewards, State
from .rng import Stream

__all__ = ["Arguments", "Level", "Obs", "Rewards", "State", "Stream", "kernel"]
