"""Policies of any framework, as ONNX files, of which nothing runs but what is known here.

A file is never given to onnxruntime. It is read by our own reader of its format, which knows the parts that a network
needs and refuses all others (`wire`, `schema`, `file`); each node is held to a list of operators, by which the size of
all that is computed is known before anything is (`plan`, `operators`, `arguments`); and what was understood is written
anew, under names of ours (`writing`). That is what onnxruntime sees (`network`).

What a file must hold:

    inputs    observation   of one game, as the environment gives it: shape (1, *observation shape), float32 or uint8
              X             if the network remembers: float32, of any name and shape; zeros when an episode begins
    outputs   logits        of the actions, shape (1, actions), float32, from which an action is drawn; or
              q_values        the same, of which the action with the largest is taken
              next_X        for each X, of its shape

Games are shown to it one by one, so what it does in one never depends on others. A dimension that has a name in place
of a size is 1.
"""
