"""What it wanted: rollout -> episodes -> scores -> report.

    episodes = evaluate(task, policy, levels=1000)      # play, once on every level
    episodes.write("results/episodes.parquet")          # everything the report says comes from here
    report = Report.of([episodes])                      # scores, gaps, intervals, verdict

Nothing is imported here, so that a reader of tables need not load the environments.
"""
