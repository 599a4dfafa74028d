"""From episodes to numbers and to the words that follow from them, as pure functions."""

from . import definitions as definitions  # declares every kind of measure
