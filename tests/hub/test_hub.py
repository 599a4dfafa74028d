"""The Hub, by a stand-in that speaks HTTP: bundles come and go whole, nothing else is fetched, and tokens stay home."""

from __future__ import annotations

import json
import pickle
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from commands import goalgap
from hub_server import COMMIT, Hub, serving
from recipes import TASK, TINY

from goalgap.agents.bundles.manifest import MANIFEST, ONNX, README, WEIGHTS, Bundle, Card
from goalgap.agents.bundles.packing import pack
from goalgap.agents.onnx.exporting import pack_as_onnx
from goalgap.agents.training import train
from goalgap.eval.table.episodes import Episodes
from goalgap.hub import addresses, fetching
from goalgap.hub.addresses import Address, HubError
from goalgap.hub.fetching import LIMITS, fetch

FILES = (MANIFEST, WEIGHTS, README)
TOKEN, MINE = "hf_secretsecret", "somebody/corner-lover"
SECRET = f"Bearer {TOKEN}"
CARD = Card(name="Corner <b>lover</b>", authors="us", description="# a *test*", license="MIT")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("bundle")
    pack(train(TASK, TINY, 3, place / "agent"), CARD, place / "bundle")
    return place / "bundle"


@pytest.fixture
def hub(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub that has the bundle."""
    with serving() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        hub.repositories[MINE] = {name: (bundle / name).read_bytes() for name in FILES}
        yield hub


def said(capsys: pytest.CaptureFixture[str]) -> str:
    heard = capsys.readouterr()
    assert TOKEN not in heard.out + heard.err
    return " ".join(f"{heard.out} {heard.err}".split())


def test_a_bundle_is_given_away_and_evaluated_by_others(
    hub: Hub, bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert goalgap("push", bundle, "--repo", "a/b", "--levels", 6) == 0
    assert f"given away: hf://a/b@{COMMIT}" in said(capsys)
    held = hub.repositories["a/b"]
    assert set(held) == {*FILES, "deployment-0.png", "deployment-1.png", "deployment-2.png"}
    assert all(held[name] == (bundle / name).read_bytes() for name in (MANIFEST, WEIGHTS))
    assert held["deployment-0.png"].startswith(b"\x89PNG")
    card = held[README].decode()
    assert card.startswith("---\nlibrary_name: goalgap\n")
    for told in ("license: mit", "| score in deployment | ", "| goal gap | ", "goalgap eval hf://a/b CheeseCorner"):
        assert told in card
    assert "<b>" not in card
    hub.asked.clear()
    out = tmp_path / "out"
    assert goalgap("eval", "hf://a/b", "CheeseCorner", "--size", 5, "--levels", 6, "--out", out) == 0
    (run,) = Episodes.read(out / "sampled-6.parquet").runs
    assert run.details["hub"] == f"hf://a/b@{COMMIT}"
    assert run.details["bundle"] == Bundle.read(bundle).digest
    assert [path for _, path, _ in hub.asked] == [
        "/api/models/a/b/revision/main", f"/a/b/resolve/{COMMIT}/{MANIFEST}", f"/a/b/resolve/{COMMIT}/{WEIGHTS}"
    ]  # fmt: skip
    assert {token for _, _, token in hub.asked} == {SECRET}


def test_a_policy_of_any_framework_comes_and_goes_too(hub: Hub, bundle: Path, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime", reason='this needs onnxruntime: pip install "goalgap[onnx]"')
    pack_as_onnx(bundle.parent / "agent", CARD, tmp_path / "onnx")
    assert goalgap("push", tmp_path / "onnx", "--repo", "a/c", "--levels", 6) == 0
    assert {MANIFEST, ONNX, README} <= set(hub.repositories["a/c"])
    assert WEIGHTS not in hub.repositories["a/c"]
    assert fetch(Address.of("hf://a/c"), tmp_path / "c").digest == Bundle.read(tmp_path / "onnx").digest
    assert {path.name for path in (tmp_path / "c").iterdir()} == {MANIFEST, ONNX}


def test_a_revision_may_be_named(hub: Hub, tmp_path: Path) -> None:
    assert fetch(Address.of(f"hf://{MINE}@v1/x"), tmp_path / "b").address == Address(MINE, COMMIT)
    assert hub.asked[0][1] == f"/api/models/{MINE}/revision/v1/x"
    assert {path.name for path in (tmp_path / "b").iterdir()} == {MANIFEST, WEIGHTS}


@pytest.mark.parametrize(
    "word",
    [
        "a",
        "a/b/c",
        "../b",
        "a/..",
        "a/b@",
        "/a",
        "a/b@../x",
        "a/b@-x",
        "a/b?x",
        "a/b#x",
        "a/b%2f",
        "é/b",
        "a/b@x y",
        "a\n/b",
    ],
)
def test_what_is_no_address_is_refused_before_anything_is_asked(word: str, hub: Hub) -> None:
    if word == "a/b@":
        assert Address.of(f"hf://{word}").revision == "main"
        return
    assert goalgap("eval", f"hf://{word}", "CheeseCorner") == 2
    assert hub.asked == []


def large(hub: Hub) -> None:
    hub.listed[WEIGHTS] = LIMITS[WEIGHTS] + 1


def no_size(hub: Hub) -> None:
    hub.listed[WEIGHTS] = None


def no_manifest(hub: Hub) -> None:
    del hub.repositories[MINE][MANIFEST]


def pickles(hub: Hub) -> None:
    hub.repositories[MINE] = {"agent.zip": b"PK", "model.pkl": pickle.dumps({})}


def outside(hub: Hub) -> None:
    hub.listed["../../evil"] = 3


def absolute(hub: Hub) -> None:
    hub.listed["/etc/passwd"] = 3


def unnamed(hub: Hub) -> None:
    hub.repositories[MINE].clear()
    hub.sent[f"/api/models/{MINE}/revision/main"] = json.dumps(
        {"sha": COMMIT, "siblings": [{"rfilename": [1]}]}
    ).encode()


def unpinned(hub: Hub) -> None:
    told = hub.listing(MINE) | {"sha": "main"}
    hub.sent[f"/api/models/{MINE}/revision/main"] = json.dumps(told).encode()


def nonsense(hub: Hub) -> None:
    hub.sent[f"/api/models/{MINE}/revision/main"] = b"[" * 10**5


def nobody(hub: Hub) -> None:
    hub.repositories.clear()


BEFORE = {
    large: "weights.safetensors of .* has 67108865 bytes: 1 to 67108864 are allowed", no_size: "has None bytes",
    no_manifest: "is no bundle: bundle.json is missing",
    pickles: r"bundle.json and weights.safetensors is missing; it holds agent.zip, model.pkl, which is not opened",
    outside: "names files outside of itself", absolute: "names files outside of itself",
    unnamed: "names files outside of itself", unpinned: "the Hub names 'main'", nonsense: "is no JSON",
    nobody: "answers 404: there is none of that name",
}  # fmt: skip


@pytest.mark.parametrize("wrong", BEFORE, ids=lambda wrong: wrong.__name__)
def test_what_is_no_bundle_is_not_fetched(wrong: Any, hub: Hub, tmp_path: Path) -> None:
    wrong(hub)
    with pytest.raises(HubError, match=BEFORE[wrong]):
        fetch(Address(MINE), tmp_path / "b")
    assert [path for _, path, _ in hub.asked if "resolve" in path] == []
    assert not (tmp_path / "b").exists()


def test_more_than_was_listed_is_not_read(hub: Hub, tmp_path: Path) -> None:
    place = f"/{MINE}/resolve/{COMMIT}/{WEIGHTS}"
    for content, match in ((bytes(2**21), "sends more than the"), (b"x", "1 bytes, and .* were listed")):
        hub.sent[place] = content
        with pytest.raises(HubError, match=match):
            fetch(Address(MINE), tmp_path / "b")
    hub.sent[place] = bytes(len(hub.repositories[MINE][WEIGHTS]))
    assert goalgap("eval", f"hf://{MINE}", "CheeseCorner", "--size", 5, "--levels", 6) == 2


def test_no_other_host_is_asked(hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Not for a listing, not for a file, and not by a redirect within the hub that leads out of it."""
    with serving() as other:
        other.repositories |= hub.repositories
        listing, file = f"/api/models/{MINE}/revision/main", f"/{MINE}/resolve/{COMMIT}/{WEIGHTS}"
        for redirects in (
            {listing: other.url + listing},
            {file: other.url + file},
            {file: "/elsewhere", "/elsewhere": other.url + file},
            {file: f"//127.0.0.1:{other.server_port}{file}"},
            {file: "file:///etc/passwd"},
            {file: "http://[::bad"},
            {file: "https://huggingface.co@127.0.0.1:1/"},
        ):
            hub.redirects = redirects
            assert goalgap("eval", f"hf://{MINE}", "CheeseCorner", "--size", 5, "--levels", 6) == 2
            assert "redirects to" in said(capsys)
        assert other.asked == []
        hub.redirects = {file: file}
        with pytest.raises(HubError, match="again and again"):
            fetch(Address(MINE), tmp_path / "b")


def test_within_the_hub_redirects_are_followed(hub: Hub, tmp_path: Path) -> None:
    hub.redirects = {f"/api/models/{MINE}/revision/main": "/api/models/other/name/revision/main"}
    hub.repositories["other/name"] = hub.repositories[MINE]
    assert fetch(Address(MINE), tmp_path / "b").address.revision == COMMIT


def test_the_stores_of_the_hub_are_asked_without_the_token(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = f"/{MINE}/resolve/{COMMIT}/{WEIGHTS}"
    with serving() as store:
        store.repositories |= hub.repositories
        hub.redirects = {file: f"{store.url}{file}?signature=secret"}
        monkeypatch.setattr(fetching, "_checked_redirect", lambda _, location: location)
        fetch(Address(MINE), tmp_path / "b")
        assert [(path, token) for _, path, token in store.asked] == [(file, None)]


def test_only_the_hub_itself_has_stores(monkeypatch: pytest.MonkeyPatch) -> None:
    store, hub = "https://cdn-lfs.hf.co/x?Key=secret", f"{addresses.USUAL}/a/b/resolve/x/y"
    monkeypatch.delenv("HF_ENDPOINT", raising=False)
    assert fetching._checked_redirect(hub, store) == store
    for other in (
        "http://cdn-lfs.hf.co/x",
        "https://hf.co.evil.org/x",
        "https://evilhf.co/x",
        "https://10.0.0.1/?k=secret",
    ):
        with pytest.raises(HubError, match="is not of the Hub") as refused:
            fetching._checked_redirect(hub, other)
        assert "secret" not in str(refused.value)
    monkeypatch.setenv("HF_ENDPOINT", "https://hub.example.org")
    with pytest.raises(HubError, match="is not of the Hub"):
        fetching._checked_redirect("https://hub.example.org/a", store)


def test_a_hub_that_sends_nothing_is_given_up(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "LONGEST", -1.0)
    with pytest.raises(HubError, match="takes more than"):
        fetch(Address(MINE), tmp_path / "b")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(HubError, match="cannot be reached"):
        fetch(Address(MINE), tmp_path / "b")
    monkeypatch.setattr(fetching, "SILENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(HubError, match="cannot be reached"):
            fetch(Address(MINE), tmp_path / "b")


def test_a_token_that_is_none_is_not_shown(
    hub: Hub, bundle: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HF_TOKEN", f"{TOKEN[:6]}\x01{TOKEN[6:]}")
    for words in (("eval", f"hf://{MINE}", "CheeseCorner"), ("push", bundle, "--repo", "a/b", "--levels", 6)):
        assert goalgap(*words) == 2
        assert "has characters that no token has" in (heard := said(capsys))
        assert TOKEN[6:] not in heard
    assert hub.asked == []


def test_what_the_hub_does_not_take_is_told(
    hub: Hub, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert goalgap("push", tmp_path, "--repo", "a/b") == 2
    assert "is no bundle" in said(capsys)
    assert goalgap("push", bundle, "--repo", "../b") == 2
    assert "is named USER/NAME" in said(capsys)
    with serving() as other:
        hub.redirects = {"/api/repos/create": f"{other.url}/api/repos/create"}
        assert goalgap("push", bundle, "--repo", "a/b", "--levels", 6) == 2
        assert "a/b cannot be written" in said(capsys)
        assert {token for _, _, token in other.asked} <= {None}
    hub.redirects = {}
    monkeypatch.setenv("HF_TOKEN", "")
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    assert goalgap("push", bundle, "--repo", "a/b", "--levels", 6) == 2
    assert (heard := said(capsys)).count("give one in HF_TOKEN") == 1
    assert "evaluate" not in heard
