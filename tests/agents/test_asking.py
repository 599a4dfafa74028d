"""Asking for help: who needs none, what it is worth to whom, and how often is asked."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from commands import goalgap
from helpers import steps_from
from recipes import TASK, TINY
from stable_baselines3 import PPO

from goalgap import api
from goalgap import task as goalgap_task
from goalgap.agents.ensembles import Ensemble, Thought
from goalgap.agents.loading import load_agent, model_policy
from goalgap.agents.training import train
from goalgap.asking import ALWAYS, NEVER, RANDOM, Asking, Threshold, ask_for_help, plays
from goalgap.eval.measures.arrays import arranged
from goalgap.eval.measures.asking import area
from goalgap.eval.measures.catalogue import Measure, computed
from goalgap.eval.play.rollout import rollout
from goalgap.eval.show.asking import asking_chart, compared, points
from goalgap.eval.table.episodes import Episodes

LEVELS, SURE, QUANTILES = 60, 20.0, (0.0, 0.3, 1.0)
DEPLOY, SCORE = TASK.on("deploy"), Measure("score", "deploy", "cheese")
BY = ((-1, 0), (0, 1), (1, 0), (0, -1))  # up, right, down, left


@dataclass(frozen=True)
class Walker:
    """Goes the shortest way to the cheese or to the corner; who is unsure says so where that leads off the cheese."""

    goal: str
    unsure: bool = False
    name: str = "walker"

    def think(self, obs, state, episode_start, keys):
        walls, cheese, mouse = np.moveaxis(obs.astype(bool), -1, 0)
        corner = np.zeros_like(cheese)
        corner[:, 1, 1] = True
        to_cheese, to_goal = (
            around(walls, goal, mouse) for goal in (cheese, cheese if self.goal == "cheese" else corner)
        )
        actions = to_goal.argmin(1)
        astray = to_cheese[np.arange(len(obs)), actions] > to_cheese.min(1)
        logits = np.where(self.unsure & astray, 1.0, SURE)[:, None] * (actions[:, None] == np.arange(4))
        return Thought(logits[None], actions, state)


def around(walls, goal, mouse):
    """How far the goal is from the cells around the mouse, shape (n, actions)."""
    (row, col), steps = place(mouse), steps_from(~walls, *place(goal))
    found = np.stack([steps[np.arange(len(walls)), row + down, col + right] for down, right in BY], 1)
    return np.where(found < 0, 99, found)


def place(layer):
    return np.divmod(layer.reshape(len(layer), -1).argmax(1), layer.shape[2])


@pytest.fixture(autouse=True, scope="module")
def few():
    """Fewer points of a curve than usual."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("goalgap.asking.QUANTILES", QUANTILES)
        yield


def curves(walker, score="max-probability"):
    return {curve.name: curve for curve in ask_for_help(TASK, walker, LEVELS, (score,))}


def score_of(episodes):
    return float(computed(arranged(episodes), kinds=("score",))[SCORE][0])


@pytest.fixture(scope="module")
def asked(few):
    kinds = {"right": Walker("cheese"), "sure": Walker("corner"), "unsure": Walker("corner", unsure=True)}
    return {name: curves(walker) for name, walker in kinds.items()}


def test_scores_that_there_are_not_are_told_before_anything_is_played():
    with pytest.raises(ValueError, match=r"unknown score of confidence 'margn': .*did you mean 'margin'"):
        ask_for_help(TASK, Walker("cheese"), LEVELS, ("margn",))


@pytest.mark.parametrize(
    ("who", "scores", "said"),
    [
        ("oracle:cheese", ("margin",), "oracle:cheese has no network that says how sure it is"),
        (len, ("margin",), "len has no network that says how sure it is"),
        (3, ("margin",), "a policy is a function"),
        (Walker("cheese"), "margin", r"scores are a list of names, such as \['margin'\]"),
    ],
)
def test_who_cannot_ask_in_python_is_told(who, scores, said):
    with pytest.raises(TypeError, match=said):
        ask_for_help(TASK, who, LEVELS, scores)


def test_who_is_right_needs_no_help(asked):
    for curve in asked["right"].values():
        assert curve.scores == pytest.approx(np.ones(len(QUANTILES) + 2))
        assert curve.area.mean == pytest.approx(1.0)


@pytest.mark.parametrize("kind", ["right", "sure", "unsure"])
def test_who_always_asks_is_the_oracle_and_who_never_does_is_itself(kind, asked):
    walker = Walker("cheese") if kind == "right" else Walker("corner")

    def alone(obs, state, episode_start):
        return walker.think(obs, state, episode_start, None).actions, None

    alone.name = "alone"
    expected = score_of(rollout(DEPLOY, alone, range(LEVELS)))
    for curve in asked[kind].values():
        ends = dict(zip(curve.quantiles, zip(curve.shares, curve.scores, strict=True), strict=True))
        assert ends[NEVER] == (0.0, pytest.approx(expected))
        assert ends[ALWAYS] == (1.0, pytest.approx(1.0))
    assert (expected < 0.5) == (kind != "right")


def test_who_is_sure_of_the_wrong_goal_gains_less_than_who_is_unsure(asked):
    sure, unsure = (asked[kind]["max-probability"] for kind in ("sure", "unsure"))
    assert sure.gain.seeds == (0.0,)  # who says nothing asks at random
    assert sure.shares.tolist() == asked["sure"][RANDOM].shares.tolist()
    assert unsure.gain.mean > 0.1
    assert unsure.area.mean > sure.area.mean + 0.1
    assert unsure.scores[1:].min() == pytest.approx(1.0)  # below all of training, it asks wherever it is unsure
    assert unsure.shares[1] < 0.8


def test_random_asking_asks_in_the_share_of_steps_that_it_is_told_to(asked):
    random = asked["sure"][RANDOM]
    assert random.shares[1:-1] == pytest.approx(QUANTILES, abs=0.05)
    assert random.gain is None
    again = curves(Walker("corner"), "margin")[RANDOM]
    assert (again.scores == random.scores).all()


def test_the_oracle_is_asked_below_the_threshold_alone_and_of_games_that_go_on():
    walker = Walker("corner", unsure=True)
    asking = Asking(walker, "max-probability", Threshold(0.9), noting=("max-probability",))
    episodes = rollout(DEPLOY, asking, range(LEVELS), batch_size=25)
    steps = np.concatenate(asking.noted["max-probability"])
    assert [len(counts) for counts in asking.asked] == [25, 25, 10]
    assert len(steps) == episodes.column("length").sum()
    assert sum(map(np.sum, asking.asked)) == (steps < 0.9).sum() > 0


@pytest.mark.parametrize("quantile", [0.0, 0.1, 0.25, 0.5, 0.8, 1.0])
@pytest.mark.parametrize("levels", [1, 2, 5, 10**6])
def test_as_large_a_part_of_training_is_asked_about_as_is_told_whatever_is_tied(quantile, levels):
    confidence, numbers = np.random.default_rng(0).integers(0, levels, 10_000) / levels, np.arange(100) / 100
    threshold = Threshold.of(confidence, quantile)
    asked = np.mean([threshold.asks(confidence, np.full(len(confidence), number)).mean() for number in numbers])
    assert asked == pytest.approx(quantile, abs=0.011)


def test_areas_are_those_of_trapezia_whatever_the_order_of_points():
    shares, scores = np.array([[0.0, 1.0, 0.25], [0.0, 1.0, 0.5]]), np.array([[0.0, 1.0, 0.5], [1.0, 1.0, 1.0]])
    assert area(shares, scores) == pytest.approx([0.25 * 0.25 + 0.75 * 0.75, 1.0])


def test_tables_and_chart_say_what_the_curves_do(asked):
    made = [*asked["unsure"].values()]
    table, long = compared(made), points(made)
    assert [str(row.cells[0]) for row in table.rows] == ["max-probability", RANDOM]
    assert table.rows[0].cells[3].exact == made[0].scores[0]
    assert table.rows[0].cells[-1].exact == pytest.approx(made[0].at(0.5))
    assert len(long.rows) == 2 * (len(QUANTILES) + 2)
    drawn = ET.fromstring(asking_chart([replace(made[0], name="<b>&"), made[1]]))  # noqa: S314 (our own)
    lines = [element for element in drawn.iter() if element.tag.endswith("polyline")]
    assert len(lines) == 2
    assert lines[0].attrib["points"].split()[-1] == "300.0,0.0"  # asking always, a score of 1
    assert "by the share of steps" in drawn.attrib["aria-label"]
    with pytest.raises(ValueError, match="there is nothing to draw"):
        asking_chart([])


def test_the_command_makes_an_ensemble_of_a_run_and_writes_tables_and_chart(tmp_path, capsys):
    for seed in (0, 1):
        train(TASK, TINY, seed, tmp_path / f"run/seed-{seed}")
    files = ("--csv", tmp_path / "t.csv", "--json", tmp_path / "t.json", "--svg", tmp_path / "t.svg")
    assert goalgap("ask", tmp_path / "run", "CheeseCorner", "--size", 5, "--levels", 5, *files) == 0
    said = capsys.readouterr().out
    assert "agreement" in said
    assert "ask, 2 agents: 100 %" in said
    short, long = json.loads((tmp_path / "t.json").read_text())
    assert len(short["rows"]) == 7
    assert len(long["rows"]) == 7 * (len(QUANTILES) + 2)
    assert (tmp_path / "t.csv").read_text().startswith("confidence,quantile,asked,score in deployment\n")
    ET.parse(tmp_path / "t.svg")  # noqa: S314
    assert goalgap("ask", "CheeseCorner", tmp_path / "run/seed-0", "--size", 5, "--levels", 2) == 0
    said = capsys.readouterr().out
    assert "agreement" not in said
    assert not re.search(r"\d\.\d{3}", said), "two levels tell no thousandths"
    for twice in (("run/seed-1", "run/seed-0", "run/seed-1"), ("run/seed-1", "run")):
        words = [tmp_path / each for each in twice]
        assert goalgap("ask", "CheeseCorner", *words, "--size", 5, "--levels", 2) == 2
        assert "agents 1 and 3 of 3 are one and the same" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("oracle:cheese",), "oracle:cheese has no network that says how sure it is"),
        ((), "name an agent"),
        (("nowhere",), "no agent at nowhere"),
    ],
)
def test_who_cannot_ask_is_told(words, told, capsys):
    assert goalgap("ask", "CheeseCorner", *words) == 2
    assert told in " ".join(capsys.readouterr().err.split())


def test_as_much_is_played_as_is_said():
    told = []
    ask_for_help(TASK, Walker("corner"), 4, ("margin", "max-logit"), told.append)
    assert sum(told) == plays(("margin", "max-logit")) * 4


def trained(place, **changes):
    return train(replace(TASK, **changes), TINY, 0, place)


def test_an_ensemble_is_of_agents_that_were_trained_alike_and_says_how(tmp_path):
    places = [trained(tmp_path / f"{alpha}", alpha=alpha) for alpha in (0.0, 0.5)]
    plain, mixed = (load_agent(place, TASK) for place in places)
    assert api.evaluate(TASK, Ensemble.of([mixed]), levels=2).runs[0].alpha == 0.5
    with pytest.raises(ValueError, match=r"trained alike, not with .*0\.0.* and with .*0\.5"):
        api.evaluate(TASK, Ensemble.of([plain, mixed]), levels=2)
    bare = load_agent(trained(tmp_path / "other", alpha=0.25) / "agent.zip", TASK)
    assert api.evaluate(TASK, Ensemble.of([bare, mixed]), levels=2).runs[0].alpha == 0.5, "a bare zip says nothing"
    for given, told in ([], "at least one agent"), ([places[0]], "not of PosixPath"):
        with pytest.raises((ValueError, TypeError), match=told):
            Ensemble.of(given)


def test_thresholds_are_of_training_with_its_share_of_distinguishing_levels(monkeypatch):
    batches, bind = [], Asking.bind
    monkeypatch.setattr(Asking, "bind", lambda asking, batch: batches.append(batch) or bind(asking, batch))
    ask_for_help(replace(TASK, alpha=0.5), Walker("cheese"), 40, ["margin"])
    assert [batch.task.split for batch in batches] == ["train"] + ["deploy"] * (plays(["margin"]) - 1)
    assert 0.25 < (batches[0].margins() > 0).mean() < 0.75
    assert all((batch.margins() > 0).all() for batch in batches[1:])


def test_thresholds_are_of_the_training_that_an_agent_tells_of(tmp_path):
    """As of the command: an agent's own share of distinguishing levels counts, not that of the task."""
    place = trained(tmp_path / "agent", alpha=1.0)
    told = [ask_for_help(replace(TASK, alpha=alpha), place, 20, ["max-logit"])[0].shares for alpha in (0.0, 1.0)]
    assert told[0].tolist() == told[1].tolist()
    bare = load_agent(place / "agent.zip", TASK)
    assert ask_for_help(TASK, bare, 20, ["max-logit"])[0].shares.tolist() != told[0].tolist()


def test_one_agent_may_ask_on_an_environment_by_its_name(tmp_path):
    place = train(goalgap_task("CheeseCorner"), TINY, 0, tmp_path / "agent")
    curves = ask_for_help("CheeseCorner", load_agent(place, goalgap_task("CheeseCorner")), 2, ["margin"])
    assert [curve.name for curve in curves] == ["margin", RANDOM]


def test_ensembles_are_recorded_by_how_they_act_and_who_they_are(tmp_path):
    one, two, three = (
        load_agent(train(TASK, TINY, seed, tmp_path / f"{seed}"), TASK, sampled=seed < 2) for seed in range(3)
    )
    runs = [api.evaluate(TASK, Ensemble.of(each), levels=2).runs[0] for each in ([one, two], [two, one], [three])]
    assert [run.deterministic for run in runs] == [False, False, True]
    assert [each["agent"] for each in runs[0].details["agents"]] == ["PPO seed 0", "PPO seed 1"]
    assert len({str(run.details) for run in runs}) == 3
    with pytest.raises(ValueError, match="two different runs are called 2 agents"):
        Episodes.join(api.evaluate(TASK, Ensemble.of(each), levels=2) for each in ([one, two], [two, three]))


def test_one_network_comes_once_however_often_it_was_saved(tmp_path):
    place = trained(tmp_path / "agent")
    agent = load_agent(place, TASK)
    model = PPO.load(place / "agent.zip", device="cpu")
    model.save(tmp_path / "again.zip")
    again = load_agent(tmp_path / "again.zip", TASK)
    assert again.sha256 != agent.sha256
    for twice in ([agent, again], [model_policy(model, TASK)] * 2):
        with pytest.raises(ValueError, match="agents 1 and 2 of 2 are one and the same"):
            Ensemble.of(twice)


def test_who_plays_otherwise_than_trained_is_told_of_ensembles_too(tmp_path):
    agent = load_agent(trained(tmp_path / "agent"), TASK)
    other = goalgap_task("CheeseCorner", size=5, maze="perfect")
    with pytest.warns(api.OtherArgumentsWarning, match="was trained with maze"):
        api.evaluate(other, Ensemble.of([agent]), levels=1)
