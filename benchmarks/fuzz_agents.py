"""Does a broken agent file run code, hang, or end in a traceback? `python benchmarks/fuzz_agents.py`

The mutations of `tests/hostile_agents.py` of a small agent of each algorithm, 10^5 of them unless a number is given.
Each loads, or is refused by an `AgentError`. Prints a table; the exit code says whether a case ended otherwise or took
long.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

from sb3_contrib import ARS, QRDQN, TRPO, RecurrentPPO
from stable_baselines3 import A2C, DQN, PPO

import goalgap
from goalgap.agents.loading import AgentError, load_agent

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from hostile_agents import Members, members_of, mutated, ran

CASES, SECONDS = 10**5, 2.0
TASK = goalgap.task("CheeseCorner", size=5)
POLICIES = {PPO: "MlpPolicy", A2C: "MlpPolicy", TRPO: "MlpPolicy", DQN: "MlpPolicy", QRDQN: "MlpPolicy",
            RecurrentPPO: "MlpLstmPolicy", ARS: "MlpPolicy"}  # fmt: skip


def saved(kind: type) -> dict[str, bytes]:
    """The members of an agent of an algorithm that has not learned anything."""
    made = io.BytesIO()
    few = {"buffer_size": 10} if kind in (DQN, QRDQN) else {}
    memory = {"lstm_hidden_size": 8} if kind is RecurrentPPO else {}
    kind(POLICIES[kind], goalgap.vec_env(TASK), policy_kwargs={"net_arch": [8], **memory}, device="cpu", **few).save(
        made
    )
    return members_of(made.getvalue())


def outcome(members: Members, algorithm: str, number: int) -> str:
    """How a case ended: as it may, "loads" or "is refused", or otherwise."""
    file = Path("agent.zip")
    file.write_bytes(mutated(members, number))
    began, ended = time.process_time(), "loads"
    try:
        load_agent(file, TASK, algorithm=algorithm)
    except AgentError as error:
        ended = "is refused" if str(error).isprintable() else "is refused in several lines"
    except BaseException as error:  # noqa: BLE001 (that there is none is what is looked at)
        ended = f"ends in {type(error).__name__}: {error}"
    took = time.process_time() - began
    return "runs code" if ran() else ended if took < SECONDS else f"takes {took:.1f} s"


def main(cases: int) -> None:
    agents = {kind.__name__: saved(kind) for kind in POLICIES}
    names, ends, faults = list(agents), Counter[tuple[str, str]](), []
    for number in range(cases):
        name = names[number % len(names)]
        ended = outcome(agents[name], name, number)
        ends[name, ended] += 1
        faults += [f"{number}, {name}: {ended}"] if ended not in ("loads", "is refused") else []
    print("| agent | loads | is refused | ends otherwise |\n| --- | ---: | ---: | ---: |")
    for name in names:
        told = [ends[name, "loads"], ends[name, "is refused"]]
        others = sum(count for (agent, _), count in ends.items() if agent == name) - sum(told)
        print(f"| {name} | {told[0]} | {told[1]} | {others} |")
    print(f"\n{cases} cases, {len(faults)} ended otherwise", *faults, sep="\n")
    sys.exit(bool(faults))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        main(int(sys.argv[1]) if len(sys.argv) > 1 else CASES)
