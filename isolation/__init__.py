"""A stranger's policy in a process of its own that sees observations and nothing else.

    with isolated(Path("policy.py"), task, code=True) as (policy, run):    # policies: what the evaluator plays with
        episodes = evaluate(task, policy, run=run)

The environments, their levels and the recording stay in the evaluator. Observations cross a pipe, actions come back as
numbers, and each is checked here; nothing else that the worker says is believed, but of an agent whether it draws its
actions. What a submission does wrong is an `EntryError` with a reason, never more.

    policies   the policy in the evaluator            worker    the program that acts, confined
    process    the pipes to the worker, its limits    launch    the program that confines it and ends it
    backends   what confines, and what stays visible  seccomp   what bubblewrap's filter refuses
    submission the copy that is run                   agents    how a worker opens an agent's file
"""
