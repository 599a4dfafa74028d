"""Curricula: which levels training plays, by what the agent still loses on them.

A curriculum is one level sampler in front of the batch (`sampler`). It keeps a buffer of levels with what their
episodes came to (`buffer`), scores them by an estimate of regret (`scores`), and has the best of them played again
(`replaying`). Between rollouts it may try new levels and edited ones without learning from them (`exploring`).
`settings` names the methods:

* `plr`: prioritized level replay (Jiang et al. 2021a), which learns from new levels too;
* `robust-plr`: which learns from replayed levels alone (Jiang et al. 2021b);
* `accel`: which also tries edits of levels that it has replayed (Parker-Holder et al. 2022);
* `sfl`: sampling for learnability (Rutherford et al. 2024), which finds its buffer anew now and then (`learnability`).
"""
