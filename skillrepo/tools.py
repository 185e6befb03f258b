"""The tools in a text of `allowed-tools`."""


def outer_commas(text: str) -> list[int]:
    """Where commas stand outside parentheses; those within are a tool's own."""
    found: list[int] = []
    depth = 0
    for index, character in enumerate(text):
        if character == "(":
            depth += 1
        elif character == ")":
            depth = max(0, depth - 1)
        elif character == "," and not depth:
            found.append(index)
    return found


def split(text: str) -> list[str]:
    """The tools, which are separated by spaces or commas outside parentheses.

    A parenthesis that is not closed holds nothing together: others read what is behind it.
    """
    found: list[str] = []
    tool = ""
    depth = 0
    for character in text + " ":
        if not depth and (character == "," or character.isspace()):
            if tool:
                found.append(tool)
            tool = ""
            continue
        tool += character
        depth = max(0, depth + (character == "(") - (character == ")"))
    return [*found, *tool.replace(",", " ").split()]
