"""What is wrong with a record is said in plain words: which field, what it must be, and what it is."""

from __future__ import annotations

import json
from typing import Annotated, Literal

import pytest
from pydantic import Field, StrictInt, ValidationError, field_validator

from goalgap.agents.bundles.manifest import Bundle, Card
from goalgap.eval.table.record import Record, first_mistake, mistakes


class Part(Record):
    share: Annotated[float, Field(gt=0, le=1)] = 1
    name: Annotated[str, Field(min_length=2, max_length=4, pattern="^[a-z]+$")] = "abc"


class Thing(Record):
    kind: Literal["a", "b"] = "a"
    whole: bool = True
    seeds: tuple[StrictInt, ...] = ()
    sizes: dict[str, StrictInt | str] = Field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    must: Annotated[int, Field(ge=0, lt=8)] = 0

    @field_validator("must")
    @classmethod
    def _no_seven(cls, given: int) -> int:
        if given == 7:
            raise ValueError("seven is too many")
        return given


MISTAKES = {
    '{"seeds": 3}': "seeds must be a list, such as [3], not 3",
    '{"seeds": "x"}': 'seeds must be a list, such as ["x"], not "x"',
    '{"seeds": {}}': "seeds must be a list, not a table",
    '{"seeds": [1, "2"]}': 'seeds[1] must be a whole number, not "2"',
    '{"sizes": 3}': "sizes must be a table of names and values, not 3",
    '{"sizes": {"int": 1.5}}': "sizes.int must be a whole number or a text, not 1.5",
    '{"sizes": {"a": [1]}}': "sizes.a must be a whole number or a text, not a list",
    '{"kind": "c"}': "kind must be 'a' or 'b', not \"c\"",
    '{"whole": "perhaps"}': 'whole must be true or false, not "perhaps"',
    '{"parts": [{"share": 0}]}': "parts[0].share must be above 0, not 0",
    '{"parts": [{"share": 1.5}]}': "parts[0].share must be at most 1, not 1.5",
    '{"parts": [{"name": null}]}': "parts[0].name must be a text, not nothing",
    '{"parts": [{"name": "abcde"}]}': 'parts[0].name must be a text of length 4 or less, not "abcde"',
    '{"parts": [{"nam": "abc"}]}': "unknown field 'parts[0].nam'",
    '{"parts": [3]}': "parts[0] must be a table of names and values, not 3",
    '{"must": 7}': "must: seven is too many",
    '{"must": -1}': "must must be at least 0, not -1",
    '{"much": 1}': "unknown field 'much': choose from kind, whole, seeds, sizes, parts, must; did you mean 'must'?",
    "[]": "it must be a table of names and values, not a list",
    "{": "it is no JSON: EOF while parsing an object at line 1 column 1",
}


@pytest.mark.parametrize("text", MISTAKES)
def test_mistakes_say_what_a_field_must_be_and_what_it_is(text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Thing.model_validate_json(text)
    assert list(mistakes(caught.value, Thing.model_fields)) == [MISTAKES[text]]


def test_each_field_is_told_once_and_what_strangers_wrote_in_short() -> None:
    told = {"seeds": [1.5, "\u202e" + "x" * 1000], "sizes": {"a": 1.5, "b": 1.5}, "\x1b[2J" + "y" * 1000: 1}
    with pytest.raises(ValidationError) as caught:
        Thing.model_validate(told)
    listed = list(mistakes(caught.value))
    assert [each.split()[0] for each in listed] == ["seeds[0]", "seeds[1]", "sizes.a", "sizes.b", "unknown"]
    assert first_mistake(caught.value) == listed[0]
    assert all(each.isprintable() and len(each) < 500 for each in listed)


@pytest.mark.parametrize("model", [Card, Bundle])
def test_what_is_missing_is_told(model: type[Record]) -> None:
    with pytest.raises(ValidationError) as caught:
        model.model_validate_json(json.dumps({}))
    assert first_mistake(caught.value) in ("name is missing", "card is missing")
