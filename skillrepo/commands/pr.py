"""`skillrepo pr`: push the branch of a draft and open or update its pull request."""

import os
from pathlib import Path

import click

from skillrepo.commands.ladder import to_option
from skillrepo.commands.offering import as_text, offer, request_target, shape
from skillrepo.commands.place import Place
from skillrepo.config import Config
from skillrepo.output import shapes
from skillrepo.output.json import dumps


@click.command()
@click.argument("branch")
@click.option("--remote", metavar="NAME", help="Where to push it; else origin.")
@to_option
@click.option(
    "--into", metavar="BRANCH", help="What to merge it into; else as it is, or the default branch."
)
@click.option("--draft-pr", "draft", is_flag=True, help="Open the pull request as a draft.")
@click.option("--json", is_flag=True, help="Print one JSON object.")
def command(  # noqa: PLR0913 - one parameter an option
    branch: str, *, remote: str | None, to: str | None, into: str | None, draft: bool, json: bool
) -> None:
    """Push BRANCH, such as skill/new/<name>, and open its pull request, or update it.

    A pull request that is open for the branch is brought up to date; what people wrote into it
    stays. It goes on where --pr of `new` or `revise` stopped. Tokens come from GH_TOKEN,
    GITHUB_TOKEN or GITLAB_TOKEN; without a forge the title and body are written for you.
    """
    place = Place.of(())
    settings = Config.load(os.environ, Path.home()).user.forge
    target = request_target(
        place.git(), settings, os.environ, remote=remote, to=to, base=into, draft=draft
    )
    offered = offer(place, branch, target)
    if json:
        click.echo(dumps(shapes.PrShape(1, shape(offered))))
        return
    for line in as_text(offered):
        click.echo(line)
