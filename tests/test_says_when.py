import pytest

from skillrepo.says_when import judged, says_when

YES = (
    "Merges PDF files. Use when several become one.",
    "USE WHEN the deploy hangs.",
    "Reviews code when the user asks for a review.",
    "Should be invoked after every deploy.",
    "Helps whenever a build fails.",
    "Use this skill for database migrations.",
    "Use if tests are flaky.",
    "Useful for the analysis of logs.",
    "Applies to all Terraform modules.",
    "Explains when to cache and when not to.",
    "Trigger on requests to draw a diagram.",
    "Load before editing SQL.",
    "Run after each release.",
    "Used when reviewing contracts. Do not use when drafting them.",
    "When someone mentions invoices, it reads them.",
    "If you are debugging a crash, start here.",
    "Do not use for images; use when text is to be read.",
    "Activate when a pull request is opened.",
    "Invoke for incident reports.",
    "Use it while pairing.",
    "This skill should be used to draw maps.",
    "Use when a file isn't for printing.",
    "Activates for requests about seals.",
    "Reads seals. Trigger phrases: date this seal.",
    "Reads seals. Triggers: 'date this seal'.",
)
NO = (
    "",
    "Merges PDF files.",
    "Do not use when the file is encrypted.",
    "Merges PDF files. Do not use when offline.",
    "Don't use for images.",
    "Don’t trigger on greetings.",  # noqa: RUF001
    "Never invoke if the user is offline.",
    "Not to be used when offline.",
    "Must not be used for images.",
    "Should not be used when offline.",
    "Cannot be used if offline.",
    "Do not activate when idle.",
    "Avoid when offline.",
    "Avoid using when offline.",
    "A collection of useful snippets.",
    "Not for production.",
    "Knows everything about Kubernetes.",
    "A user guide of Postgres.",
    "Reuses connections in pools.",
    "Triggers and views of SQL.",
    "Runs the tests in parallel.",
    "Load balancing in Kubernetes.",
    "Use cases of queues.",
    "A misused pattern for caching.",
    "Activates sensors.",
    "Triggers, views and indexes of SQL.",
)


@pytest.mark.parametrize("description", YES)
def test_says_when(description: str) -> None:
    assert says_when(description)
    assert says_when(description.upper())


@pytest.mark.parametrize("description", NO)
def test_does_not_say_when(description: str) -> None:
    assert not says_when(description)


@pytest.mark.parametrize(
    ("description", "can_be"),
    [
        ("读取旧信件上的印章。", False),
        ("古い手紙の印章を読みます。PDF", False),
        ("Читает печати на старых письмах.", False),
        ("Reads seals.", True),
        ("Liest Siegel für Bücher.", True),
        ("Reads 印章 on old letters.", True),
        ("123, 456", True),
        ("", True),
    ],
)
def test_judged(description: str, *, can_be: bool) -> None:
    assert judged(description) is can_be


def test_long_text_takes_no_time() -> None:
    for text in ("use " * 300, "do not use " * 300, "when the " * 300, "avoid " * 300, "x" * 9999):
        says_when(text)
        judged(text)
