"""Bundles: trained agents to give away, which nobody has to trust.

    corner-lover/bundle.json          the manifest: what the network is, what it was trained on, who made it (`Bundle`)
                /weights.safetensors  the weights, and nothing else
                /README.md            the same for people

Nothing in a bundle is code. The network is one of those that agents' files may hold (`agents.reading`), declared by
the same words; weights are plain arrays, whose checksum the manifest bears, and the SHA-256 of the manifest is the name
of the whole. Writing one needs what trained agents need; reading a manifest needs no torch.
"""
