"""What tells a finding from others of its report, and stays the same when lines move."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

from skillrepo.finding import Finding


def fingerprints(findings: Iterable[Finding]) -> Iterator[tuple[Finding, str]]:
    """Each finding with its fingerprint; those with one key are counted."""
    seen: Counter[tuple[str, str, str]] = Counter()
    for finding in findings:
        seen[finding.key] += 1
        # A path has no NUL in it, and neither has a code.
        parts = "\0".join((*finding.key, str(seen[finding.key])))
        digest = hashlib.sha256(parts.encode(errors="surrogatepass"))
        yield finding, digest.hexdigest()[:32]
