"""Pictures of things, 16 x 16 pixels each, drawn with letters.

`SPRITES` has one map for every layer that an environment may have, by the layer's name; a letter
is a colour of `PALETTE`, a dot lets through what lies below. All share one palette and one dark
outline, so that things of different environments look like one world. A wall is drawn as a
lone block; `canvas.lay_walls` joins it to the walls beside it.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

CELL = 16

PALETTE = {
    ".": "#00000000",
    "o": "#2d2636",  # outline
    "s": "#2d263630",  # soft shadow on the floor
    "w": "#ffffff",
    "g": "#c3c9d4",  # greys, light to dark
    "G": "#98a1b3",
    "D": "#626b80",
    "K": "#3b4256",
    "y": "#ffe58a",  # golds
    "Y": "#f8c03e",
    "A": "#d78a22",
    "b": "#c98a4b",  # woods
    "B": "#9c5f30",
    "N": "#6f3f22",
    "p": "#f6b3b5",  # pinks and skin
    "P": "#e5868f",
    "f": "#f3c9a5",
    "F": "#dba27c",
    "c": "#a8ecec",  # teals
    "C": "#43b3bf",
    "T": "#23798a",
    "n": "#4a64b5",  # blues
    "M": "#33437f",
    "r": "#ee5a4c",  # reds
    "R": "#b2323b",
    "v": "#b493e6",  # violets
    "V": "#7a4fc0",
    "U": "#56339a",
    "1": "#7c8aa3",  # masonry: lit edge, top, side edge, front, joint
    "2": "#677590",
    "3": "#566380",
    "4": "#4c5874",
    "5": "#3d475f",
    "h": "#ff4d3d24",  # light of a camera
    "H": "#ff4d3d4c",
}

SPRITES = {
    "wall": """
        1111111111111111
        1222222222222223
        1222222222222223
        1222222222222223
        1222222222222223
        1222222222222223
        1222222222222223
        1222222222222223
        1222222222222223
        1222222222222223
        o55555555555555o
        o44444445444444o
        o44444445444444o
        o55555555555555o
        o44454444444544o
        oooooooooooooooo
    """,
    "cheese": """
        ................
        ................
        ...........ooo..
        ........ooowyyo.
        ......oowyyyyyo.
        ....oowyyyyyyyo.
        ..oowyyyyyyyyyo.
        .oooooooooooooo.
        .oYYYYYYYYAAYYo.
        .oYYAAYYYAAAAYo.
        .oYAAAAYYAAAAYo.
        .oYAAAAYYYAAYYo.
        .oYYAAYYYYYYYYo.
        .oAAAAAAAAAAAAo.
        .oooooooooooooo.
        ..ssssssssssss..
    """,
    "mouse": """
        ..ooo......ooo..
        .ogggo....ogggo.
        ogpppgo..ogpppgo
        ogpPpgoooogpPpgo
        oGpppggggggpppGo
        .oGggggggggggGo.
        ..ogggggggggGo..
        ..ogowggggowgo..
        ..ogooggggoogo..
        .oggooggggooggo.
        ..ogggggggggGo..
        ...oGggPPggGo...
        ....oGgPPgGo....
        .....oGggGo.....
        ....ssooooss....
        ......ssss......
    """,
    "key": """
        ................
        ................
        ..ooooo.........
        .owyyyyo........
        owyoooyyo.......
        oyo...oyo.......
        oyo...oyooooooo.
        oyo...oyyyyyyyyo
        oYo...oYYYYYYYYo
        oYo...oYoooYoYo.
        oYYoooYYo.oYoYo.
        .oAYYYAo..oAoAo.
        ..ooooo....o.o..
        ...sssssssssss..
        ................
        ................
    """,
    "chest": """
        ................
        ..oooooooooooo..
        .obbbbbbbbbbbbo.
        obbYbbbbbbbbYbbo
        obBYBBBBBBBBYBbo
        oBBYBBBBBBBBYBBo
        oBBABBooooBBABBo
        oooooooyyooooooo
        oNNYNNoyYoNNYNNo
        oBBYBBoYAoBBYBBo
        oBBYBBBooBBBYBBo
        oBBYBBBBBBBBYBBo
        oBBYBBBBBBBBYBBo
        oNNANNNNNNNNANNo
        oooooooooooooooo
        .ssssssssssssss.
    """,
    "held": """
        ................
        .oooooooooooooo.
        oKKKKKKKKKKKKKKo
        oKKKKKKKKKKKKKKo
        oKKyyyKKKKKKKKKo
        oKyYKYyKKKKKKKKo
        oKyKKKyyyyyyyyKo
        oKYKKKYYYYYYYYKo
        oKYYKYYKKKYKYKKo
        oKKAAAKKKKAKAKKo
        oKKKKKKKKKKKKKKo
        oKKKKKKKKKKKKKKo
        .oooooooooooooo.
        ................
        ................
        ................
    """,
    "robot": """
        .......oo.......
        ......orro......
        .......oo.......
        ...oooooooooo...
        ..owccccccccco..
        ..ocooooooooCo..
        .oocoMMMMMMoCoo.
        owocoMcMMcMoCoGo
        oGocoMcMMcMoCoDo
        .oocoMMMMMMoCoo.
        ..ocooooooooTo..
        ..oCCCCCCCCTTo..
        ...oooooooooo...
        ...owGoooowGo...
        ...oGDossoGDo...
        ...oooossoooo...
    """,
    "camera": """
        ................
        ................
        ..oo............
        ..oDoooooooooo..
        ..oDowwwwwwwwgo.
        ..oDowggggggggoo
        ..oDogggggggroDo
        ..oDogGGGGGGGoKo
        ..oDoGGGGGGGGoKo
        ..oDooooooooooDo
        ..oDoooDDo....oo
        ..oDDDDDo.......
        ..oDoooo........
        ..oo............
        ................
        ................
    """,
    "watched": """
        HHhhhhhhHHhhhhhh
        HhhhhhhHHhhhhhhH
        hhhhhhHHhhhhhhHH
        hhhhhHHhhhhhhHHh
        hhhhHHhhhhhhHHhh
        hhhHHhhhhhhHHhhh
        hhHHhhhhhhHHhhhh
        hHHhhhhhhHHhhhhh
        HHhhhhhhHHhhhhhh
        HhhhhhhHHhhhhhhH
        hhhhhhHHhhhhhhHH
        hhhhhHHhhhhhhHHh
        hhhhHHhhhhhhHHhh
        hhhHHhhhhhhHHhhh
        hhHHhhhhhhHHhhhh
        hHHhhhhhhHHhhhhh
    """,
    "free": """
        ................
        .....oooooo.....
        ...oowyyyyyoo...
        ..owyyYYYYyyyo..
        ..oyyYYYYYYYyo..
        .owyYYYwyYYYYAo.
        .oyYYYYyYAYYYAo.
        .oyYYYYyYAYYYAo.
        .oyYYYYyYAYYYAo.
        .oyYYYYyYAYYYAo.
        .oyYYYYAAAYYYAo.
        ..oyYYYYYYYYAo..
        ..oyYYYYYYYAAo..
        ...ooAAAAAAoo...
        ....soooooos....
        .....ssssss.....
    """,
    "company": """
        ................
        .....oooooo.....
        ...oowvvvvvoo...
        ..owvvVVVVVvvo..
        ..ovVwwwwwwVVo..
        .ovvVwVwwVwVVUo.
        .ovVVwwwwwwVVUo.
        .ovVVwVwwVwVVUo.
        .ovVVwwwwwwVVUo.
        .ovVVwVwwVwVVUo.
        .ovVVwwwwwwVVUo.
        ..ovVwwVVwwVUo..
        ..ovVwwVVwwUUo..
        ...ooUUUUUUoo...
        ....soooooos....
        .....ssssss.....
    """,
    "worker": """
        .....oooooo.....
        ....oNNNNNNo....
        ...oNNNNNNNNo...
        ...oNffffffNo...
        ...offoffoffo...
        ...offoffoffo...
        ....offffffo....
        ....ooFFFFoo....
        ..oonnwrrwnnoo..
        .onnnnwrrwnnnno.
        .onMonnrrnnoMno.
        .onMonnrrnnoMno.
        .offonnnnnnoffo.
        ..oooMMooMMooo..
        ....oooooooo....
        ....ssssssss....
    """,
    "slot": """
        .oooooooooooooo.
        orrrrrrrrrrrrrRo
        orryyryyryyrrRRo
        ooooooooooooooo.
        orrrrrrrrrrrrro.
        oroooooooooooRo.
        orowwgowwgowwoRo
        orowrgowygowvoRo
        orowwgowwgowwoRo
        oroooooooooooRo.
        orrrrrrrrrrrrRo.
        orrroooooooRrRo.
        orrroKKKKKoRrRo.
        oRRRoooooooRRRo.
        ooooooooooooooo.
        .ssssssssssssss.
    """,
    "hand": """
        ................
        ................
        ......oo........
        .....offo.......
        .....offo.......
        .....offooo.....
        .ooo.offoffooo..
        offfoofffffffFo.
        offffofffffffFo.
        .offffffffffffFo
        ..offffffffffFo.
        ...offfffffffFo.
        ....offffffFFo..
        .....onnnnnno...
        .....onnnnnMo...
        ......oooooo....
    """,
    "coin": """
        ................
        ..y....yy....y..
        ...y........y...
        ......oooo......
        ....ooyyyyoo....
        ...oyyYYYYyyo...
        ...oyYYwwYYYo...
        yy.oyYwYYYYAo.yy
        ...oyYYwwYYAo...
        ...oyYYYYwYAo...
        ...oyYYwwYYAo...
        ....ooYYYAoo....
        ......oooo......
        ...y........y...
        ..y....yy....y..
        ................
    """,
    "bell": """
        ................
        .c.....oo.....c.
        c.....occo.....c
        c...oocCCooo...c
        c..occCCCCCTo..c
        ...ocCCCCCCTo...
        ...ocCCCCCCTo...
        ...ocCCCCCCTo...
        ...ocCCCCCCTo...
        c..ocCCCCCCTo..c
        c.occCCCCCCCTo.c
        .cocCCCCCCCCTo..
        .oooooooooooooo.
        ......oTTo......
        .......oo.......
        ................
    """,
}

SLICES = {"coins": "oyyyyYYYYYYAAo", "bells": "occccCCCCCCTTo"}
for _name, _slice in SLICES.items():  # quarters of a cell, to be piled up
    for _n in range(1, 5):
        _rows = 16 * ["................"]
        _rows[17 - 4 * _n : 19 - 4 * _n] = 2 * [f".{_slice}."]
        _rows[16 - 4 * _n] = _rows[19 - 4 * _n] = f".{14 * 'o'}."
        SPRITES[f"{_name}{_n}"] = "\n".join(_rows)


@cache
def sprite(name: str) -> NDArray[np.uint8]:
    """The picture of a layer: red, green, blue, alpha; uint8, shape (16, 16, 4)."""
    if name not in SPRITES:
        raise ValueError(f"no picture of layer {name!r} in `SPRITES`: draw one; there are {', '.join(SPRITES)}")
    rows = SPRITES[name].split()
    colours = {letter: bytes.fromhex(colour[1:].ljust(8, "f")) for letter, colour in PALETTE.items()}
    data = b"".join(colours[letter] for row in rows for letter in row)
    return np.frombuffer(data, np.uint8).reshape(CELL, CELL, 4)
