"""The rules about sections, where a fixture cannot show it."""

from skillrepo import settings
from skillrepo.file_shapes import PolicyShape
from skillrepo.settings import Policy, Section


def test_a_policy_is_ordered_where_it_says_so() -> None:
    assert set(PolicyShape.model_fields) == set(Policy._fields)
    assert PolicyShape().ordered is Policy().ordered is False
    loaded = settings.load(
        "sections:\n  mine: {ordered: true, required: [{title: Kinds}]}\n  other: {}\n"
    )
    assert loaded.policy("mine") == Policy((Section("Kinds"),), ordered=True)
    assert loaded.policy("other") == Policy()
    assert not any(policy.ordered for policy in settings.shipped_policies().values())
