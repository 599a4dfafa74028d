"""A sweep: its cells, what is known of them, and all of them settled by an engine."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from .cells import Cell
from .engines import Engine, Tell
from .outcomes import Outcome
from .paces import Paces
from .status import Tally
from .store import Store
from .working import Begun, Elsewhere, Piece

Shown = Callable[[Outcome | None], None]
PAUSE = 5.0  # seconds after which cells that others have are looked at again


@dataclass
class Sweep:
    """Cells in their order, of which each is known by its key.

    Attributes:
        retry: whether cells that have failed are left to do, once more each.
    """

    cells: list[Cell]
    store: Store
    retry: bool = False
    paces: Paces = field(default_factory=Paces)

    def known(self) -> Iterator[tuple[Cell, Outcome | None]]:
        """Every cell, and how it ended, if it has."""
        for cell in self.cells:
            yield cell, self.store.outcome(cell)

    def survey(self, processes: int) -> tuple[Tally, list[Piece]]:
        """Where the sweep stands, and what is left to do."""
        tally, pieces = Tally(len(self.cells), processes), list[Piece]()
        for cell, outcome in self.known():
            if outcome and (outcome.done or not self.retry):
                tally.know(outcome)
                self.paces.learn(outcome)
            else:
                pieces.append(Piece(cell, self.store, outcome.attempts if outcome else 0))
        for piece in pieces:
            about = piece.cell.about
            tally.wait_for(about, self.paces.seconds(about))
        return tally, pieces

    def at_work(self, pieces: list[Piece], tally: Tally) -> None:
        """Count those cells that somebody has just now."""
        tally.running |= {piece.key for piece in pieces if self.store.at_work(piece.cell)}

    def carry_out(self, engine: Engine, tally: Tally, pieces: list[Piece], shown: Shown) -> None:
        """Have all pieces settled, with the tally kept; `shown` is told of each change, and of each outcome."""
        expected = {piece.key: self.paces.seconds(piece.cell.about) for piece in pieces}

        def tell(piece: Piece, told: object) -> None:
            if isinstance(told, Outcome):
                tally.end(told, expected[piece.key])
                shown(told)
                return
            if isinstance(told, Begun):
                tally.running.add(piece.key)
            shown(None)

        settle_all(pieces, engine, tell)


def settle_all(pieces: list[Piece], engine: Engine, tell: Tell) -> None:
    """Have every piece settled by an engine. Those that others have are looked at again until they are settled."""
    while pieces:
        held = list[Piece]()

        def note(piece: Piece, told: object, held: list[Piece] = held) -> None:
            if isinstance(told, Elsewhere):
                held.append(piece)
            else:
                tell(piece, told)

        engine(_free(pieces, note), note)
        pieces = held
        if held:
            time.sleep(PAUSE)


def _free(pieces: list[Piece], note: Tell) -> Iterator[Piece]:
    """The pieces that nobody has and that are not settled by the time they are asked for; of others it is noted."""
    for piece in pieces:
        if outcome := piece.settled():
            note(piece, outcome)
        elif piece.store.at_work(piece.cell):
            note(piece, Elsewhere())
        else:
            yield piece
