"""Trained agents in motion: the first levels of training beside those of deployment, played again from an entry."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import numpy as np
import results

from goalgap.envs.engine.game import Game
from goalgap.eval.play.films import films
from goalgap.eval.show import animation
from goalgap.eval.table.episodes import Episodes
from goalgap.terms import Split

LEVELS, MOST = 3, 100  # levels of each split, and about as many pictures of the longest episode
LARGEST = 300_000  # bytes; a picture that would have more shows fewer levels, and then fewer steps


@dataclass(frozen=True)
class Motion:
    """A moving picture of some episodes."""

    episodes: Episodes

    @cached_property
    def source(self) -> str:
        """A hash of what it is drawn from, every scene and all that is earned, and of its first picture."""
        made = sha256(next(animation.frames(self.episodes)).tobytes())
        for film in films(self.episodes):
            for moment in film.moments:
                made.update(film.task.game.art.cells(moment.scene).tobytes())
                made.update(np.round(list(moment.returns.values()), 6).tobytes())
        return made.hexdigest()

    def gif(self) -> bytes:
        """The picture; its comment says what it was drawn from."""
        every = max(1, int(self.episodes.column("length").max()) // MOST)
        for levels, step in ((LEVELS, every), (2, every), (1, every), (1, 2 * every), (1, 4 * every)):
            made = animation.render(_levels(self.episodes, levels), ".gif", scale=1, every=step, note=self.source)
            if len(made) <= LARGEST:
                break
        return made

    def is_shown_by(self, path: Path) -> bool:
        """Whether a file is this picture."""
        from PIL import Image

        with Image.open(path) as image:
            comment = image.info.get("comment", b"")
        return bool(comment == self.source.encode())


def in_motion(game: Game) -> Motion | None:
    """The first agent of the standard recipe, where one is entered: nothing is picked."""
    entry = results.usual(game)
    return entry and Motion(_levels(entry.episodes, LEVELS))


def _levels(episodes: Episodes, levels: int) -> Episodes:
    """The episodes on the first so many levels of each split."""
    return Episodes.join(_first(episodes, split, levels) for split in ("train", "deploy"))


def _first(episodes: Episodes, split: Split, levels: int) -> Episodes:
    own = episodes.where(split=split, training_seed=episodes.runs[0].training_seed)
    return Episodes(own.game, own.runs, own.table.sort_by("level_seed").slice(0, levels))
