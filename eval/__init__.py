"""What it wanted: play -> table -> measures -> show.

    episodes = evaluate(task, policy)                   # play: once on every level
    episodes.write("results/episodes.parquet")          # table: everything the report says comes from here
    report = Report.of([episodes])                      # measures: scores, gaps, intervals, verdict
    html.write("report.html", report, episodes)         # show: its sections as a page, in the terminal, in docs

`table`, `measures` and `report` import nothing of the environments, so episodes are read and judged without them.
"""
