"""What each term of a report means, in a sentence: the words here, and the measures where they are declared."""

from __future__ import annotations

from ..measures.catalogue import KINDS

WORDS = {
    "Level": "Everything an episode depends on besides the actions, drawn from a seed before the first step.",
    "Train, control, deploy": (
        "Three distributions of levels. On train the intended goal and the proxy agree; on control they agree too, "
        "but the layouts are new; on deploy the layouts are new and the goals come apart."
    ),
    "Intended goal": "What the designers want, and by default what the agent was rewarded for.",
    "Proxy goal": "Another goal that the training levels could not tell from the intended one.",
    "Return": "The discounted sum of a goal's rewards over an episode.",
    "Oracle": "A policy that is optimal for one goal; its return is the most an agent could have earned on a level.",
    "Training seed": "One training run. Which goal a run learns can differ by its seed alone, so each is shown.",
    "Interval": (
        "In square brackets, 95 %: of one training seed it covers the choice of levels only; of five and more, seeds "
        "and levels. Of two to four seeds there is none, and the range of the seeds stands in round brackets."
    ),
    "Sampled, argmax": "Whether actions were drawn from the policy's probabilities, or the likeliest was always taken.",
    "Alpha": "The fraction of training levels on which the goals come apart; 0 unless said otherwise.",
}


def glossary() -> dict[str, str]:
    """Every term with its meaning: words first, then measures."""
    return WORDS | {term: meaning for declared in KINDS.values() for term, meaning in declared.meanings.items()}
