"""The leaderboard as a static site: pages that work without scripts, fetch nothing, and come out the same each time."""
