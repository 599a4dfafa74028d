"""What environments that are platformers call: bodies, enemies, courses, the window around the agent, the search."""

from .bodies import ACTIONS, BODY
from .bounds import check_bodies, check_courses
from .enemies import ENEMY, KINDS
from .picture import PICTURE, picture
from .running import KILLED, OVER, PASSED, REACHED, TAKEN, advance
from .scenery import LANDSCAPE, tile_of
from .search import fewest_steps
from .sections import ENEMIES, ROWS, lay_course
from .window import SIGNALS, look

__all__ = [
    "ACTIONS", "BODY", "ENEMIES", "ENEMY", "KILLED", "KINDS", "LANDSCAPE", "OVER", "PASSED", "PICTURE", "REACHED",
    "ROWS", "SIGNALS", "TAKEN", "advance", "check_bodies", "check_courses", "fewest_steps", "lay_course", "look",
    "picture", "tile_of",
]  # fmt: skip
