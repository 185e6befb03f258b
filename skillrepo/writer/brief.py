"""A brief → the phrase that says what the skill is for, in the forms that a skill needs."""

import re
from dataclasses import dataclass
from itertools import dropwhile

from skillrepo import english
from skillrepo.words import FUNCTION, STOP, word_set, words
from skillrepo.writer.clean import one_line
from skillrepo.writer.split import slug

_SOMEONE = (
    r"(?:me|us|you|users?|people|developers?|engineers?|teams?|claude|codex|copilot|an? agent|"
    r"the agent|agents|an ai agent|ai agents|coding agents|an assistant|the assistant)"
)
_SKILL = (
    r"(?:(?:me|us) )?(?:(?:an?|the|one|some|new|good|short|small|simple|complete|agent|claude|"
    r"code|reusable) )*skills?\b(?: file| document)?"
)
_ASK = r"(?:write|create|make|build|draft|generate|produce|author|prepare|give|add)"
_LEAD = r"(?:teach|tell|show|guide|instruct|enable|allow|help)(?:e?s|ing)?"
_I = r"(?:i|we|you)"
# What people write around the thing itself, and which form of a verb comes after it.
_FRONTS = tuple(
    (re.compile(rf"{pattern}[:,]?\s+", re.IGNORECASE), form)
    for pattern, form in (
        (r"(?:please|kindly|hi|hello|ok|okay|so|now)[!.]?", ""),
        (r"(?:can|could|would|will) you", "base"),
        (r"(?:i|we)(?:['\u2019]d| would)? (?:want|need|like|wish)(?: you)?", ""),
        (rf"{_ASK} {_SKILL}", ""),
        (rf"{_SKILL}(?=:? (?:that|which|to|for|on|about|of|covering|how)\b)", ""),
        (rf"for {_SOMEONE}(?= (?:that|which|to)\b)", ""),
        (r"skill:", ""),
        (r"(?:that|which)", "third"),
        (rf"(?:on |about |for )?how (?:to|do {_I}|can {_I}|{_I} can)", "base"),
        (r"(?:in order )?to", "base"),
        (rf"{_LEAD} {_SOMEONE} (?:how )?to", "base"),
        (rf"(?:let|help)s? {_SOMEONE}", "base"),
        (rf"(?:help|assist|guide)s?(?: {_SOMEONE})? (?:with|in|on|through)", ""),
        (r"helps? to", "base"),
        (r"(?:explain|describe|document|show|teach)s? how to", "base"),
        (r"(?:document|teach)(?:es|s)?(?= \S+ing\b)", ""),
        (r"(?:explain|describe|cover)s?", ""),
    )
)
_LINKS = re.compile(r"(?:for|on|about|of|covering)\s+", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[^.\s]{2}[.!?])\s+(?=[A-Z\"'(`])|;\s+")
_COVER = re.compile(
    r"(?:(?:it|this|the skill|the agent)\s+)?(?:(?:should|must|shall|has to|needs to|will)\s+)?"
    r"(?:also\s+)?(?:cover|include|explain|describe|contain)s?\s+(?!how\b)(.+)",
    re.IGNORECASE,
)
_USE_WHEN = re.compile(
    r"(?:use|invoke|trigger|apply)\b.{0,30}?\b(?:when|whenever|for|if)\b", re.IGNORECASE
)
_TOOL = re.compile(
    r"\s+(?:with|using|via|by|through|so that|in order|without|while|based on)\b.*|:\s.*",
    re.IGNORECASE,
)
_JOINED = re.compile(r"(,\s+(?:and |or |then )?|\s+(?:and|or|then)\s+)([A-Za-z]+)(?=\s|,)")
_TOKEN = re.compile(r"\.?[^\W_]+(?:[.'\u2019+#_/-]+[^\W_]+)*[+#]*")
# Verbs of two words whose noun is one.
_PHRASAL = re.compile(r"\b(back|clean|roll) (up|back)\b", re.IGNORECASE)
# Words that name nothing.
_EMPTY = word_set("""
    basic clean correct correctly effective effectively efficient efficiently good modern proper
    properly reliable reliably robust safe safely several valid zero
""")
_SAID = word_set("skill skills explain comprehensive useful write writes writing create")
_QUESTIONS = word_set("how what when where which why")
_LONGEST_WHAT = 300
_LONGEST_REST = 200
_MOST_WORDS = 4
_LONGEST_NAME = 64
_LONGEST_TITLE = 80


@dataclass(frozen=True, slots=True)
class Brief:
    """What a brief says.

    `phrase` is its first sentence without the words around the thing itself and without a full
    stop, empty where nothing is left. `verb` is the verb, in base form, that it begins with:
    empty where it names a thing, None where it may be either. `covers` is what the brief says to
    cover, `use_when` its own sentence on when to use the skill, `unused` all other sentences of it;
    each may be empty.
    """

    phrase: str
    verb: str | None
    covers: str
    use_when: str
    unused: str

    def what(self, known: frozenset[str]) -> str:
        """What the skill does, in the third person; `known` are lower-case words of the sources."""
        if self.verb is None:
            return self.phrase[:1].upper() + self.phrase[1:]
        if self.verb == "":
            return f"Covers {lowered(self.phrase, known)}"
        if self.verb == "use":
            return f"Covers how to {lowered(self.phrase, _QUESTIONS | {'use'})}"
        done = _inflected(self.phrase, self.verb, english.third)
        return done[:1].upper() + done[1:]

    def doing(self, known: frozenset[str]) -> str:
        """What is done when the skill is used, to stand after `when`: merging PDF files."""
        cut = _TOOL.sub("", self.phrase)
        short = cut if " " in cut else self.phrase
        if self.verb and self.verb != "use":
            return _inflected(short, self.verb, english.gerund)
        first, _, rest = short.partition(" ")
        if first.lower() in _QUESTIONS:
            return f"asked {lowered(short, _QUESTIONS)}"
        named = rest if self.verb != "" and rest else short
        return f"a task involves {lowered(named, known)}"


def read(text: str) -> Brief:
    """Read a brief of any form."""
    whole = one_line(text).replace("<", "").replace(">", "")
    # A line of hyphens ends the frontmatter for readers that look for one anywhere.
    whole = re.sub(r"-{3,}", "-", whole).strip(' *_`"\u201c\u201d')
    first, *rest = _SENTENCE_END.split(whole)
    phrase, form = _strip(first)
    phrase = shortened(phrase.strip(" .!?:;,"), _LONGEST_WHAT)
    covers = next((sentence for sentence in rest if _COVER.match(sentence)), "")
    use_when = next((sentence for sentence in rest if _USE_WHEN.match(sentence)), "")
    unused = [sentence for sentence in rest if sentence not in (covers, use_when)]
    return Brief(
        phrase=phrase,
        verb=_verb(phrase, form),
        covers=shortened(_COVER.sub(r"\1", covers).rstrip(" .!"), _LONGEST_REST),
        use_when=shortened(use_when.rstrip(" .!"), _LONGEST_REST),
        unused=shortened(" ".join(unused), _LONGEST_REST),
    )


def name(brief: Brief) -> str:
    """A skill's name of the two to four words of the brief that say most; empty if it has none."""
    phrase = _PHRASAL.sub(r"\1\2", brief.phrase)
    parts = [slug(token).split("-") for token in _TOKEN.findall(phrase) if _tells(token)]
    tokens = [part for part in parts if part != [""]]
    # Too many words: those go that name nothing, then the orders that the brief begins with.
    if sum(map(len, tokens)) > _MOST_WORDS:
        tokens = [part for part in tokens if part[0] not in _EMPTY] or tokens
    if sum(map(len, tokens)) > _MOST_WORDS:
        named = list(dropwhile(lambda part: part[0] in english.VERBS, tokens))
        tokens = named if len(named) > 1 else tokens
    chosen: list[str] = []
    for part in tokens:
        if not chosen or len(chosen) + len(part) <= _MOST_WORDS:
            chosen += [word for word in part if word not in chosen]
    return "-".join(chosen)[:_LONGEST_NAME].strip("-")


def title(brief: Brief, skill: str) -> str:
    """The heading of the skill: what the brief says, or its name where that is too long."""
    text = brief.phrase if 0 < len(brief.phrase) <= _LONGEST_TITLE else skill.replace("-", " ")
    return text[:1].upper() + text[1:]


def lowered(phrase: str, known: frozenset[str]) -> str:
    """`phrase` to stand inside a sentence, in lower case where `known` has all its words so.

    Of a phrase with a name in it only the first word changes, and only if it is no name itself.
    """
    parts = phrase.split(" ")
    capital = [part for part in parts if part[:1].isupper() and part[1:] == part[1:].lower()]
    common = {part for part in capital if part.casefold().strip("(),.:") in known | STOP}
    common |= {part for part in capital if part.endswith("ing")}
    if common >= set(capital):
        return " ".join(part.lower() if part in common else part for part in parts)
    rest = [part for part in parts[1:] if part.lower() not in STOP]
    in_title_case = 2 * sum(part in capital for part in rest) >= len(rest)
    if parts[0] in common and not in_title_case:
        return " ".join([parts[0].lower(), *parts[1:]])
    return phrase


def shortened(text: str, longest: int) -> str:
    """`text`, cut between words where it is longer than `longest` characters."""
    if len(text) <= longest:
        return text
    head = text[: longest - 1]
    return (head.rpartition(" ")[0] or head).rstrip(" ,;:.") + "…"


def _inflected(phrase: str, verb: str, form: english.Form) -> str:
    """The phrase with the verb that begins it, and the verbs joined to that one, in a form."""
    first, _, rest = phrase.partition(" ")

    def joined(match: re.Match[str]) -> str:
        low = match[2].lower()
        base = low if low in english.VERBS else english.base_of(low)
        # In `to cache and compress` the second verb stays as it is.
        if not base or re.search(r"\bto\b", match.string[: match.start()]):
            return match[0]
        return match[1] + form(base)

    comma = "," if first.endswith(",") else ""
    return _JOINED.sub(joined, f"{form(verb)}{comma} {rest}").strip()


def _tells(token: str) -> bool:
    return any(word not in FUNCTION for word in words(token)) and token.lower() not in _SAID


def _strip(text: str) -> tuple[str, str]:
    """The text without what stands around the thing itself, and the form of verb it begins with."""
    form = ""
    stripped = False
    while True:
        found = ((pattern.match(text), next_form) for pattern, next_form in _FRONTS)
        match, next_form = next(((m, f) for m, f in found if m), (None, ""))
        if match is None and stripped:
            match = _LINKS.match(text)
        if match is None or match.end() >= len(text):
            return text, form
        text, form, stripped = text[match.end() :], next_form, True


def _verb(phrase: str, form: str) -> str | None:
    first, following, third = [*phrase.lower().split(" ", 3), "", "", ""][:3]
    if not first.rstrip(",").isalpha() or not first.isascii():
        return ""
    joined = third if following in ("and", "or") else following if first.endswith(",") else ""
    first = first.rstrip(",")
    base = english.base_of(first)
    if form == "third" and first.endswith("s"):
        return base or first[:-1]
    if form == "base" or english.is_order(first, following) or joined in english.VERBS:
        return first
    if base and not english.is_noun_too(base):
        return base
    return None if english.is_noun_too(first) else ""
