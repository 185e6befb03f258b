"""Every rule, in the order of the codes; a rule is a file of this folder."""

from skillrepo.rules import (
    allowed_tools_spaces,
    body_length,
    description_says_when,
    frontmatter_parses,
    frontmatter_schema,
    known_category,
    known_keys,
    links_resolve,
    name_ascii,
    name_matches_folder,
    readable,
    required_sections,
    skill_file_name,
    taxonomy_valid,
    template_text,
    unique_name,
)

ALL = (
    readable.RULE,
    frontmatter_parses.RULE,
    skill_file_name.RULE,
    links_resolve.RULE,
    frontmatter_schema.RULE,
    name_matches_folder.RULE,
    known_keys.RULE,
    name_ascii.RULE,
    allowed_tools_spaces.RULE,
    description_says_when.RULE,
    body_length.RULE,
    template_text.RULE,
    required_sections.RULE,
    taxonomy_valid.RULE,
    known_category.RULE,
    unique_name.RULE,
)
