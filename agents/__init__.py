"""Who wants: reference policies, and agents of stable-baselines3, trained by a recipe and loaded to be evaluated.

Recipes, records and reference policies need no torch; training, loading and the vector environment do.
"""
