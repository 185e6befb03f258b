"""Requests of which it is known what is right: who gets them wrong is no instrument.

The skills of the positive probes are about things that nobody has, so that no skill of a repository
can be meant; what the negative ones say is no work for any skill.
"""

from typing import NamedTuple

from skillrepo.behaviour.catalogue import Listed


class Probe(NamedTuple):
    """A request, and the name of the skill that is right for it; None for none."""

    request: str
    skill: str | None


LEAST_RECALL = 0.9
"""Of the positive probes; one of ten may go wrong."""
MOST_LOADED = 0.1
"""Of the negative probes, the share for which some skill is chosen, or nothing is told."""

_POSITIVE = (
    (
        "quorvane-kiln-log",
        "Reads logs of Quorvane kilns. Use to find out which firing failed.",
        "Here is the log of our Quorvane kiln. Which firing failed?",
    ),
    (
        "tessil-loom-cards",
        "Makes punch cards for Tessil looms. Use with a weaving draft.",
        "Make punch cards for my Tessil loom out of this weaving draft.",
    ),
    (
        "brindlewick-hive-count",
        "Estimates the bees in Brindlewick hives. Use with their weight files.",
        "How many bees are there, by the weight file of my Brindlewick hive?",
    ),
    (
        "ostrava-nine-tides",
        "Makes tide tables of Ostrava Nine gauges. Use with their readings.",
        "Make a tide table of these readings of an Ostrava Nine gauge.",
    ),
    (
        "mirelle-organ-stops",
        "Converts stop lists of Mirelle organs. Use for registration sheets.",
        "Convert this stop list of a Mirelle organ into a registration sheet.",
    ),
    (
        "falkmoor-cable-car-rota",
        "Plans crews of the Falkmoor cable car. Use when a rota is wanted.",
        "Plan next month's rota for the crews of the Falkmoor cable car.",
    ),
    (
        "zanthe-seed-vault",
        "Checks inventories of the Zanthe seed vault. Use with its climate records.",
        "Check this inventory of the Zanthe seed vault by its climate records.",
    ),
    (
        "pellworth-sundial",
        "Computes hour lines of Pellworth sundials. Use when one is laid out.",
        "Compute the hour lines of a Pellworth sundial that is to stand in Oslo.",
    ),
    (
        "grisolde-cheese-ledger",
        "Balances ledgers of Grisolde cheese cellars. Use when they do not add up.",
        "The ledger of our Grisolde cheese cellar does not add up, balance it.",
    ),
    (
        "vantry-lighthouse-lamp",
        "Explains fault codes of Vantry lighthouse lamps. Use when one is shown.",
        "Our Vantry lighthouse lamp shows fault code 31, what is wrong with it?",
    ),
)
SKILLS = tuple(Listed(name, description) for name, description, _ in _POSITIVE)
"""They stand in the catalogue of each probe."""
POSITIVE = tuple(Probe(request, name) for name, _, request in _POSITIVE)
NEGATIVE = tuple(
    Probe(request, None)
    for request in (
        "Thanks, that is all for now.",
        "Good morning!",
        "Please wait a moment, I am not ready yet.",
        "Sorry, that was meant for another window.",
        "Never mind, forget it.",
        "Can you hear me?",
        "Nice, that worked.",
        "One second, the phone is ringing.",
        "Okay.",
        "I will come back to this tomorrow.",
    )
)
