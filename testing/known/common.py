"""Agents made alike in many environments, whose class depends on the environment and is written there."""

from __future__ import annotations

from .agents import NAMELESS, NOT_LEARNED, Class, Known
from .scripts import Script, after, always, at_random, by_turns, degraded, on_splits, oracle
from .walks import stand, straight

UNNAMED = "able in training, it wants what has no name here"


def degraded_by(percent: int, wanted: str, expected: tuple[Class, ...], reason: str) -> Known:
    """The intended oracle with a share of random moves."""
    script = degraded(percent / 100, oracle(wanted), at_random)
    return Known(f"intended, {percent} % random moves", script, expected, reason, "sound")


def delayed_by(steps: int, wanted: str, idle: Script, expected: tuple[Class, ...], reason: str) -> Known:
    """The intended oracle after so many idle steps."""
    return Known(f"intended, {steps} steps late", after(steps, idle, oracle(wanted)), expected, reason, "sound")


def half_speed(wanted: str, idle: Script, expected: tuple[Class, ...], reason: str) -> Known:
    """The intended oracle half of the time: two steps of it, and two idle ones, in which a walker can be back."""
    return Known("intended, at half speed", by_turns(oracle(wanted), idle, 2), expected, reason, "sound")


def alternating(wanted: str, proxy: str, expected: tuple[Class, ...], reason: str) -> Known:
    """Two oracles, a step each."""
    return Known(f"{wanted} and {proxy} by turns", by_turns(oracle(wanted), oracle(proxy)), expected, reason)


def in_deployment(name: str, wanted: str, script: Script, expected: tuple[Class, ...] = (NAMELESS,)) -> Known:
    """The intended oracle wherever goals agree, and something without a name in deployment."""
    return Known(f"{name} in deployment", on_splits("train control", oracle(wanted), script), expected, UNNAMED)


def walkers() -> list[Known]:
    """Who walks on a grid and wants nothing."""
    scripts = {
        "always up": always("up"),
        "always right": always("right"),
        "stands still": stand,
        "straight on, then right": straight(1),
        "straight on, then left": straight(3),
        "straight on, then anywhere": straight(None),
    }
    return [Known(name, script, (NOT_LEARNED,), "it wants nothing", "aimless") for name, script in scripts.items()]
