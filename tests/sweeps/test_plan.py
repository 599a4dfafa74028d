"""A sweep file is read and checked whole; each cell is named by all that decides its result."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from blocks import blocks

from goalgap.agents.recipes import default_recipe
from goalgap.agents.records import folder_of
from goalgap.agents.reference import reference_names
from goalgap.envs import SUITE, task
from goalgap.sweeps.cells import Scripted, Trained
from goalgap.sweeps.methods import Own
from goalgap.sweeps.plan import cells_of, shard_of
from goalgap.sweeps.sweep_file import MOST_BYTES, SweepError, SweepFile

SMALL = """
environments = ["CheeseCorner", "ChimeBandit"]
alphas = [0, 0.5]
seeds = [0, 4]
"""


def cells(folder: Path, text: str):
    path = folder / "sweep.toml"
    path.write_text(text)
    return cells_of(SweepFile.read(path))


def test_lists_are_combined_and_the_first_seed_of_everything_comes_first(tmp_path: Path) -> None:
    found = cells(tmp_path, SMALL)
    told = [(cell.about.environment, cell.about.agent, cell.about.alpha, cell.about.seed) for cell in found]
    each = [(*pair, alpha) for pair in (("CheeseCorner", "PPO"), ("ChimeBandit", "RecurrentPPO")) for alpha in (0, 0.5)]
    assert told == [(*one, seed) for seed in (0, 4) for one in each]
    assert len({cell.key for cell in found}) == 8


def test_agents_lie_where_run_has_them(tmp_path: Path) -> None:
    (cell,) = cells(tmp_path, f'environments = ["CheeseCorner"]\nseeds = [7]\nresults = "{tmp_path}"')
    assert isinstance(cell, Trained)
    played = task("CheeseCorner")
    assert cell.agent == folder_of(tmp_path, played, default_recipe(played)) / "seed-7"


@pytest.mark.parametrize("text", ["", "environments = []", "seeds = [0]"])
def test_a_file_that_names_no_environments_does_not_sweep_all(text: str, tmp_path: Path) -> None:
    with pytest.raises(SweepError, match=r'name environments = \["CheeseCorner", \.\.\.\], or \["all"\]'):
        cells(tmp_path, text)


def test_all_are_those_of_the_suite_and_standard_all_their_references(tmp_path: Path) -> None:
    found = cells(tmp_path, 'environments = ["all"]\nseeds = [0]\nreferences = ["standard"]')
    assert [cell.about.environment for cell in found if isinstance(cell, Trained)] == list(SUITE)
    names = [cell.name for cell in found if isinstance(cell, Scripted)]
    assert names == [name for game in SUITE.values() for name in reference_names(game)]


def test_functions_are_swept_beside_algorithms_within_one_budget(tmp_path: Path) -> None:
    head = 'environments = ["CheeseCorner", "ChimeBandit"]\nalgorithms = ["PPO", "math:hypot"]\nseeds = [3]'
    (_, one, _, two) = cells(tmp_path, head)
    assert isinstance(one, Own)
    told = [(cell.about.environment, cell.about.agent, cell.about.seed, cell.about.steps) for cell in (one, two)]
    assert told == [("CheeseCorner", "math:hypot", 3, 800_000), ("ChimeBandit", "math:hypot", 3, 500_000)]
    halves = cells(tmp_path, f"{head}\nbudget = 0.5")
    assert [cell.training.recipe.steps for cell in halves if isinstance(cell, Trained)] == [400_000, 250_000]
    assert [cell.about.steps for cell in halves if isinstance(cell, Own)] == [400_000, 250_000]
    assert len({cell.key for cell in (one, two, *halves)}) == 6


CHANGES = {
    "alphas = [0, 0.5]": "alphas = [0.25, 0.75]",
    "seeds = [0, 4]": "seeds = [1, 2]",
    "alphas": "budget = 0.5\nalphas",
    "environments": "levels = 10\nenvironments",
    "\nalphas": '\nrecipe = ["steps=1000"]\nalphas',
    "seeds": 'mitigations = ["plr"]\nseeds',
    "[0, 4]": '[0, 4]\nalgorithms = ["A2C"]',
    "4]": "4]\n[arguments]\nhorizon = 30",
}


@pytest.mark.parametrize("part", CHANGES)
def test_whatever_decides_a_result_gives_a_cell_another_name(part: str, tmp_path: Path) -> None:
    text = SMALL.replace(', "ChimeBandit"', "")
    changed = text.replace(part, CHANGES[part])
    assert changed != text
    assert not {cell.key for cell in cells(tmp_path, text)} & {cell.key for cell in cells(tmp_path, changed)}


def test_where_results_go_decides_none_and_agents_are_shared_by_evaluations(tmp_path: Path) -> None:
    one, other = cells(tmp_path, SMALL), cells(tmp_path, SMALL + '\nresults = "elsewhere"')
    assert [cell.key for cell in one] == [cell.key for cell in other]
    more = cells(tmp_path, SMALL + "\nlevels = 5")
    assert [cell.claim for cell in one] == [cell.claim for cell in more]


MISTAKES = {
    'environments = ["CheesCorner"]': "CheesCorner: unknown environment 'CheesCorner'",
    'environments = ["CheeseCornerDeploy-v0"]': "unknown environment",
    'environments = ["goalgap/CheeseCornerDeploy-v0"]': "it names the split deploy",
    'algorithms = ["PPPO"]': "CheeseCorner, PPPO: unknown algorithm 'PPPO': choose from PPO",
    'mitigations = ["acel"]': "unknown mitigation 'acel': choose from none, plr",
    'environments = ["ChimeBandit"]\nmitigations = ["plr"]': "ChimeBandit, plr: curricula are for policies without",
    'algorithms = ["ARS"]\nmitigations = ["plr"]': "A2C, TRPO have curriculum, and those for ARS have none",
    "alphas = [1.5]": "alphas[0] must be at most 1, not 1.5",
    "alphas = [true]": "alphas[0] must be a number, not true",
    "seeds = [-1]": "seeds[0] must be at least 0, not -1",
    "seeds = [4294967296]": "seeds[0] must be below 4294967296, not 4294967296",
    "seeds = 3": "seeds is a list of training seeds, such as [0, 1, 2], not 3",
    "alphas = 0.5": "alphas must be a list, such as [0.5], not 0.5",
    "alphas = [nan]": "alphas[0] must be a finite number, not nan",
    "alphas = []": "alphas is empty, so nothing would be trained: leave it out for 0.0, or write algorithms = []",
    'mitigations = []\nreferences = ["random"]': "mitigations is empty, so nothing would be trained",
    "seeds = []": "seeds is empty, so nothing would be trained: leave it out for 0, 1, 2",
    "arguments = { alpha = 0.5 }": "alpha is no argument of a sweep: list alphas",
    "steps = 2048": 'steps is a field of recipes: write recipe = ["steps=..."]',
    "size = 5": "size is an argument of environments: write arguments = { size = ... }",
    'mitigations = ["dropuot=0.2"]': "unknown field of a mitigation 'dropuot'",
    'mitigations = ["dropout", "dropout=0.1"]': "mitigations 'dropout' and 'dropout=0.1' are the same",
    "levels = 0": "levels must be at least 1, not 0",
    "levels = 10_000_000": "levels must be at most 1000000, not 10000000",
    'recipe = ["step=3"]': "unknown field of a recipe for PPO 'step'",
    'recipe = ["learning_rate=2"]': "learning_rate",
    "seed = [1]": "unknown field 'seed': choose from environments",
    'references = ["oracle:keys"]': "CheeseCorner, oracle:keys: unknown goal of CheeseCorner 'keys'",
    "arguments = {size = 4}": "size",
    'arguments = {split = "deploy"}': "split is no argument of a sweep: training levels are trained on",
    "arguments = {alpha = 1}": "alpha is no argument of a sweep: list alphas = [...]",
    "arguments = {sise = 9}": "unexpected keyword argument 'sise'",
    "seeds = [1, 1]": "CheeseCorner, PPO, seed 1 comes twice: seeds has 1 twice",
    "alphas = [0, 0.0]": "CheeseCorner, PPO, seed 0 comes twice: alphas has 0.0 twice",
    "alphas = [0.0, -0.0]": "CheeseCorner, PPO, seed 0 comes twice: alphas has 0.0 twice",
    'results = "~nobody-of-this-name/x"': "results: Could not determine home directory",
    'algorithms = ["usual", "PPO"]': 'comes twice: "usual" in algorithms is PPO in CheeseCorner',
    'references = ["standard", "random"]': 'CheeseCorner, random comes twice: "standard" in references has it already',
    'environments = ["CheeseCorner", "goalgap/CheeseCorner-v0"]': "two words in environments are CheeseCorner",
    'environments = ["all", "CheeseCorner"]': "two words in environments are CheeseCorner",
    'mitigations = ["none", "dropout"]\nrecipe = ["dropout=0.1"]': "dropout is given twice, by 'dropout=0.1' and",
    "algorithms = []": "there is nothing to sweep",
    "seeds = [": "is no TOML",
    'algorithms = ["nowhere:train"]': "there is no function 'nowhere:train': No module named 'nowhere'",
    'algorithms = ["math:hypot"]\nmitigations = ["plr"]': "math:hypot, plr: a function trains as it says",
    'algorithms = ["math:hypot"]\nrecipe = ["steps=5"]': "math:hypot: a function trains as it says",
    'budget = 0.5\nrecipe = ["steps=5"]': "budget and steps of the recipe both say how long to train",
    "budget = 0": "budget",
    "budget = nan": "budget",
    "budget = true": "budget",
}


@pytest.mark.parametrize("text", MISTAKES)
def test_mistakes_are_told_with_what_is_allowed(text: str, tmp_path: Path) -> None:
    with pytest.raises(SweepError) as caught:
        cells(tmp_path, text if "environments" in text else f'{text}\nenvironments = ["CheeseCorner"]')
    assert MISTAKES[text] in str(caught.value)


def test_all_mistakes_are_told_at_once_and_not_too_many(tmp_path: Path) -> None:
    with pytest.raises(SweepError, match=r"^Ice: .*; Cream: "):
        cells(tmp_path, 'environments = ["Ice", "Cream"]')
    with pytest.raises(SweepError, match=r"; and 12 more$"):
        cells(tmp_path, 'environments = ["all"]\nmitigations = ["magic"]')


def test_a_file_that_is_too_long_is_not_cut(tmp_path: Path) -> None:
    path = tmp_path / "sweep.toml"
    path.write_text("levels = 10" + " " * MOST_BYTES + "\nresults = 'elsewhere'")
    with pytest.raises(SweepError, match="is longer than 1,048,576 bytes: write several files"):
        SweepFile.read(path)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[" * 100_000, b"seeds = [" + b"1" * 5000 + b"]", b""])
def test_no_content_is_a_traceback(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "sweep.toml"
    path.write_bytes(content)
    if content:
        with pytest.raises(SweepError, match="is no TOML"):
            SweepFile.read(path)
    else:
        assert SweepFile.read(path) == SweepFile()
    with pytest.raises(SweepError, match="there is no file"):
        SweepFile.read(tmp_path / "none.toml")


def test_shards_share_no_cell_and_leave_none_out(tmp_path: Path) -> None:
    found = cells(tmp_path, SMALL)
    parts = [shard_of(found, f"{k}/3") for k in (1, 2, 3)]
    assert sorted(cell.key for part in parts for cell in part) == sorted(cell.key for cell in found)
    assert shard_of(found, None) is found
    for told in ("0/3", "4/3", "1/0", "1", "a/b", "1/2/3", "-1/2"):
        with pytest.raises(ValueError, match="a shard is I/N"):
            shard_of(found, told)


ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples" / "sweeps").glob("*.toml"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_can_be_swept(path: Path) -> None:
    assert len(cells_of(SweepFile.read(path))) > 100


def test_the_guide_shows_an_example_and_every_field() -> None:
    page = (ROOT / "docs" / "guide" / "sweeps.md").read_text()
    (shown,) = [block for block in blocks(page) if block.language == "toml"]
    assert shown.content == (ROOT / "examples" / "sweeps" / shown.title).read_text()
    assert re.findall(r"^\| `(\w+)` \|", page, re.M) == list(SweepFile.model_fields)


def test_mitigations_may_have_constants_and_no_table_calls_them_none(tmp_path: Path) -> None:
    """However they are written: in their list, or in the recipe of all cells."""
    one = 'environments = ["CheeseCorner"]\nseeds = [0]\n'
    listed = cells(tmp_path, f'{one}mitigations = ["none", "dropout=0.2", "curriculum=method:plr,buffer:512"]')
    assert {cell.about.mitigation for cell in listed} == {"none", "dropout=0.2", "curriculum=method:plr,buffer:512"}
    (cell,) = cells(tmp_path, f'{one}recipe = ["dropout=0.2", "steps=4096"]')
    assert (cell.about.mitigation, cell.about.recipe) == ("dropout=0.2", "steps=4096")
    assert isinstance(cell, Trained)
    assert cell.training.recipe.dropout == 0.2
