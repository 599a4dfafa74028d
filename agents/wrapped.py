"""What a model was shown in training, where wrappers had reshaped observations: told by its observation space.

Flattened observations (Gymnasium's `FlattenObservation`) and stacks of grids (stable-baselines3's `VecFrameStack`, the
last frames side by side along the last axis, empty before the first) have spaces that nothing else here has, unless an
environment has as many layers as the stack. Frames that are flattened as well can have been stacked in several ways.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.spaces import Box, Space, flatten_space
from stable_baselines3.common.preprocessing import is_image_space, is_image_space_channels_first

from ..envs import known
from .frames import PLAIN, Shown

ADVICE = (
    "What wrappers made of observations is known where FlattenObservation made them one array, or VecFrameStack a grid "
    "of more layers than any environment has. Else evaluate, in Python, a callable (obs, state, episode_start) -> "
    "(actions, state) with a `name`, which does what the wrappers did before it asks the model"
)
RGB = 3


def how_shown(theirs: Space[Any], ours: Space[Any]) -> Shown | None:
    """How observations of our space become those that a model knows; None where its space does not tell."""
    theirs = _as_it_was_given(theirs)
    if theirs == ours:
        return PLAIN
    if theirs == flatten_space(ours):
        return Shown(flat=True)
    if not isinstance(theirs, Box) or len(theirs.shape) != 3 or len(ours.shape or ()) != 3:
        return None
    frames = theirs.shape[-1] // ours.shape[-1]  # type: ignore[index]
    return Shown(frames=frames) if theirs == _stacked(ours, frames) and not _is_of_a_game(theirs) else None


def _stacked(space: Any, frames: int) -> Box:
    low, high = (np.repeat(bound, frames, axis=-1) for bound in (space.low, space.high))
    return Box(low, high, dtype=space.dtype)


def _as_it_was_given(space: Space[Any]) -> Space[Any]:
    """A space of pictures with the channels last: stable-baselines3 puts them first, of spaces and observations."""
    if not isinstance(space, Box) or not is_image_space(space) or not is_image_space_channels_first(space):
        return space
    low, high = (np.moveaxis(bound, 0, -1) for bound in (space.low, space.high))
    return Box(low, high, dtype=np.uint8)


def _is_of_a_game(space: Box) -> bool:
    """Whether as many layers, or channels of pictures, are what a single observation of some environment has."""
    if is_image_space(space):
        return space.shape[-1] == RGB
    return space.shape[-1] in {len(game.layers) for game in known().values() if game.tiles is None}
