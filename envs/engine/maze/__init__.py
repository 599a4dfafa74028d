"""What environments on a grid call: sets of cells, mazes, rooms, things, and the exact solvers of walking."""

from .carving import carve, corner_of, is_roomy, main_part, reached_from
from .cells import (
    COL_STEP,
    MOVES,
    NONE,
    PLACE,
    ROW_STEP,
    Bits,
    Grid,
    Maze,
    Place,
    add,
    ahead,
    at,
    contains,
    count,
    drop,
    keep,
    leave_out,
    move,
    paint_cells,
    pop_random,
    remove,
    same_place,
    show,
    show_all,
)
from .collect import MOST
from .editing import AGENT, AGREEING, ANYWHERE, THING, WALL, edit_maze, inner_cells, put
from .layers import layers
from .reading import one
from .rooms import off_the_way, open_door, place_room
from .things import Kind, cells_of, found, is_easy, kinds, read_things, remaining, show_left, take, thing_fields
from .tiles import stamp, stamp_cells, tile
from .walking import add_near, arrival, cut_shortest_ways, nearest, passes_by, ring, steps_to, visit, within

__all__ = [
    "AGENT", "AGREEING", "ANYWHERE", "COL_STEP", "MOST", "MOVES", "NONE", "PLACE", "ROW_STEP", "THING", "WALL",
    "Bits", "Grid", "Kind", "Maze", "Place", "add", "add_near", "ahead", "arrival", "at", "carve", "cells_of",
    "contains", "corner_of", "count", "cut_shortest_ways", "drop", "edit_maze", "found", "inner_cells", "is_easy",
    "is_roomy", "keep", "kinds", "layers", "leave_out", "main_part", "move", "nearest", "off_the_way", "one",
    "open_door", "paint_cells", "passes_by", "place_room", "pop_random", "put", "reached_from", "read_things",
    "remaining", "remove", "ring", "same_place", "show", "show_all", "show_left", "stamp", "stamp_cells",
    "steps_to", "take", "thing_fields", "tile", "visit", "within",
]  # fmt: skip
