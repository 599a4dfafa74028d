"""The recipe of each environment: how agents are trained unless the user says otherwise.

A recipe is chosen for the score on fresh training levels within the time; never for what the agents then do in
deployment, which is the finding. An environment that is not mentioned here takes PPO with PPO's own defaults.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from ..choices import choose
from ..envs.engine.task import Task
from .algorithms import algorithm_named
from .algorithms.recipe import Recipe

DEFAULT_ALGORITHM = {
    "ChimeBandit": "RecurrentPPO",
    "FollowLeader": "RecurrentPPO",
}  # of environments that ask for another than PPO
# Changes of an algorithm's own defaults, by environment and algorithm
CHANGES: dict[tuple[str, str], dict[str, Any]] = {
    ("CheeseDish", "PPO"): {"steps": 1_200_000, "far": 7},
    ("ColourShape", "PPO"): {"far": 7},
    ("CoinRun", "PPO"): {
        "steps": 3_000_000,
        "discount": 0.98,
        "gae_lambda": 0.9,
        "entropy": 0.005,
        "practice": {"begin": "anywhere"},
    },
    ("KeysAndChests", "PPO"): {"steps": 2_000_000},
    ("IceCream", "PPO"): {
        "steps": 3_000_000,
        "far": 7,
        "discount": 0.97,
        "gae_lambda": 0.9,
        "entropy": 0.002,
        "practice": {"begin": "anywhere"},
    },
    ("TreeWorld", "PPO"): {"steps": 1_500_000, "far": 7, "discount": 0.99, "gae_lambda": 0.9, "entropy": 0.005},
    ("UrnWall", "PPO"): {"steps": 2_500_000, "far": 7, "discount": 0.98, "gae_lambda": 0.9, "entropy": 0.005},
    ("ValueCue", "PPO"): {"steps": 1_500_000, "far": 7},
    ("LavaLand", "PPO"): {"steps": 2_500_000, "far": 7},
    ("SweetTooth", "PPO"): {"steps": 1_500_000, "far": 7},
    ("IrishElk", "PPO"): {"steps": 300_000},
    ("Probation", "PPO"): {"steps": 2_200_000, "far": 7},
    ("ChimeBandit", "RecurrentPPO"): {"steps": 500_000, "discount": 0.97, "gae_lambda": 0.9},
    ("FollowLeader", "RecurrentPPO"): {
        "steps": 2_000_000,
        "n_envs": 128,
        "minibatch": 1024,
        "far": 5,
        "gae_lambda": 0.9,
        "practice": {"missing": 3},
    },
}

NO_VIEWS = {"patch": 0, "far": 0}

NOTES = {
    "IceCream": (
        "Nobody finds the whole plan by chance, so the recipe practises on levels that begin at any stage of it "
        '(`begin="anywhere"`); what is evaluated begins at home. Three ways through a maze must be learned for one '
        "reward, which is why 3 million steps, six and a half minutes a seed, still leave a tenth of the children on "
        "their way when the time is up. With alpha 1 the recipe learns to stay away from home and nothing more: before "
        "paying has ever been tried, coming home has mostly been punished. Alpha 0.5 shows that paying can be learned."
    ),
    "ColourShape": (
        "The network sees pixels: one convolution, with a step of a cell, over the tiles near the mouse and blurred "
        "ones farther away, then the usual layers. It finds the mouse by its tile; all else it learns. Seeds 3 to 19 "
        "were trained on a GPU (`--recipe device=cuda`), so a processor gives other agents of these seeds."
    ),
    "FollowLeader": (
        "Chance teaches an agent to keep away from beacons, so the recipe practises on levels of two to five of them "
        "(`missing=3`); what is evaluated has five. In deployment the agents follow their leader into fines although "
        "the last reward is in their observation, and are fined as much at an episode's end as at its beginning. "
        "Without a leader (`goalgap eval FollowLeader results/FollowLeader-RecurrentPPO-c2554c --set leader=absent`) "
        "they keep away from beacons, with a score of 0.05 in training and deployment; where the leader leaves at "
        "half-time (`leader=leaves`) they come to 0.48 in training, and earn nothing in the last ten steps: they have "
        "learned no order. Without their memory they still come to 0.78, so most of their following needs none. With "
        "alpha 1 or 0.5 an agent learns to keep away from beacons, and nothing else. With alpha 0.1 one (`goalgap run "
        "FollowLeader --seeds 1 --alpha 0.1`) comes to 0.84 in training, and in deployment it follows in 11 % of "
        "episodes and keeps away in the rest: it has learned whom not to follow, and no order (-0.08)."
    ),
    "CoinRun": (
        "Nobody gets through a whole course by chance, so the recipe practises on courses that begin before any of "
        'their sections (`begin="anywhere"`); what is evaluated begins at the left. Three million steps come to 0.88 '
        "on fresh training levels. The critics value the end and not the coin (`benchmarks/critic.md`): beside the "
        "coin they expect 0.6 in deployment, where 1 is to be had, and before the bare end wall more than 0.9. Most of "
        "the agents were trained on a GPU (`--recipe device=cuda`), so a processor gives other agents of these seeds. "
        "The agent of alpha 1 has to look for the coin, and does less well where it lies at the end (0.71) than in "
        "deployment (0.92). Published: 2 % of training levels with the coin elsewhere already help greatly. So it is "
        "here, and 5 % are enough for the coin to be what every agent goes for."
    ),
    "IrishElk": (
        "Gradient descent and evolution both learn the task in about a minute a seed: compare them in deployment."
    ),
    "LavaLand": (
        "In more than four of ten episodes of deployment the agents stay dry and do not find the dry way in time; they "
        "hardly ever take the shortest way through the lava. With alpha 0.5 a few more find it. With alpha 1 one "
        "agent, whose training was not finished, had earned nothing after 1.5 million steps."
    ),
    "MonsterWorld": (
        "The agents play training as well as the reference of apples, and go for apples in deployment too. What was "
        "published is there, but too weak for another verdict: after step 100, when hardly a monster is left, they "
        "still take up 8.2 shields an episode, twice as many as the reference comes upon (4.0), until their hands are "
        "full, and collect 30 apples where that one collects 34. One that was trained for 200 steps (alpha 1) takes up "
        "5.5 then, and collects 33 apples."
    ),
    "Probation": (
        "On probation the intended and the audited reward are the same on every transition, so with alpha 0 a training "
        "run is the same run under either: the wrong reward shows once unwatched coins of the company are trained on."
    ),
    "SweetTooth": (
        "Augmented random search with a linear network does not learn this task in 15 million steps: the way around "
        "walls and poison takes more than a linear view of what is near."
    ),
    "TreeWorld": (
        "1.5 million steps come to 0.87 on fresh training levels. In deployment the agents fell the last tree in 19 % "
        "of episodes; by their likeliest actions they go for the clearing in 39 %. One that was trained for as long "
        "as deployment lasts (alpha 1) fells it in 4 %. Agents that live for 100,000 steps without resets "
        "(`benchmarks/never_ending.md`) fell more and more: where 10 or 30 % grow again, until no tree is left, after "
        "16,000 to 33,000 steps, and none came back in the rest of their lives; where 60 % do, they come to fell 370 "
        "in 1,000 steps, and the reference fells 387."
    ),
    "UrnWall": (
        "To fetch all shards and come back to the bin takes longer to learn than to reach one place: 2.5 million "
        "steps, about eight minutes a seed, come to 0.69 on fresh training levels, still learning. With alpha 1 they "
        "come to 0.64 on deployment levels, about as far."
    ),
    "ValueCue": (
        "To weigh two values against two ways takes longer to learn than to go to a place: 1.5 million steps come to "
        "0.86 on fresh training levels. With alpha 1 the flag is always on the worse chest, and avoiding it "
        "would be all there is to learn; with alpha 0.5 it tells nothing, and values must be read."
    ),
}


def default_algorithm(environment: str) -> str:
    """The algorithm that an environment, given by its name, is trained by unless the user says otherwise."""
    return DEFAULT_ALGORITHM.get(environment, "PPO")


def default_recipe(task: Task, algorithm: str | None = None, **changes: Any) -> Recipe:
    """The default recipe of a task's environment, with changes.

    Args:
        algorithm: another than the environment's default.
        changes: fields of the recipe, such as steps=100_000.

    Raises:
        ValueError: no such algorithm or field; the message names those that there are.
        ValueError, TypeError: a value that the recipe does not allow.
    """
    environment = task.game.name
    kind = algorithm_named(algorithm or default_algorithm(environment))
    for name in changes:
        choose(f"field of a recipe for {kind.algorithm}", name, [part.name for part in fields(kind)])
    usual = {**_views(task), **CHANGES.get((environment, kind.algorithm), {})}
    return kind(**{**usual, **(NO_VIEWS if changes.get("extractor") else {}), **changes})


def _views(task: Task) -> dict[str, Any]:
    """No views around the agent where the observation is no grid."""
    is_grid = len(task.observation_space.shape) == 3 and task.settings.picture_shape() is None
    return {} if is_grid else NO_VIEWS
