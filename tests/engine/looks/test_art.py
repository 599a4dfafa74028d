"""What people see: text both ways, pictures, the font, PNG files."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from goalgap.envs import SUITE
from goalgap.envs.engine.batch import Batch
from goalgap.envs.engine.game import Game
from goalgap.envs.engine.looks import canvas, font, sprites
from goalgap.envs.engine.looks.art import GridArt, Scene, paint
from goalgap.envs.engine.looks.canvas import enlarge
from goalgap.envs.engine.looks.goals import ROLES, goal_strip
from goalgap.envs.engine.looks.sprites import Pixels
from goalgap.envs.engine.maze.tiles import encode
from goalgap.envs.engine.parse import parse
from goalgap.envs.engine.task import Task
from goalgap.terms import SPLITS, Split

GAMES = pytest.mark.parametrize("game", SUITE.values(), ids=list(SUITE))
GRIDS = pytest.mark.parametrize("game", [game for game in SUITE.values() if game.layers], ids=lambda game: game.name)
EVERY_SPLIT = pytest.mark.parametrize("split", SPLITS)
LEVEL = """
    #######
    #..#c##
    ##...##
    #..#m.#
    ####..#
    #....##
    #######
"""


def begun(task: Task, n: int = 8) -> Batch:
    return Batch.of(task, np.arange(n))


@GAMES
@EVERY_SPLIT
def test_a_level_drawn_as_text_and_read_again_is_the_same(game: Game, split: Split) -> None:
    task = Task.of(game, split)
    batch = begun(task)
    for k, scene in enumerate(batch.scenes()):
        text = game.art.level(scene)
        again = Batch.on(task, parse(task, text))
        np.testing.assert_array_equal(again.observe()[0], scene.obs)
        assert again.levels["seed"] == -1
        assert again.levels["horizon"] == batch.levels["horizon"][k]
        if game.exact:  # else it depends on chance, which a drawn level has of its own
            assert again.levels["margin"] == batch.levels["margin"][k]
            np.testing.assert_array_equal(again.values()[0], batch.values()[k])


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("m", ".", "exactly one mouse, not 0"),
        ("..#", "mm#", "exactly one mouse, not 3 .line 2, column 2; line 2, column 3; line 4, column 5"),
        ("..#c", "..?c", "line 2, column 4: unknown glyph '\\?'.*Glyphs: . floor, # wall, c cheese, m mouse"),
        ("#..#c##", "...#c##", "line 2, column 1: the border must be wall"),
        ("#..#c##", "#..#c#", "line 2 has 6 glyphs; size 5 with its border has 7"),
        ("#..#c##", "", "line 2 has 0 glyphs"),
        ("##...##\n", "", "it has 6 lines; size 5 with its border has 7"),
    ],
)
def test_a_malformed_level_is_refused_and_the_place_named(old: str, new: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse(Task.of(SUITE["CheeseCorner"], size=5), LEVEL.replace(old, new, 1))


def test_what_cannot_be_there_at_the_start_is_refused() -> None:
    task = Task.of(SUITE["KeysAndChests"])
    text = game_text(task)
    with pytest.raises(ValueError, match="line 1, column 1: 'K' is drawn where an episode would start with '#'"):
        parse(task, text.replace("#", "K", 1))


def test_the_wrong_number_of_things_is_refused() -> None:
    task = Task.of(SUITE["KeysAndChests"])
    with pytest.raises(ValueError, match="there must be 13 of key and chest together, not 12"):
        parse(task, game_text(task).replace("k", ".", 1))


def game_text(task: Task) -> str:
    return task.game.art.level(begun(task, 1).scenes()[0])


@GAMES
def test_every_thing_has_its_own_look(game: Game) -> None:
    cell = np.ones((1, 1, 1), np.uint8)
    looks = [paint(cell, {thing: sprites.sprite(thing)}).tobytes() for thing in game.things]
    assert len(set(looks)) == len(game.things) > 1


@GRIDS
def test_every_layer_has_its_own_glyph(game: Game) -> None:
    assert isinstance(game.art, GridArt)
    assert {name for names in game.art.legend.values() for name in names} <= set(game.things)
    for layer in game.things:
        cell = seen(game, np.array([[[layer == name for name in game.things]]], np.uint8))
        assert len(game.art.text(Scene(cell, None, None, game.sprites, game.goals))) == 1


def seen(game: Game, board: Pixels) -> Pixels:
    """The observation that shows a board."""
    return board if game.tiles is None else encode(board, game.tiles)


@GAMES
def test_a_picture_has_the_goals_below_the_board(game: Game) -> None:
    scene = begun(Task.of(game), 1).scenes()[0]
    before = scene.obs.copy()
    picture, board = game.art.picture(scene), game.art.rgb(scene, scale=1)
    assert picture.dtype == board.dtype == np.uint8
    scale = picture.shape[1] // board.shape[1]
    np.testing.assert_array_equal(picture[: len(board) * scale], enlarge(board, scale))
    np.testing.assert_array_equal(game.art.picture(scene), picture)
    np.testing.assert_array_equal(scene.obs, before)


@GRIDS
def test_a_picture_of_a_grid_shows_the_observation_and_nothing_else(game: Game) -> None:
    scene = begun(Task.of(game), 1).scenes()[0]
    before = game.art.rgb(scene, scale=1)
    for channel in range(len(game.things)):
        board = game.art.cells(scene).copy()
        board[3, 3, channel] ^= 1
        other = replace(scene, obs=seen(game, board), level=None, state=None)
        changed = (game.art.rgb(other, scale=1) != before).any(axis=2)
        rows, cols = np.nonzero(changed)
        assert len(rows)
        assert 32 <= rows.min() <= rows.max() < 80  # the cell, and how walls beside it join or shade
        assert 32 <= cols.min() <= cols.max() < 80


@GAMES
def test_the_strip_names_goals_and_shows_returns_at_the_same_size(game: Game) -> None:
    returns = dict.fromkeys(game.channels, -1.25)
    plain, full = goal_strip(game.goals, 176), goal_strip(game.goals, 176, returns)
    assert plain.shape == full.shape == (12 * len(game.goals) + 6, 176, 3)
    for goal in game.goals:
        assert (plain == ROLES[goal.role]).all(axis=2).any()
    ink = font.write("-1.25")
    part = (full == np.array(plain[5, 176 - 5 - ink.shape[1] - 1])).all(axis=2)  # the paper
    np.testing.assert_array_equal(~part[4:12, 176 - 5 - ink.shape[1] : 176 - 5], ink)


def test_a_walk_is_drawn_on_its_cells_and_below_the_things() -> None:
    game = SUITE["CheeseCorner"]
    task = Task.of(game, size=5)
    batch = Batch.on(task, parse(task, LEVEL))
    scene, path = batch.scenes()[0], [(3, 4), (2, 4), (2, 3), (2, 2)]
    plain, drawn = (game.art.rgb(scene, walk, scale=1) for walk in ([], path))
    cells = (plain != drawn).any(axis=2).reshape(7, 16, 7, 16).any(axis=(1, 3))
    assert {(int(row), int(col)) for row, col in np.argwhere(cells)} == set(path)
    assert tuple(drawn[2 * 16 + 5, 2 * 16 + 8]) == canvas.TRAIL
    mouse = sprites.sprite("mouse")[..., 3] == 255
    np.testing.assert_array_equal(drawn[48:64, 64:80][mouse], plain[48:64, 64:80][mouse])


def test_a_picture_shows_what_a_thing_is_given() -> None:
    """Pictures go by name, in the order of the channels; a wall of one's own is drawn as it is."""
    cells = np.zeros((2, 2, 2), np.uint8)
    cells[0, 0, 0] = cells[1, 0, 0] = cells[0, 1, 1] = 1
    block, red = np.random.default_rng(0).integers(0, 256, (2, 16, 16, 4), dtype=np.uint8)
    block[..., 3] = red[..., 3] = 255
    image = paint(cells, {"wall": block, "thing": red})
    for row, col, picture in ((0, 0, block), (1, 0, block), (0, 1, red)):
        np.testing.assert_array_equal(image[16 * row : 16 * row + 16, 16 * col : 16 * col + 16], picture[..., :3])
    joined = paint(cells, {"wall": sprites.sprite("wall"), "thing": red})
    assert (joined[:16, :16] != sprites.sprite("wall")[..., :3]).any()
    with pytest.raises(ValueError, match="longer"):
        paint(cells, {"wall": block})


def test_letters_are_well_formed() -> None:
    letters = [chr(code) for code in range(33, 127)]
    assert len({font.glyph(letter).tobytes() + bytes(font.glyph(letter).shape) for letter in letters}) == len(letters)
    assert all(font.glyph(letter).shape[1] <= 5 for letter in letters)
    assert font.write("").shape == (8, 0)
    assert font.write("é").all()
