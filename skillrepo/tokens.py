"""How many tokens a text has, about: characters / 4, rounded up."""


def tokens(text: str) -> int:
    """The estimate, which is printed with ≈; no model counts exactly so."""
    return -(-len(text) // 4)
