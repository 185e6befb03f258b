"""Installers find the skill where it lies in the repository.

What it checks: `npx skills` (1.7, without `--full-depth`) finds a skill up to three folders below
`skills/`, or in the root, or where `.claude-plugin/marketplace.json` lists it; `gh skill` (2.103)
finds `skills/<name>`, `skills/<category>/<name>`, the same below another folder,
`plugins/<plugin>/skills/<name>`, and a folder in the root. A SKILL.md in the root makes
`npx skills` stop there. Skills in the folder of an agent (`.claude/skills`) are left out.

Why it matters: an installer does not say what it misses. The skill is there for those who clone
the repository, and for nobody else.

How to fix it: use fewer folders; or publish a flat tree, with `skills/<name>` for each skill, and
let people install from that.

Example: `skills/technical/python/testing/fixtures/SKILL.md` is found by neither.

Source: https://github.com/vercel-labs/skills and https://cli.github.com/manual/gh_skill_install,
both tried out; a repository that publishes a flat tree is right to go deeper, so it is a note.
"""

from collections.abc import Iterator
from posixpath import dirname, join, normpath

from skillrepo.context import Context
from skillrepo.facts import Index
from skillrepo.files import SKILL_FILE
from skillrepo.installers import GH, NPX, gh_finds, npx_finds
from skillrepo.rule import INFO, Hit, Rule

_NPX_EVERYWHERE = 5
"""How deep `npx skills` looks where it found nothing at the usual places."""
_MANIFESTS = (".claude-plugin/marketplace.json", ".claude-plugin/plugin.json")


def run(context: Context) -> Iterator[tuple[str, Hit]]:
    """Say which installers miss which of the skills that are checked: one hit for each way."""
    layout = _Layout(context.facts)
    missed: dict[str, list[str]] = {}
    for facts in sorted(context.facts.known):
        folder = dirname(facts.path)
        who = layout.missed_by(folder) if not folder.startswith(".") else ""
        # One inside another skill is found by none, for another reason.
        if who and not layout.inside_another(folder):
            missed.setdefault(who, []).append(facts.path)
    for who, paths in missed.items():
        others = len(paths) - 1
        more = f", and {others:,} more of this kind" if others else ""
        message = (
            f"{who} a skill in `{dirname(paths[0])}`{more}; "
            "move it to `skills/<category>/`, or publish a flat tree"
        )
        yield paths[0], Hit(1, 1, message)
    if others := layout.hidden():
        what = "the other skill" if others == 1 else f"the other {others:,} skills"
        message = f"{NPX} stops at a SKILL.md in the root and does not find {what}; move it"
        yield SKILL_FILE, Hit(1, 1, message)


class _Layout:
    """Where the skills of the repository lie, as `npx skills` sees it."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self.folders = frozenset(dirname(path) for path in index.library.skill_files)
        self._listed = frozenset(self._from_manifests())
        self._anything = any(npx_finds(each, self._listed) for each in self.folders if each)

    def hidden(self) -> int:
        """How many skills a SKILL.md in the root hides."""
        return len(self.folders) - 1 if "" in self.folders else 0

    def missed_by(self, folder: str) -> str:
        """Who does not find the skill in a folder, in words; empty where both do."""
        if not folder:
            return ""
        missed = [] if self.npx(folder) else [NPX]
        missed += [] if gh_finds(folder) else [GH]
        if len(missed) > 1:
            return f"neither {NPX} nor {GH} finds"
        return f"{missed[0]} does not find" if missed else ""

    def npx(self, folder: str) -> bool:
        if "" in self.folders:
            return True  # what it does not find is said of the root
        if self._anything:
            return npx_finds(folder, self._listed)
        return folder.count("/") < _NPX_EVERYWHERE

    def inside_another(self, folder: str) -> bool:
        while folder:
            folder = dirname(folder)
            if folder in self.folders:
                return True
        return False

    def _from_manifests(self) -> Iterator[str]:
        """The folders that hold the skills that the manifests of plugins list."""
        for name in _MANIFESTS:
            manifest = self._read(name)
            plugins = manifest.get("plugins", [manifest])
            for plugin in plugins if isinstance(plugins, list) else []:
                if isinstance(plugin, dict):
                    yield from _folders(manifest, plugin)

    def _read(self, name: str) -> dict[str, object]:
        source = self._index.library.source
        if source.kind(name) != "file":
            return {}
        data = next(source.read([name]))
        import json  # noqa: PLC0415 - a repository without a manifest needs none

        try:
            value = json.loads(data) if isinstance(data, bytes) else {}
        except (ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}


def _folders(manifest: dict[str, object], plugin: dict[str, object]) -> Iterator[str]:
    options = manifest.get("metadata")
    root = options.get("pluginRoot", "") if isinstance(options, dict) else ""
    source = plugin.get("source", "")
    if not isinstance(root, str) or not isinstance(source, str):
        return
    base = join(root, source)
    yield normpath(join(base, "skills"))
    skills = plugin.get("skills")
    for path in skills if isinstance(skills, list) else []:
        if isinstance(path, str):
            yield dirname(normpath(join(base, path)))


RULE = Rule("I101", "layout-found", {"house": INFO}, __doc__, run_once=run, needs_taxonomy=True)
