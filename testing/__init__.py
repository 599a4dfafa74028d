"""Checks of an environment, for those who write one: is the contract kept, are values exact, what does it mean?

    from goalgap.testing import conformance, play
    from two_doors import GAME

    test_two_doors = conformance(GAME)


    def test_the_green_door_pays_whoever_wants_it():
        assert play(GAME, LEVEL, "rr").earned == {"green": {2: 1.0}, "left": {}}

`conformance` makes one pytest test of each check; `checks` gives the same ones to whatever runs them. pytest is
imported only there, and every failure says in its message what is wrong and on which level.
"""

from .conformance import checks, conformance
from .expecting import expect_same
from .playing import Played, letters, oracle, play, start

__all__ = ["Played", "checks", "conformance", "expect_same", "letters", "oracle", "play", "start"]
