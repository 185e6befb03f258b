"""Every static measure, in the order in which they are told; a measure is a file of this folder."""

from skillrepo.measure import Measure
from skillrepo.measures import economy

ALL: tuple[Measure, ...] = (economy.MEASURE,)
