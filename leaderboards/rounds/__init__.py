"""Rounds: agents are scored on levels that nobody could know when they were trained.

A round is opened by publishing the hash of a secret salt. Which levels an agent plays follows from the salt and from
the agent itself (`derivation`), so they cannot be known before the agent is handed in, nor be chosen after. It is
played in confinement, among alarm levels that find out who knows more than is shown (`alarms`, `playing`). Scores are
published at once, and episodes when the round is closed (`keeping`); with them the salt is, and anyone can recompute
all of it (`checking`).
"""
