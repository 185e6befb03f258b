"""Text → the words that say what it is about, and how well texts answer a query (BM25)."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache


def word_set(text: str) -> frozenset[str]:
    """The words of a list that is written as text."""
    return frozenset(text.split())


# Words of grammar, and words that say of a task only that it is one.
FUNCTION = word_set("""
    a about above after again all also always am an and another any anything are around as at
    available based be because been before being below best better between both but by can cannot
    come could did do does doing don done down each either else etc even ever every everything few
    first for from get gets getting give given go goes going good got had has have having he her
    here his how however i if in into instead is it its itself just know last let like ll look lot
    made make makes making many may me mean means might more most much must my need needed needs
    never new next no non nor not now of off often ok old on once one only onto or other others our
    out over own per please possible put rather re really right run s same say see set several
    shall she should show shows since so some someone something still such sure t take takes tell
    than that the their them themselves then there these they thing things this those three through
    thus to together too two under until up upon us use used useful user users uses using usually
    ve very via want wants was way ways we well were what whatever when where whether which while
    who whole whom whose why will with within without won work working works would yet you your
    yours yourself
""")
# With these, all that is in every brief and every manual: to share one of them means nothing.
STOP = FUNCTION | word_set("""
    agent agents ai assistant assistants brief chapter claude common comprehensive content covers
    create creates creating documentation example examples guide guidance guides help helps
    instruction instructions introduction knowledge learn manual overview page practice practices
    quick reference references section simple skill skills step steps teach tips tutorial
    understand usage various write writes writing
""")
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W\d_]+)?")
_VOWEL = re.compile(r"[aeiouy]")
# Each ending with the length of the shortest word that may be left without it.
_ENDINGS = (("ing", 3), ("ed", 3), ("ment", 5), ("ion", 3))
_PLURALS = (("ies", "y", 5), ("sses", "ss", 6), ("shes", "sh", 6), ("ches", "ch", 6))
_SHORT = 4
_K1, _B = 1.5, 0.75


def words(text: str) -> list[str]:
    """The words of `text` in lower case, in order; punctuation, `_` and hyphens divide them."""
    return [match[0].casefold() for match in _WORD.finditer(text)]


@lru_cache(maxsize=8_192)
def stem(word: str) -> str:
    """`word` without the commonest English endings, so that decorators meets decorator.

    Crude on purpose: it only has to send the forms of one word to one text, not to a real root.
    """
    word = _singular(word)
    for ending, least in _ENDINGS:
        root = word.removesuffix(ending)
        if root != word and len(root) >= least and _VOWEL.search(root):
            doubled = ending in ("ing", "ed") and root[-1] == root[-2] and root[-1] not in "lsz"
            word = root[:-1] if doubled else root
            break
    if len(word) > _SHORT:
        word = word.removesuffix("e")
    # migrate and migration
    return (
        word[:-2] if len(word) > _SHORT + 1 and word.endswith("at") and word != "format" else word
    )


def _singular(word: str) -> str:
    for plural, singular, least in _PLURALS:
        if word.endswith(plural) and len(word) >= least:
            return word.removesuffix(plural) + singular
    keeps = len(word) < _SHORT or not word.endswith("s") or word.endswith(("ss", "us", "is"))
    return word if keeps else word[:-1]


def terms(text: str) -> list[str]:
    """The stems of the words of `text` that carry meaning, in order, repeats kept."""
    return [term for term in map(_term, _WORD.findall(text)) if term]


def distinct_terms(text: str) -> set[str]:
    """The same without repeats, which is sooner known."""
    return {term for term in map(_term, set(_WORD.findall(text))) if term}


# Nine of ten words were seen before, and to find the stem of one takes most of the time.
@lru_cache(maxsize=1 << 15)
def _term(word: str) -> str:
    """The stem of a word that carries meaning; empty for one that does not."""
    folded = word.casefold()
    return stem(folded) if len(folded) > 1 and folded not in STOP else ""


def idf(total: int, holding: int) -> float:
    """The weight of a term that `holding` of `total` texts hold, as BM25 has it; above 0."""
    return math.log(1 + (total - holding + 0.5) / (holding + 0.5))


def length_norm(length: int, mean: float) -> float:
    """What a text of `length` terms is divided by among texts of a mean length, as BM25 has it."""
    return _K1 * (1 - _B + _B * length / mean)


def saturated(count: int, norm: float) -> float:
    """What a term is worth that a text holds `count` times, as BM25 has it."""
    return count * (_K1 + 1) / (count + norm)


class Bm25:
    """How well each of some texts answers a query (Okapi BM25, k1 1.5, b 0.75).

    The BM25 packages of the index bring numpy and an index on disk along; for the few hundred
    short texts here these lines take a millisecond.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        """Count the words of the texts."""
        lengths: list[int] = []
        self._holding: dict[str, list[tuple[int, int]]] = {}
        for at, text in enumerate(texts):
            counted = Counter(terms(text))
            lengths.append(counted.total())
            for term, count in counted.items():
                self._holding.setdefault(term, []).append((at, count))
        mean = sum(lengths) / len(lengths) if any(lengths) else 1.0
        self._norms = [length_norm(length, mean) for length in lengths]

    def rarity(self, term: str) -> float:
        """1 for a term that all texts hold, more for one that few do or none."""
        return 1 + math.log(max(len(self._norms), 1) / len(self._holding.get(term, "1")))

    def scores(self, query: str) -> list[float]:
        """How well each text answers `query`; 0 where no word is shared."""
        scores = [0.0] * len(self._norms)
        for term in dict.fromkeys(terms(query)):
            found = self._holding.get(term, ())
            weight = idf(len(self._norms), len(found))
            for at, count in found:
                scores[at] += weight * saturated(count, self._norms[at])
        return scores
