"""A git-native manager for repositories of Agent Skills (`SKILL.md`)."""

__version__ = "0.1.0"
PROJECT_URL = "https://github.com/skillrepo/skillrepo"
