"""Bundles on the Hugging Face Hub, or on a server that speaks its interface (`HF_ENDPOINT`).

    goalgap push corner-lover --repo somebody/corner-lover          `pushing`: the bundle, a model card, and pictures
    goalgap eval hf://somebody/corner-lover CheeseCorner            `fetching`: manifest and weights, and nothing else

Of a repository two files are read, whose sizes are known before and are held to while they are read; they are opened as
any bundle is, so no code of it runs. Tokens go to the Hub alone, wherever it redirects.
"""
