"""Several p values → p values that may be read together, by Holm's step-down."""

from collections.abc import Mapping


def adjusted(p_values: Mapping[str, float]) -> dict[str, float]:
    """The adjusted p values, in the order given; each may be compared with 0.05 by itself.

    Then the chance that any of m dimensions that did not change is found worse is below 0.05,
    however they depend on each other. With p(1) ≤ … ≤ p(m): the i-th becomes the largest of
    min(1, (m - j + 1) p(j)) for j ≤ i (Holm 1979, Scandinavian Journal of Statistics 6:65-70).

    Raises:
        ValueError: if a p value is not between 0 and 1.

    """
    if not all(0 <= p <= 1 for p in p_values.values()):
        raise ValueError("a p value is between 0 and 1")
    largest = 0.0
    found = {}
    for at, name in enumerate(sorted(p_values, key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - at) * p_values[name]))
        found[name] = largest
    return {name: found[name] for name in p_values}
