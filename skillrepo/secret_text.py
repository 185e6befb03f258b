"""Keys and tokens of services in a text, which their form gives away; and the text without them."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from skillrepo.vocabulary import Vocabulary

_SHOWN = 4
"""Characters of a key that may be told."""
_ALONE = frozenset(
    b"ghp gho ghu ghs ghr glpat gldt glrt glcbt glptt sk rk xoxa xoxb xoxe xoxp xoxr xoxs dop doo"
    b" dckr gsk xai shpat shpca shppa shpss".split()
)
_STARTS = (b"akia", b"asia", b"aiza", b"dapi")
_TOGETHER = tuple(
    frozenset(words.split())
    for words in (
        b"github pat",
        b"hooks slack services",
        b"api webhooks",
        b"begin private key",
    )
)
# A common word, and the length of the long word that stands behind it in a key.
_LONG = {b"npm": 36, b"pypi": 40, b"hf": 34, b"sg": 20}
# Possessive: what is no key must not be cut into lines in every other way.
_PRIVATE_KEY = (
    r"-----BEGIN (?:[A-Z]{2,9} ){0,2}PRIVATE KEY-----(?:\s|\\n|\\r){1,4}+[A-Za-z0-9+/=]{40,4000}+"
    r"(?:(?:\s|\\n|\\r){1,16}+[A-Za-z0-9+/=]{1,4000}+){0,60}+"
)
_KINDS = (
    ("an access key of AWS", r"(?:AKIA|ASIA)[A-Z0-9]{16}"),
    ("a token of GitHub", r"gh[pousr]_[A-Za-z0-9]{36,255}"),
    ("a token of GitHub", r"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}"),
    ("a token of GitLab", r"gl(?:pat|dt|rt|cbt|ptt)-[A-Za-z0-9_-]{20,64}"),
    ("a key of Anthropic", r"sk-ant-[a-z]{2,8}\d{2}-[A-Za-z0-9_-]{40,200}"),
    ("a key of OpenAI", r"sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{40,250}"),
    ("a key of OpenAI", r"sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}"),
    ("a key of OpenRouter", r"sk-or-v1-[a-f0-9]{64}"),
    ("a token of Slack", r"xox[abeprs]-[A-Za-z0-9-]{24,250}"),
    (
        "a webhook of Slack",
        r"https://hooks\.slack\.com/services/T[A-Z0-9]{8,12}/B[A-Z0-9]{8,12}/[A-Za-z0-9]{24}",
    ),
    ("a webhook of Discord", r"https://discord(?:app)?\.com/api/webhooks/\d{17,20}/[\w-]{60,80}"),
    ("a key of Google", r"AIza[A-Za-z0-9_-]{35}"),
    ("a token of npm", r"npm_[A-Za-z0-9]{36}"),
    ("a token of PyPI", r"pypi-AgE[A-Za-z0-9_-]{50,250}"),
    ("a key of Stripe", r"[rs]k_live_[A-Za-z0-9]{24,99}"),
    ("a token of Hugging Face", r"hf_[A-Za-z]{34}"),
    ("a key of SendGrid", r"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
    ("a token of DigitalOcean", r"do[op]_v1_[a-f0-9]{64}"),
    ("a token of Docker Hub", r"dckr_pat_[A-Za-z0-9_-]{27}"),
    ("a token of Databricks", r"dapi[a-f0-9]{32}"),
    ("a token of Shopify", r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}"),
    ("a key of Groq", r"gsk_[A-Za-z0-9]{52}"),
    ("a key of xAI", r"xai-[A-Za-z0-9]{80}"),
    ("a private key", _PRIVATE_KEY),
)
_SHORTEST_BODY = 60
"""Of a private key, in characters."""
_FEWEST = 9
"""Different characters in the secret part of a real key of 16 and more."""


class Secret(NamedTuple):
    """Where a key begins and ends, what it is, and the few characters that may be told of it."""

    start: int
    end: int
    kind: str
    begins: str


def secrets_in(text: str) -> Iterator[Secret]:
    """The keys in a text, but those that are made up."""
    for match in _forms().finditer(text):
        if not _is_placeholder(match[0]):
            kind, _ = _KINDS[(match.lastindex or 1) - 1]
            begins = "" if kind == _KINDS[-1][0] else match[0][:_SHOWN]
            yield Secret(*match.span(), kind, begins)


def masked(text: str) -> str:
    """The text with a star in the place of each character of a key but the first four."""
    if not _key_like().search(text):
        return text
    parts: list[str] = []
    end = 0
    for secret in secrets_in(text):
        shown = secret.start + _SHOWN
        parts += (text[end:shown], "*" * (secret.end - shown))
        end = secret.end
    return "".join((*parts, text[end:]))


@cache
def _key_like() -> re.Pattern[str]:
    """What stands in each of the forms, and is found sooner."""
    return re.compile(r"[A-Za-z0-9_+/-]{16}")


def may_hold_secrets(vocabulary: Vocabulary) -> bool:
    """Whether the words of a form are there."""
    words, long = vocabulary
    if vocabulary.holds(_ALONE) or any(together <= words for together in _TOGETHER):
        return True
    longest = max(map(len, long), default=0)
    return any(word in words and longest >= least for word, least in _LONG.items()) or any(
        word.startswith(_STARTS) for word in long
    )


@cache
def _forms() -> re.Pattern[str]:
    # The look ahead lets it pass by most words at once.
    forms = "|".join(f"({form})" for _, form in _KINDS)
    begins = "A[IKS]|g[hls]|h[ft]|s[hk]|x[ao]|np|py|d[aco]|rk|SG|--"
    return re.compile(rf"(?<![A-Za-z0-9_-])(?={begins})(?:{forms})(?![A-Za-z0-9_])")


def _is_placeholder(key: str) -> bool:
    """Whether a key is made up: it says so, or its characters repeat or follow each other."""
    if key.startswith("-----"):
        body = key.split("-----", 2)[2]
        return len(re.sub(r"\s|\\[nr]", "", body)) < _SHORTEST_BODY or _is_made_up(body[:200])
    match = _prefix().match(key)
    return _is_made_up(key[match.end() :] if match else key.rpartition("/")[2])


@cache
def _prefix() -> re.Pattern[str]:
    return re.compile("(?:A[KS]IA|AIza|dapi|SG[.]|[a-z]{2,6}[_-](?:(?:[a-z]{2,8}|v1)[_-])?)")


def _is_made_up(key: str) -> bool:
    small = key.lower()
    if any(word in small for word in _MADE_UP):
        return True
    if re.search(r"(.)\1{4}|(..)\2{3}|(.{3,4})\3{2}", small):
        return True
    steps = [ord(after) - ord(before) for before, after in pairwise(small)]
    follow = bytes(step == 1 for step in steps)
    return bytes((1,)) * 5 in follow or len(set(small)) < _FEWEST


_MADE_UP = (
    "example",
    "xxxx",
    "your",
    "redacted",
    "placeholder",
    "dummy",
    "sample",
    "secret",
    "token",
    "changeme",
    "replace",
    "insert",
    "fake",
    "notreal",
    "test",
    "0000",
    "1234",
    "abcd",
    "deadbeef",
    "....",
)
