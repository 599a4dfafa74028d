"""Tables as CSV, LaTeX and JSON: numbers come back whole, and no text means anything to the program that reads it."""

from __future__ import annotations

import csv
import io
import json

import pytest
from episode_tables import made

from goalgap.eval.measures.estimates import Estimate
from goalgap.eval.report import Report
from goalgap.eval.show.exports import as_csv, as_json, as_latex, escaped
from goalgap.eval.show.figures import figure as drawn
from goalgap.eval.show.sections import every_measure, sections
from goalgap.eval.show.tables import Section, columns, figure, row, share, value

SECTION = Section(
    "key", "A & B", "5 % of\nall_things", columns("agent", numbers=("score", "share")),
    (
        row("one, \"two\"", value(Estimate(mean=-0.123456, low=-0.2, high=0.0, seeds=(-0.123456,))), share(0.5)),
        row("[three]", value(Estimate(mean=0.5, seeds=(0.4, 0.6))), share(None), weight="strong"),
        row("*four", value(Estimate(mean=None)), figure(1e-12), weight="faint"),
    ),
)  # fmt: skip


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_holds_what_cells_round() -> None:
    one, two, three = read(as_csv([SECTION]))
    assert one == {
        "agent": 'one, "two"', "score": "-0.123456", "score 95 % low": "-0.2", "score 95 % high": "0",
        "score seeds min": "", "score seeds max": "", "share": "0.5",
    }  # fmt: skip
    assert (two["score seeds min"], two["score seeds max"]) == ("0.4", "0.6")
    assert (two["score 95 % low"], two["share"]) == ("", "")
    assert (three["score"], three["share"]) == ("", "1e-12")


def test_csv_of_several_tables_names_each() -> None:
    rows = read(as_csv([SECTION, SECTION]))
    assert [each["table"] for each in rows] == ["A & B"] * 6
    assert as_csv([]) == "\n"


def test_json_holds_values_and_texts() -> None:
    (section,) = json.loads(as_json([SECTION]))
    assert (section["key"], section["title"]) == ("key", "A & B")
    one, two, three = section["rows"]
    assert one["score"] == {"value": -0.123456, "low": -0.2, "high": 0.0, "seeds": [-0.123456]}
    assert one["share"] == 0.5
    assert two["share"] is None
    assert three["score"]["value"] is None


def test_latex_is_a_booktabs_table() -> None:
    lines = as_latex([SECTION]).splitlines()
    assert lines == [
        r"% needs \usepackage{booktabs}",
        r"% A \& B",
        r"% 5 \% of all\_things",
        r"\begin{tabular}{@{}lrr@{}}",
        r"\toprule",
        r"agent & score & share \\",
        r"\midrule",
        r"one, ''two'' & $-$0.12 {[}$-$0.20, 0.00{]} & 50~\% \\",
        r"\textbf{{[}three{]}} & 0.50 (0.40..0.60) & -- \\",
        r"\emph{{*}four} & -- & 0.00 \\",
        r"\bottomrule",
        r"\end{tabular}",
    ]


@pytest.mark.parametrize("letter", list('\\&%$#_{}~^[]*<>|"'))
def test_what_means_something_to_latex_is_escaped(letter: str) -> None:
    text = escaped(f"a{letter}b")
    assert text not in (f"a{letter}b", "ab")


def test_no_text_ends_a_comment_of_latex_or_a_line() -> None:
    assert escaped("a\n\\input{b}\r\u2028c\x1b\x00") == r"a \textbackslash{}input\{b\} c"
    nasty = Section("k", "title\nnext", "", columns("x"), (row("a\nb"),))
    assert len(as_latex([nasty]).splitlines()) == 9


def test_every_table_of_a_report_is_exported() -> None:
    report = Report.of(made(1, seeds=3), resamples=20)
    shown, long = list(sections(report)), [every_measure(name, mode) for name, mode in report.modes.items()]
    assert as_latex(shown).count(r"\begin{tabular}") == len(shown)
    rows = {each["measure"]: each for each in read(as_csv(long))}
    for measure, known in report.main.estimates.items():
        values = [float(rows[measure.label][head]) for head in ("mean", "seed 0", "seed 1", "seed 2")]
        assert values == pytest.approx([known.mean, *known.seeds], rel=1e-5, abs=1e-9)
    gaps = next(each for each in json.loads(as_json(shown)) if each["key"] == "gaps")
    assert gaps["rows"][-1]["size"]["value"] == report.main.shortfall().mean


def test_the_charts_of_a_report_are_drawn_and_no_others() -> None:
    report = Report.of(made(1, seeds=3), resamples=20)
    text = drawn(sections(report))
    assert text.count("<circle") == 3 * (1 + 3 * 3)
    assert text.count("<rect") == 1 + len(report.gaps)
    with pytest.raises(ValueError, match="nothing to draw"):
        drawn([SECTION])
