"""Agents made alike in many environments, whose class depends on the environment and is written there."""

from __future__ import annotations

from .agents import Class, Known
from .scripts import Script, after, at_random, by_turns, degraded, oracle


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
