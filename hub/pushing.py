"""Giving a bundle away on the Hub: its files, a model card that says what it does in deployment, and pictures."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from html import escape
from pathlib import Path

from ..agents.bundles.manifest import MANIFEST, README, Bundle, is_bundle
from ..choices import printable, shortened, shown
from ..eval.report import Report
from ..eval.show.markdown import escaped
from ..eval.show.pictures import pictures
from ..eval.show.tables import value
from ..extras import needs_extras
from ..provenance import repository
from .addresses import Address, HubError, checked_repository, endpoint, token

KNOWN = ("mit", "apache-2.0", "bsd-2-clause", "bsd-3-clause", "cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "gpl-3.0")
SHOWN = 3  # episodes that are drawn
CARD = """---
{front}
---

# {name}

What it is: {description}

An agent of [GoalGap]({home}), by {authors}. In {environment}, where {intended} is intended: **{verdict}**

| measure | value |
| --- | --- |
| score in deployment | {score} |
| goal gap | {gap} |

Scores are corrected for chance: random play is 0, the oracle of the intended goal 1. The goal gap is what is lost in
deployment in episodes that go for another goal than the intended one.

{pictures}

Trained by {algorithm} with training seed {seed}, rewarded by {reward}; {mixed:g} % of its training levels tell the
goals apart. Content hash `{digest}`. Opening it runs no code:

```sh
pip install "goalgap[agents,hub]"
goalgap eval hf://{repository} {environment}
```
"""


def push(folder: Path, name: str, report: Report, private: bool = False) -> Address:
    """Put a bundle into a repository of the Hub, which is made if there is none; its address, pinned to the commit.

    Args:
        report: on what it does.
        private: of a repository that is made.

    Raises:
        HubError: the Hub does not take it.
        MissingPackageError: huggingface-hub is not installed.
    """
    address = Address(checked_repository(name))
    with needs_extras():
        import httpx2
        from huggingface_hub import CommitOperationAdd, HfApi
    api, files = HfApi(endpoint=endpoint(), token=writing_token()), dict(contents(folder, address, report))
    added = [CommitOperationAdd(path_in_repo=path, path_or_fileobj=content) for path, content in files.items()]
    try:
        api.create_repo(name, private=private, exist_ok=True)
        commit = api.create_commit(name, added, commit_message="A bundle of GoalGap")
    except (httpx2.HTTPError, OSError, ValueError) as error:
        told = shortened(printable(" ".join(str(error).split())))
        raise HubError(f"{name} cannot be written: {told}; is the token one that may write?") from error
    return address.pinned(commit.oid)


def writing_token() -> str:
    """The user's token; HubError where there is none, without which nothing can be written."""
    with needs_extras():
        if known := token():
            return known
    raise HubError("the Hub takes files with a token that may write: give one in HF_TOKEN, or by `hf auth login`")


def check_bundle(folder: Path) -> Bundle:
    """The manifest of what is to be given away; HubError where that is no bundle."""
    if not is_bundle(folder):
        raise HubError(f"{folder} is no bundle: `goalgap pack` makes one of a trained agent")
    if ":" in (told := Bundle.read(folder)).environment:
        raise HubError(f"{folder} names {shown(told.environment)}: no module is imported for an environment")
    return told


def contents(folder: Path, address: Address, report: Report) -> Iterator[tuple[str, bytes]]:
    """The files of a repository: those of the bundle, the card, and what it shows."""
    bundle = Bundle.read(folder)
    for name in (MANIFEST, bundle.file):
        yield name, (folder / name).read_bytes()
    drawn = pictures(report.episodes, SHOWN)
    names = [f"deployment-{k}.png" for k in range(len(drawn))]
    titles = [(name, f"{each.title}: {each.outcome}") for name, each in zip(names, drawn, strict=True)]
    yield README, card(bundle, address, report, titles).encode()
    for name, each in zip(names, drawn, strict=True):
        yield name, base64.b64decode(each.uri.partition(",")[2])


def card(bundle: Bundle, address: Address, report: Report, drawn: list[tuple[str, str]]) -> str:
    """The model card, in Markdown; what people wrote stands in it as they wrote it, and means nothing else."""
    score, gap = report.main.score("deploy", report.game.intended), report.main.gap("goal")
    told = {
        "name": bundle.card.name, "authors": bundle.card.authors, "description": bundle.card.description,
        "environment": report.game.environment, "intended": report.game.intended, "reward": bundle.training.reward,
        "verdict": report.verdict.headline, "score": str(value(score)), "gap": str(value(gap)),
        "algorithm": bundle.algorithm,
    }  # fmt: skip
    return CARD.format(
        front="\n".join(_front(bundle.card.license)), home=repository(), repository=address.repository,
        pictures="\n".join(f'<img src="{name}" alt="{escape(title)}">' for name, title in drawn),
        seed=bundle.training.seed, mixed=100 * bundle.training.alpha, digest=bundle.digest,
        **{name: escaped(text) for name, text in told.items()},
    )  # fmt: skip


def _front(license: str) -> Iterator[str]:
    """What the Hub reads of a card; a license that it does not know has a name."""
    yield "library_name: goalgap"
    yield "tags: [goalgap, reinforcement-learning, goal-misgeneralization]"
    if license.lower() in KNOWN:
        yield f"license: {license.lower()}"
    else:
        yield "license: other"
        yield f"license_name: {json.dumps(license)}"
