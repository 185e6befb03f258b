"""Which rules apply, where, and how severely: the profile's, as settings and options say."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from skillrepo.errors import SkillRepoError
from skillrepo.finding import Severity
from skillrepo.globs import matches
from skillrepo.rule import Profile, Rule
from skillrepo.settings import FILE_NAME, RuleSetting


class Applied(NamedTuple):
    """A rule that applies: with what severity, and where (globs; no `paths` means everywhere)."""

    rule: Rule
    severity: Severity
    paths: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def concerns(self, path: str) -> bool:
        """Whether the findings in a file count."""
        if self.paths and not any(matches(glob, path) for glob in self.paths):
            return False
        return not any(matches(glob, path) for glob in self.exclude)


def names(selector: str, rule: Rule) -> bool:
    """Whether a selector (a code, the beginning of codes such as `P`, or a name) means the rule."""
    return selector == rule.name or rule.code.startswith(selector.upper())


def check_selectors(selectors: Iterable[str], rules: Sequence[Rule], where: str) -> None:
    """Raise `SkillRepoError` for a selector that means no rule; `where` it stands."""
    for selector in selectors:
        if not selector or not any(names(selector, rule) for rule in rules):
            import difflib  # noqa: PLC0415 - 3 ms, for what is misspelt alone

            known = [name for rule in rules for name in (rule.code, rule.name)]
            close = difflib.get_close_matches(selector, known, n=1)
            hint = f"did you mean {close[0]}?" if close else "`skillrepo explain` lists the rules"
            raise SkillRepoError(f"{where}: there is no rule `{selector}`; {hint}")


def chosen(
    rules: Sequence[Rule], select: Sequence[str] = (), ignore: Sequence[str] = ()
) -> tuple[Rule, ...]:
    """The rules that the options of a command leave; without `select` all but the ignored ones."""
    check_selectors(select, rules, "--select")
    check_selectors(ignore, rules, "--ignore")
    return tuple(
        rule
        for rule in rules
        if (not select or any(names(selector, rule) for selector in select))
        and not any(names(selector, rule) for selector in ignore)
    )


def applied(
    rules: Sequence[Rule],
    profile: Profile,
    settings: Mapping[str, RuleSetting],
    least: Severity = Severity.INFO,
) -> tuple[Applied, ...]:
    """The rules that the profile or the settings give a severity of at least `least`.

    Of several settings that mean a rule, the most exact one counts: a name or whole code before
    the beginning of codes, a longer beginning before a shorter one. Raises `SkillRepoError`.
    """
    found: list[Applied] = []
    for rule in rules:
        setting = _setting(rule, settings)
        severity = rule.severities.get(profile)
        if setting.severity == "off":
            continue
        if setting.severity is not None:
            severity = Severity[setting.severity.upper()]
        if severity is not None and severity >= least:
            found.append(Applied(rule, severity, setting.paths, setting.exclude))
    return tuple(found)


def check_settings(settings: Mapping[str, RuleSetting], rules: Sequence[Rule]) -> None:
    """Raise `SkillRepoError` where `rules:` of the settings names what is no rule."""
    check_selectors(settings, rules, f"{FILE_NAME}: `rules`")


_NONE = RuleSetting()


def _setting(rule: Rule, settings: Mapping[str, RuleSetting]) -> RuleSetting:
    meant = [selector for selector in settings if names(selector, rule)]
    # A name is as exact as a whole code.
    best = max(meant, key=lambda s: len(rule.code) if s == rule.name else len(s), default=None)
    return _NONE if best is None else settings[best]
