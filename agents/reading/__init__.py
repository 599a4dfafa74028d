"""Reading an agent's file without running code from it.

A zip of stable-baselines3 holds pickled Python objects, and unpickling runs code. Nothing is unpickled here. What a
network was built of is told beside the pickles as text, and is compared with a list of known classes and arguments
(`declared`); weights are raw numbers, whose pickled table of contents is read as data (`tensors`); and the network is
built anew, after its shapes have been held to the weights that there are (`building`). All else is left unread.
"""
