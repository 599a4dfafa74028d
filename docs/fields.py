"""The fields of report.json and the columns of a table of episodes, for the page that lists them.

Names and types are taken from the models; only what each means is said here, and a field without a meaning, or a
meaning without a field, is an error.
"""

from __future__ import annotations

import types
from dataclasses import fields, is_dataclass
from typing import Any, Literal, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from goalgap.eval.measures.catalogue import KINDS
from goalgap.eval.measures.choices import Choice
from goalgap.eval.measures.estimates import Row
from goalgap.eval.measures.findings import Finding
from goalgap.eval.measures.late import Late
from goalgap.eval.measures.traces import Trace
from goalgap.eval.measures.verdict import Verdict
from goalgap.eval.report import ActionMode, Report
from goalgap.eval.show.markdown import plain as table
from goalgap.eval.table.columns import GROUPS, SCHEMA, Group
from goalgap.eval.table.game import GameRecord
from goalgap.eval.table.runs import Run
from goalgap.terms import Event, Reward

MODELS = (Report, GameRecord, Reward, Event, ActionMode, Row, Trace, Choice, Late, Verdict, Finding, Run)
PLAIN = {str: "string", float: "number", int: "integer", bool: "true or false", type(None): "null", Any: "anything"}
MEANINGS: dict[str, dict[str, str]] = {
    "Report": {
        "format": "what file this is",
        "schema_version": "rises when a field changes its meaning or goes",
        "agent": "its name",
        "game": "what was played",
        "reward": "the reward it was trained on",
        "alpha": "the fraction of training levels on which the goals come apart",
        "modes": "what came of it, by the way in which actions were chosen: `sampled`, `argmax`; the first is judged",
        "verdict": "what the agents go for",
        "notes": "what a reader must know before trusting the numbers",
        "runs": "one for each training seed and mode",
    },
    "GameRecord": {
        "environment": "its name",
        "version": "the number behind `-v` in its id",
        "arguments": "the environment's own, by name",
        "places": "whether goals are places, so that outcomes go by what was reached first",
        "exact": "whether the oracles are proven optima",
        "rewards": "goals and misspecified rewards, in the order of the reward vector",
        "fingerprint": "16 hex digits that tell whether the code still plays the same game",
        "events": "what is recorded and rewarded to nobody",
        "curves": "what is recorded after each step",
        "late": "the step after which what is earned is counted apart; 0 if it is not",
        "oversight": "the event that is watched for on control levels and not on deploy levels; empty if there is none",
    },
    "Reward": {
        "name": "its name",
        "role": "exactly one is intended",
        "blurb": "what it asks for, in words that follow “the goal is to”",
        "discount": "per step, of scoring",
        "kind": "of a proxy, its kind of pseudo-alignment",
        "signed": "whether fractions of its optimum are measured from what random play earns",
    },
    "Event": {"name": "its name", "blurb": "what happens"},
    "ActionMode": {
        "estimates": "every measure",
        "training_seeds": "in the order of all lists by seed",
        "levels": "how many levels of each split were played",
        "traces": "what happened within an episode",
        "choices": "what deployment episodes went for, by margin; none where margins are not graded",
        "late": "what is earned late in an episode; none where that is not counted apart",
    },
    "Row": {
        "mean": "over training seeds; null is missing, never 0",
        "low": "of the 95 % interval; null where there is none",
        "high": "of the 95 % interval; null where there is none",
        "seeds": "the value of each training seed",
        "kind": "one of the kinds below",
        "split": "`train`, `control`, `deploy`, or empty",
        "name": "the goal, outcome, event or gap it is of, or empty",
    },
    "Trace": {
        "split": "of which levels",
        "curve": "its name",
        "values": "the mean over episodes after each step",
    },
    "Choice": {
        "low": "the smallest margin of the bin",
        "high": "the largest",
        "mean": "of the margins",
        "episodes": "how many there are",
        "shares": "of each outcome, by name",
    },
    "Late": {
        "split": "of which levels",
        "after": "the step after which it counts",
        "before": "the mean of what is earned up to this step, by reward",
        "earned": "the mean of what is earned after it, by reward",
        "shares": "of the episodes, by what they went for after it, `none` included",
    },
    "Verdict": {
        "kind": "the class of all agents, `mixed` where they differ",
        "goal": "what all of them go for; null where there is no such goal",
        "headline": "the verdict in a sentence or two",
        "details": "what belongs beside it",
        "findings": "one for each training seed",
    },
    "Finding": {
        "training_seed": "whose",
        "kind": "what it goes for, by class",
        "goal": "its name, where the class is `goal`",
        "almost_always": "whether the share of it is above nine tenths",
        "learned": "the score on what it was trained on",
        "shares": "pursuit shares by outcome, `none` included",
    },
    "Run": {
        "agent": "its name",
        "training_seed": "of the training run",
        "deterministic": "whether the likeliest action was always taken",
        "reward": "what it was trained on; the intended goal if empty",
        "alpha": "as of the report",
        "details": "of an agent that has a record: recipe, steps, checksum of its file",
        "versions": "of Python and of the packages that played, by name",
        "created": "when it was evaluated, UTC",
        "seconds": "what playing took",
    },
}
COLUMNS = {
    "agent": "who played",
    "training_seed": "of its training run",
    "deterministic": "whether the likeliest action was always taken",
    "environment": "the environment's name",
    "split": "`train`, `control` or `deploy`",
    "level_seed": "which level of the split",
    "margin": "the fraction of the intended optimum that following a proxy loses; 0 where the goals agree",
    "length": "steps",
    "terminated": "whether it ended by itself, and not by the horizon",
    "actions": "every action, so that the episode can be played again",
    "return": "the discounted return",
    "oracle": "the optimum on this level; null where it is not known",
    "random": "the mean return of random play on this level",
    "reached": "the step of the first positive reward, counted from 1; null: never",
    "bits": "optimization power in bits",
    "bits_limit": "the most bits that the random episodes resolve",
    "chance": "the share of random episodes on this level that went for it",
    "curve": "what it was after each step",
}
OF = {"episode": "", "channel": "each reward and event R", "reward": "each reward R", "curve": "each curve C"}


def report_fields() -> str:
    """A section for each model of report.json, and one for the kinds of measures."""
    if (known := {model.__name__ for model in MODELS}) != MEANINGS.keys():
        raise KeyError(f"models without meanings, or the other way round: {known ^ MEANINGS.keys()}")
    return "\n\n".join([*map(_model, MODELS), _kinds()])


def columns() -> str:
    """The columns of a table of episodes."""
    shown = [group for group in GROUPS if group.since <= SCHEMA <= group.until]
    _check("the columns", {group.name for group in shown}, COLUMNS)
    return table(("column", "type", "of", "meaning"), map(_column, shown))


def _column(group: Group) -> tuple[str, ...]:
    name = group.name + {"episode": "", "curve": ".C"}.get(group.of, ".R")
    return f"`{name}`", f"{group.type}", OF[group.of], COLUMNS[group.name]


def _model(model: type) -> str:
    name, found = model.__name__, _fields(model)
    _check(name, found.keys(), MEANINGS[name])
    rows = [(f"`{field}`", told, MEANINGS[name][field]) for field, told in found.items()]
    return f"### {name}\n\n{table(('field', 'type', 'meaning'), rows)}"


def _fields(model: type) -> dict[str, str]:
    """The fields as JSON holds them, each with its type in words."""
    if is_dataclass(model):
        hints = get_type_hints(model)
        return {field.name: _type(hints[field.name]) for field in fields(model)}
    assert issubclass(model, BaseModel)  # noqa: S101
    found = {name: _type(field.annotation) for name, field in model.model_fields.items()}
    return found | ({"estimates": _type(tuple[Row, ...])} if model is ActionMode else {})


def _type(given: Any) -> str:
    """A type in words: "list of [Run](#run)", "number or null"."""
    origin, inner = get_origin(given), [each for each in get_args(given) if each is not Ellipsis]
    if origin is Literal:
        return " or ".join(f"`{each}`" for each in inner)
    if origin is types.UnionType:
        return " or ".join(map(_type, inner))
    if origin is tuple:
        return f"list of {_type(inner[0])}"
    if origin is dict:
        return f"object of {_type(inner[1])}"
    return PLAIN[given] if given in PLAIN else f"[{given.__name__}](#{given.__name__.lower()})"


def _kinds() -> str:
    """Every kind of measure, with what a report calls one of them."""
    rows = [
        (f"`{name}`", kind.label.replace("{split}", "SPLIT").replace("{name}", "NAME") or "NAME", _names(kind.names))
        for name, kind in KINDS.items()
    ]
    return (
        f"### Kinds of measures\n\n{table(('kind', 'what the report calls it', 'names, where they are fixed'), rows)}"
    )


def _names(names: Any) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _check(what: str, found: Any, told: dict[str, str]) -> None:
    if set(found) != told.keys():
        raise KeyError(f"{what}: without a meaning, or the other way round: {set(found) ^ told.keys()}")
