"""Just enough English grammar to know verbs that orders begin with, and their other forms."""

import re
from collections.abc import Callable
from functools import cache

from skillrepo.words import word_set

Form = Callable[[str], str]

# Verbs that a task begins with and that are hardly ever nouns there.
VERBS = word_set("""
    add adapt adjust analyse analyze annotate apply approve archive assemble assess attach
    authenticate author automate avoid bootstrap build bundle calculate capture check choose clean
    clone collect combine compare compile compose compress compute configure connect construct
    convert coordinate crawl create customise customize decide decode define delete deploy detect
    determine develop diagnose discover edit embed enable encode encrypt decrypt enforce enrich
    ensure establish estimate evaluate examine execute expand explore expose extend extract fetch
    find fix flatten generate get grade handle harden identify implement import improve inspect
    install instrument integrate investigate keep launch maintain make manage measure merge migrate
    minimise minimize modify move navigate negotiate normalise normalize open optimise optimize
    orchestrate organise organize package parse perform place prepare prevent prioritise prioritize
    produce profile protect provision publish pull push read rebuild recommend reconcile recover
    redact reduce refactor remove rename render reorganise reorganize repair replace reproduce
    resize resolve restart restore retrieve revoke rewrite rotate run sanitise sanitize scaffold
    scrape secure select send serve set simplify sign solve sort split standardise standardize
    start stop store streamline submit summarise summarize sync synchronise synchronize take tell
    track train transcribe transform translate troubleshoot tune turn understand uninstall unpack
    update upgrade upload use validate verify visualise visualize wire write
""")
# As the first word these are a verb as often as a noun: only what follows them can tell.
_EITHER = word_set("""
    audit back backup benchmark cache call cancel change chart control copy cut debug deal design
    document download draft draw escalate export file filter forecast form format go guard hook
    host index interview issue join label lint list load localize log map mark market match model
    monitor name mock order pack pin plan plot post print process program prompt query queue record
    release report request research review route scale scan schedule score search ship sketch
    snapshot source stage structure style support survey switch tag target teach template test
    trace trigger trim type view watch wrap
""")
_DETERMINERS = word_set("a an the your our their its this these those all any each every")
_PARTICLES = word_set("up down out off in back over through")
_DOUBLED = word_set("submit commit embed debug")
# One vowel, one consonant behind it: split, run, plan.
_SHORT = re.compile(r"[^aeiou]*[aeiou][^aeiouwxy]")
_VOWELS = "aeiou"


def is_order(word: str, following: str) -> bool:
    """Whether a phrase that begins with `word` `following` is an order to do something."""
    word = word.lower()
    return word in VERBS or (word in _EITHER and following.lower() in _DETERMINERS | _PARTICLES)


def is_noun_too(word: str) -> bool:
    """Whether `word` is one that begins an order as often as it names a thing."""
    return word.lower() in _EITHER


def may_begin_order(word: str) -> bool:
    """Whether `word` is a known verb, in base form or the third person."""
    return word.lower() in VERBS | _EITHER or bool(base_of(word))


def is_action(word: str) -> bool:
    """Whether `word` is a known verb in base form, the third person or the form in -ing."""
    return may_begin_order(word) or word.lower() in _gerunds()


@cache
def _gerunds() -> frozenset[str]:
    return frozenset(map(gerund, VERBS | _EITHER))


def base_of(word: str) -> str:
    """The known verb that `word` is the third person of, empty where it is not one."""
    low = word.lower()
    endings = ((len(low) - 1, ""), (len(low) - 2, ""), (len(low) - 3, "y"))
    bases = (low[:cut] + end for cut, end in endings) if low.endswith("s") else ()
    return next((base for base in bases if third(base) == low and base in VERBS | _EITHER), "")


def third(verb: str) -> str:
    """The third person: merges for merge."""
    if verb.endswith("y") and verb[-2:-1] not in _VOWELS:
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "z", "o")) else "s")


def gerund(verb: str) -> str:
    """The form in -ing: merging for merge."""
    if verb.endswith("e") and not verb.endswith(("ee", "ye", "oe")):
        return verb[:-1] + "ing"
    return verb + (verb[-1] if verb in _DOUBLED or _SHORT.fullmatch(verb) else "") + "ing"
