"""Recorded episodes as films: what is shown is what was played, and pages and pictures hold nothing else."""

from __future__ import annotations

import base64
import json
import re
from io import BytesIO

import numpy as np
import pytest
from helpers import own
from PIL import Image

import goalgap
from goalgap.envs.engine.looks.png import pixels
from goalgap.eval.play.films import films
from goalgap.eval.play.rollout import evaluate
from goalgap.eval.show import animation, player
from goalgap.eval.show.atlas import Atlas, changes
from goalgap.eval.table.episodes import Episodes

LEVELS = 3


def played(name, policy="random"):
    task = goalgap.task(name, **own(name).SMALL)
    return evaluate(task, goalgap.reference(policy, task.game), LEVELS, splits=["train", "deploy"])


def test_films_show_every_step_and_end_as_was_recorded(name):
    episodes = played(name)
    shown = films(episodes)
    assert [film.task.split for film in shown] == ["train"] * LEVELS + ["deploy"] * LEVELS
    for row, film in enumerate(shown):
        first, last = film.moments[0], film.moments[-1]
        assert len(film.moments) == episodes.column("length")[row] + 1
        assert (film.level_seed, film.terminated) == (row % LEVELS, episodes.column("terminated")[row])
        assert (first.action, first.earned, set(first.returns.values())) == ("", {}, {0.0})
        actions = [film.task.game.actions[action] for action in episodes.table["actions"][row].as_py()]
        assert [moment.action for moment in film.moments[1:]] == actions
        assert list(last.returns.values()) == pytest.approx(episodes.channels("return")[row].tolist())
        board = film.task.game.art.cells
        assert all(moment.cell is None or board(moment.scene)[moment.cell][-1] == 1 for moment in film.moments)
        assert all(moment.cell for moment in film.moments) == (name not in ("ChimeBandit", "IrishElk"))


def test_tiles_make_up_the_pictures_they_were_taken_from():
    rng, atlas = np.random.default_rng(0), Atlas()
    kinds = rng.integers(0, 256, (5, 16, 16, 3), np.uint8)
    images = [kinds[rng.integers(0, 5, (3, 4))].swapaxes(1, 2).reshape(48, 64, 3) for _ in range(4)]
    frames = [atlas.frame(image) for image in images]
    assert max(map(max, frames)) < 5
    for frame, image in zip(frames, images, strict=True):
        assert (drawn(atlas.image(), atlas.across, frame, 4) == image).all()
    told = changes(frames[0], frames[1])
    after = list(frames[0])
    for cell, tile in zip(told[::2], told[1::2], strict=True):
        assert after[cell] != tile
        after[cell] = tile
    assert after == frames[1]


def drawn(sheet, across, frame, cols):
    """What the page's script draws: tile by tile."""
    tiles = [sheet[k // across * 16 :][:16, k % across * 16 :][:, :16] for k in frame]
    return np.concatenate([np.concatenate(tiles[row : row + cols], axis=1) for row in range(0, len(tiles), cols)])


def test_the_page_holds_every_frame_and_needs_nothing_else(name):
    episodes = played(name, f"oracle:{goalgap.SUITE[name].proxies[0].name}")
    page = player.render(episodes)
    assert not re.findall(r"(?:src|href)=\"(?!data:)|url\(|https?://|@import", page)
    data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)[1])
    sheet = pixels(base64.b64decode(data["atlas"].partition(",")[2]))
    for told, film in zip(data["episodes"], films(episodes), strict=True):
        assert (told["split"], told["level"], told["outcome"]) == (film.task.split, film.level_seed, film.outcome)
        frame = told["base"]
        for step, moment in zip(told["steps"], film.moments, strict=True):
            for cell, tile in zip(step["d"][::2], step["d"][1::2], strict=True):
                frame[cell] = tile
            image = film.task.game.art.rgb(moment.scene, scale=1)
            assert (drawn(sheet, data["across"], frame, told["cols"]) == image).all()
            assert dict(step.get("e", [])) == moment.earned


def test_every_training_seed_is_shown_and_markup_in_names_is_none():
    random = played("CheeseCorner")
    runs = [random.runs[0].model_copy(update={"agent": "<b>bad</b>", "training_seed": seed}) for seed in (0, 1)]
    task = goalgap.task("CheeseCorner", **own("CheeseCorner").SMALL)
    agent = goalgap.reference("oracle:cheese", task.game)
    both = Episodes.join(evaluate(task, agent, 2, run=run, splits=["deploy"]) for run in runs)
    page = player.render(both)
    assert "<b>bad" not in page
    assert page.count('"seed": 1') == 2
    assert "Training</h2>" not in page


@pytest.mark.parametrize("kind", animation.FORMATS)
def test_moving_pictures_have_a_frame_a_step(kind):
    episodes = played("IrishElk")
    images = list(animation.frames(episodes))
    made = Image.open(BytesIO(animation.render(episodes, kind, fps=5, scale=1)))
    assert made.size == images[0].shape[1::-1]
    shown = films(episodes)
    longest = [max(len(shown[k + split * LEVELS].moments) for split in (0, 1)) for k in range(LEVELS)]
    assert len(images) == sum(longest) + LEVELS * animation.HOLD
    assert 1 < made.n_frames <= len(images)  # equal frames in a row are one, shown for longer
    total = 0
    for frame in range(made.n_frames):
        made.seek(frame)
        total += made.info["duration"]
    assert total == 200 * len(images)
