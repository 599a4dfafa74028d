"""What is stored: episodes as a table, the record of the game they were played in, and the runs that played them."""
