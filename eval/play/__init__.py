"""From a task and a policy to episodes, and back from recorded episodes to the games they were played in."""
