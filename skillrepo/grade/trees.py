"""The trees of the folders of a commit: what notes are on."""

from collections.abc import Mapping

from skillrepo.git import Repository, whole_oid


def skill_trees(repository: Repository, commit: str) -> Mapping[str, str]:
    """The tree of each folder, by its path; `""` is the root, for a skill may be a repository."""
    top = repository.run("rev-parse", "--verify", f"{whole_oid(commit)}^{{tree}}")
    return {"": top.decode().strip(), **repository.folder_trees(commit)}
