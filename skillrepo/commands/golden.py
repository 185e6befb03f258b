"""The skills of a commit and their history → examples to optimise by."""

import hashlib
from collections.abc import Iterator
from posixpath import dirname, join, relpath
from typing import Any

from skillrepo import document, git_history
from skillrepo.commands.evidence import CommitText
from skillrepo.commands.work import Work
from skillrepo.document import Document
from skillrepo.errors import SkillRepoError
from skillrepo.git import Repository
from skillrepo.git_blobs import BlobReader
from skillrepo.program.gold import Gold, GoldChange, GoldInputs, GoldSource
from skillrepo.says_when import says_when

_MOST_VERSIONS = 20
_MOST_BYTES = 1_000_000
_MOST_SOURCES = 20
_OF_A_SOURCE = "Skill-Source"
_RELATIONS = {"prerequisites": "requires", "complementary": "recommends", "conflicts": "conflicts"}


def collect(work: Work) -> Iterator[Gold]:
    """An example for each skill that can be read, in the order of the paths.

    The brief is that of the commit that added the skill, where skillrepo made it, else what the
    description says the skill does. Sources are the documents that this commit names, as far as
    the repository has them, else the skill's own references.
    """
    repository, base = work.place.git(), work.base
    if base is None:
        raise SkillRepoError("there is no commit yet to collect examples from")
    reader = BlobReader(repository)
    for path in work.context.library.skill_files:
        versions = _versions(repository, base, path, reader)
        final = versions[0][2] if versions else ""
        read = document.read(path, "", final.encode())
        if isinstance(read, Document) and not read.problem:
            planned = _planned(reader, base, dirname(path))
            yield _gold(work, reader, versions, read, planned)


def _versions(
    repository: Repository, base: str, path: str, reader: BlobReader
) -> list[tuple[str, str, str]]:
    """The commit, path and text of each version, the newest first."""
    found = []
    for oid, way in git_history.versions(repository, base, path, most=_MOST_VERSIONS):
        data = _data(reader, oid, way)
        text = None if data is None else document.text_of(data)
        if text is not None:
            found.append((oid, way, text))
    return found


def _gold(
    work: Work,
    reader: BlobReader,
    versions: list[tuple[str, str, str]],
    final: Document,
    planned: list[str],
) -> Gold:
    repository, path = work.place.git(), final.path
    first, way, draft = versions[-1]
    added = CommitText.of(repository, first)
    address = work.taxonomy.address(path) or dirname(path)
    description = " ".join(str(final.frontmatter.get("description", "")).split())
    sources = tuple(_sources(reader, first, added)) or tuple(
        _references(reader, first, dirname(way))
    )
    changes = tuple(
        GoldChange(
            commit=oid, feedback=_feedback(CommitText.of(repository, oid)), text=_encodable(text)
        )
        for oid, _, text in reversed(versions[:-1])
    )
    outputs = _outputs(address, description, final, planned)
    if changes:
        body = document.read(path, "", changes[-1].text.encode())
        outputs["phase2.incorporate_feedback"] = {
            "description": description,
            "body": _encodable(body.body) if isinstance(body, Document) else "",
        }
    return Gold(
        skill=address,
        commit=first,
        inputs=GoldInputs(brief=_brief(added, description), sources=sources),
        outputs=outputs,
        draft=_encodable(draft),
        changes=changes,
        final=_encodable(versions[0][2]),
    )


def _outputs(
    address: str, description: str, final: Document, planned: list[str]
) -> dict[str, dict[str, Any]]:
    """Predictor → what it would best have answered; what a skill does not tell is left out."""
    category, _, name = address.rpartition("/")
    metadata = final.frontmatter.get("metadata")
    related = metadata if isinstance(metadata, dict) else {}
    return {
        "phase1.find_taxonomy": {"path": category},
        "phase1.analyze_dependencies": {
            field: str(related.get(key, "")).split() for field, key in _RELATIONS.items()
        },
        "phase1.synthesize": {
            "name": name,
            "description": description,
            "outline": [
                {"heading": each.heading.text, "points": []}
                for each in final.outline
                if each.heading.level == 2  # noqa: PLR2004 - sections
            ],
            "files": [{"path": each, "purpose": ""} for each in planned],
        },
        "phase2.generate_content": {"body": _encodable(final.body)},
    }


def _planned(reader: BlobReader, oid: str, folder: str) -> list[str]:
    """The files beside SKILL.md that a plan may name, from the skill's folder on."""
    paths = [
        each
        for below in ("references", "scripts")
        for each in sorted(reader.entries(oid, join(folder, below)) or ())
    ]
    return [_encodable(relpath(each, folder)) for each in paths]


def _brief(added: CommitText, description: str) -> str:
    """What was asked for; else what the skill does, without the sentences on when it is used."""
    if added.brief:
        return _encodable(added.brief)
    text = description or added.subject
    sentences = [each for each in text.split(". ") if not says_when(each)]
    return _encodable(". ".join(sentences).strip() or text)


def _feedback(commit: CommitText) -> str:
    """What was wanted of a change; beside it skillrepo tells what it did and what it found."""
    asked = commit.asked if commit.is_ours else "\n".join(commit.why(changes=False)).strip()
    return _encodable(f"{commit.subject}\n\n{asked}".strip())


def _sources(reader: BlobReader, oid: str, added: CommitText) -> Iterator[GoldSource]:
    """Those that the commit names and its tree has, by their digest."""
    for value in added.values(_OF_A_SOURCE)[:_MOST_SOURCES]:
        path, _, digest = value.rpartition(" ")
        source = _source(reader, oid, path)
        if source and source.sha256 == digest:
            yield source


def _references(reader: BlobReader, oid: str, folder: str) -> Iterator[GoldSource]:
    paths = sorted(reader.entries(oid, join(folder, "references")) or ())
    for path in [each for each in paths if each.endswith(".md")][:_MOST_SOURCES]:
        source = _source(reader, oid, path)
        if source and source.text.strip():
            yield source


def _source(reader: BlobReader, oid: str, path: str) -> GoldSource | None:
    data = _data(reader, oid, path)
    text = None if data is None else document.text_of(data)
    if data is None or text is None:
        return None
    digest = hashlib.sha256(data).hexdigest()
    return GoldSource(path=_encodable(path), text=_encodable(text), sha256=digest)


def _data(reader: BlobReader, oid: str, path: str) -> bytes | None:
    """The bytes of a file of a commit; None where it is none, or large."""
    if not path or "\n" in path:
        return None
    found = reader.object(f"{oid}:{path}", limit=_MOST_BYTES)
    if found is None or found.kind != "blob" or not isinstance(found.content, bytes):
        return None
    return found.content


def _encodable(text: str) -> str:
    return text.encode(errors="replace").decode()
