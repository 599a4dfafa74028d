"""What a network says of an observation, whatever other observations it is shown at the same time.

Libraries of linear algebra choose the order of their sums by the number of rows, and by how a row lies in memory, so
that the last bits of an answer, and now and then an action, depend on the batch. Here networks read blocks of always
the same number of rows, the last filled up, and every linear layer is widened by zeros until all rows lie alike. A
block is tried before it is used: where rows that change places change a single bit, rows are read one by one instead.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from functools import cached_property, reduce
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sb3_contrib.common.recurrent.policies import RecurrentActorCriticPolicy
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.policies import BasePolicy
from torch import Tensor
from torch.nn.functional import linear, pad
from torch.overrides import TorchFunctionMode

from .threads import one_thread
from .views import views_of

LIBRARIES = ("stable_baselines3", "sb3_contrib", "goalgap")  # whose `predict` asks the network
ROWS = 256  # of a block: a part of what an evaluation plays at once
LINE = 16  # float32 numbers in 64 bytes, by which torch aligns what it allocates
TRIALS = 4
CLOSE = 1e-4  # logarithms of probabilities that are so alike are the same

Floats = NDArray[np.floating[Any]]


class Network:
    """The policy network of a stable-baselines3 model.

    Args:
        model: an algorithm or a policy; one that knows no chances of its actions (DQN) is certain of its best action.
        rows: how many are read at once; if left out, as many as leave every answer as it is among others.
        raw: logits as the last layer gives them, rather than as logarithms of probabilities, where these are all that
            the policy acts by: one of the user's own may change them, or ask another layer.
    """

    def __init__(self, model: BaseAlgorithm, rows: int | None = None, raw: bool = False) -> None:
        self.policy: Any = getattr(model, "policy", model)
        for part in (model, self.policy):
            check_predict(part)
        self.rows, self.views, self.raw = rows, views_of(model), raw
        self.remembers = isinstance(self.policy, RecurrentActorCriticPolicy)
        self.draws = hasattr(self.policy, "get_distribution")

    def __call__(
        self, obs: NDArray[np.uint8], memory: Floats | None, starts: NDArray[np.bool_]
    ) -> tuple[Floats, Floats]:
        """Read observations, uint8, shape (n, *observation shape), as the model's games show them.

        Args:
            memory: what the last call returned; None for networks that have seen nothing.
            starts: bool, shape (n,): where memory is to be forgotten first.

        Returns:
            logits, float64, shape (n, actions); and memory, float32, shape (2, layers, n, units), which has no layers
            where the network has no memory.

        Raises:
            ValueError: the observations are of another shape than those of training.
        """
        self._check_shape(obs)
        memory = self._nothing(len(obs)) if memory is None else memory
        return self._in_blocks(self.rows or self._rows, self._seen(obs), memory, starts)

    def _check_shape(self, obs: NDArray[np.uint8]) -> None:
        expected, given = self.policy.observation_space.shape, self._seen(obs[:1]).shape[1:]
        if sorted(given) != sorted(expected):  # pictures may have their channels last
            raise ValueError(
                f"this agent was trained for observations of shape {expected}, not {given}: play the task that it was "
                "opened for"
            )

    def values(self, obs: NDArray[np.uint8]) -> Floats:
        """What the critic expects of the rest of an episode, float64, shape (n,); obs as in a call.

        Raises:
            ValueError: the network has no critic, or one that remembers.
        """
        if not hasattr(self.policy, "predict_values") or self.remembers:
            raise ValueError(f"{type(self.policy).__name__} has no critic that tells a value of an observation alone")
        self.policy.set_training_mode(False)
        with one_thread(), torch.no_grad():
            told: Floats = self.policy.predict_values(self.policy.obs_to_tensor(self._seen(obs))[0]).cpu().numpy()
        return told[:, 0].astype(np.float64)

    def _seen(self, obs: NDArray[np.uint8]) -> Any:
        """Observations as the model's views show them."""
        return reduce(lambda told, view: view(told), self.views, obs)

    @cached_property
    def _rows(self) -> int:
        """How many rows are read at once."""
        return ROWS if all(self._steady(np.random.default_rng(trial)) for trial in range(TRIALS)) else 1

    def _steady(self, rng: np.random.Generator) -> bool:
        """Whether rows of noise that move on by one place in a block take their answers with them, to the bit."""
        space, memory = self.policy.observation_space, self._nothing(ROWS)
        if space.dtype.kind == "f":
            obs = rng.uniform(-1, 1, (ROWS, *space.shape)).astype(space.dtype)
        else:
            obs = rng.integers(space.low, space.high, (ROWS, *space.shape), space.dtype, endpoint=True)
        memory, starts = rng.uniform(-1, 1, memory.shape).astype(np.float32), rng.random(ROWS) < 0.5
        here = self._in_blocks(ROWS, obs, memory, starts)
        moved = self._in_blocks(ROWS, np.roll(obs, 1, 0), np.roll(memory, 1, 2), np.roll(starts, 1))
        return all(np.array_equal(np.roll(a, 1, -2), b) for a, b in zip(here, moved, strict=True))

    def _nothing(self, n: int) -> Floats:
        """The memory of networks that have seen nothing."""
        layers, _, units = self.policy.lstm_hidden_state_shape if self.remembers else (0, 0, 0)
        return np.zeros((2, layers, n, units), np.float32)

    def _in_blocks(self, rows: int, obs: Floats | NDArray[np.uint8], memory: Floats, starts: Any) -> tuple[Any, Any]:
        n, answers = len(obs), []
        given = _filled(obs, 0, rows), _filled(memory, 2, rows), _filled(starts, 0, rows)
        self.policy.set_training_mode(False)
        with one_thread(), torch.no_grad(), RowsAlike():
            for first in range(0, n, rows):
                block = slice(first, first + rows)
                answers.append(self._read(given[0][block], given[1][:, :, block], given[2][block]))
        logits, memories = zip(*answers, strict=True)
        return np.concatenate(logits)[:n], np.concatenate(memories, axis=2)[:, :, :n]

    def _read(self, obs: NDArray[Any], memory: NDArray[Any], starts: NDArray[Any]) -> tuple[Floats, Floats]:
        """The logits and the memory of one block."""
        policy = self.policy
        if not self.draws:
            actions, _ = policy.predict(obs, deterministic=True)
            return np.where(actions[:, None] == np.arange(policy.action_space.n), 0.0, -np.inf), memory
        seen, _ = policy.obs_to_tensor(obs)
        if not self.remembers:
            return self._logits(lambda: policy.get_distribution(seen))[0], memory
        old = tuple(torch.tensor(part, device=policy.device) for part in memory)
        begun = torch.tensor(starts, dtype=torch.float32, device=policy.device)
        logits, (_, new) = self._logits(lambda: policy.get_distribution(seen, old, begun))
        return logits, np.stack([part.cpu().numpy() for part in new])

    def _logits(self, ask: Callable[[], Any]) -> tuple[Floats, Any]:
        """The logits of what is asked for, a distribution or one and more, and what was asked for itself."""
        given: list[Tensor] = []
        with self._noting(given):
            told = ask()
        distribution = told[0] if isinstance(told, tuple) else told
        known = distribution.distribution.logits
        logits = unchanged(given[-1], known) if given else known
        return logits.cpu().numpy().astype(np.float64), told

    def _noting(self, given: list[Tensor]) -> Any:
        """Within, what the last layer gives is noted, where it is asked for."""
        return noted(self.policy, given) if self.raw else nullcontext()


def noted(policy: Any, given: list[Tensor]) -> Any:
    """Within, what the last layer of a policy gives is noted: logits before they become probabilities."""
    return policy.action_net.register_forward_hook(lambda *passed: given.append(passed[-1]))


def unchanged(given: Tensor, known: Tensor) -> Tensor:
    """Logits, shape (n, actions): those that were given, in rows whose probabilities are the known ones, else these."""
    if given.shape != known.shape:
        return known
    same = torch.isclose(given - given.logsumexp(-1, keepdim=True), known, rtol=CLOSE, atol=CLOSE)
    return torch.where(same.all(-1, keepdim=True), given, known)


def check_predict(part: Any) -> None:
    """ValueError unless what a model, or a policy, predicts is what its network says, by no method of one's own."""
    predict = getattr(type(part), "predict", None)
    if not isinstance(part, BaseAlgorithm | BasePolicy) or predict.__module__.partition(".")[0] not in LIBRARIES:
        raise ValueError(
            f"{type(part).__name__} predicts in a way of its own, and evaluation asks networks of stable-baselines3 "
            "alone: evaluate a callable (obs, state, episode_start) -> (actions, state) with a `name`, which calls it"
        )


class RowsAlike(TorchFunctionMode):
    """Inside, linear layers take rows of whole `LINE`s, filled up by zeros that meet weights of zero."""

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if function is linear:
            return _widened(*args, **(kwargs or {}))
        return function(*args, **(kwargs or {}))


def _widened(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """A linear layer, of whole lines."""
    missing = -weight.shape[1] % LINE
    return linear(pad(input, (0, missing)), pad(weight, (0, missing)), bias) if missing else linear(input, weight, bias)


def _filled(array: NDArray[Any], axis: int, rows: int) -> NDArray[Any]:
    """The array with zeros behind it, until it has whole blocks along an axis."""
    widths = [(0, 0)] * array.ndim
    widths[axis] = (0, -array.shape[axis] % rows)
    return np.pad(array, widths) if any(widths[axis]) else array
