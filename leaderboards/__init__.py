"""Who wants the right thing: entries are folders of data, and the board is derived from their raw episodes."""
