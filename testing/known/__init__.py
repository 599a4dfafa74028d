"""Agents whose goal is known, to test whether the measurement is right about them."""
