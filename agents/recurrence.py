"""Networks with memory that read a sequence at once.

When it learns, RecurrentPPO cuts what was played into sequences that begin where an episode does. sb3-contrib's
policy still walks through them step by step whenever any of them begins with an episode, to clear the memory in time.
Clearing it before the first step and reading on at once computes the same, in a fraction of the time.
"""

from __future__ import annotations

from typing import Any

from sb3_contrib.common.recurrent.policies import RecurrentActorCriticPolicy
from torch import Tensor, nn

States = tuple[Tensor, Tensor]


class SequencePolicy(RecurrentActorCriticPolicy):
    """sb3-contrib's policy, which reads a sequence at once unless an episode begins inside it."""

    @staticmethod
    def _process_sequence(
        features: Tensor, lstm_states: States, episode_starts: Tensor, lstm: nn.LSTM
    ) -> tuple[Tensor, Any]:
        """Outputs, shape (sequences * steps, units), and the last states, shapes (layers, sequences, units)."""
        sequences = lstm_states[0].shape[1]
        starts = episode_starts.reshape(sequences, -1)
        if starts[:, 1:].any():
            return RecurrentActorCriticPolicy._process_sequence(  # noqa: SLF001
                features, lstm_states, episode_starts, lstm
            )
        kept = 1.0 - starts[:, :1]
        steps = features.reshape(sequences, -1, lstm.input_size).transpose(0, 1)
        outputs, after = lstm(steps, (kept * lstm_states[0], kept * lstm_states[1]))
        return outputs.transpose(0, 1).flatten(0, 1), after
