"""Which licence a text is, or a field names."""

import pytest

from skillrepo import licences

GRANT = "Permission is hereby granted, free of charge, to any person obtaining a copy"
BSD = "Redistribution and use in source and binary forms, with or without modification"


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("MIT License\n\nCopyright (c) 2026 Ada\n", {"MIT"}),
        (f"Copyright (c) 2026 Ada\n\n{GRANT}", {"MIT"}),
        ("    Apache License\n    Version 2.0, January 2004\n", {"Apache-2.0"}),
        ('Licensed under the Apache License, Version 2.0 (the "License")', {"Apache-2.0"}),
        ("MIT License, or: Apache License\nVersion 2.0", {"MIT", "Apache-2.0"}),
        (f"All rights reserved.\n{BSD}", {"BSD-2-Clause"}),
        (f"{BSD}\n3. Neither the name of Ada", {"BSD-3-Clause"}),
        ("GNU GENERAL PUBLIC LICENSE\n Version 3, 29 June 2007", {"GPL-3.0"}),
        (
            "GNU GENERAL PUBLIC LICENSE\nVersion 2\n(Others: GNU Lesser General Public License.)",
            {"GPL-2.0"},
        ),
        ("GNU LESSER GENERAL PUBLIC LICENSE\nVersion 3", {"LGPL"}),
        ("GNU AFFERO GENERAL PUBLIC LICENSE\nVersion 3", {"AGPL-3.0"}),
        ("Mozilla Public License Version 2.0", {"MPL-2.0"}),
        ("Creative Commons Attribution 4.0 International", {"CC-BY-4.0"}),
        ("Attribution-ShareAlike 4.0 International", {"CC-BY-SA-4.0"}),
        ("Attribution-NonCommercial 4.0 International", {"CC-BY-NC-4.0"}),
        ("(c) 2026 Ada. All rights reserved.", {licences.PROPRIETARY}),
        ("Do what you like.", set()),
        ("x" * 5_000 + "MIT License", set()),
    ],
)
def test_text(text: str, ids: set[str]) -> None:
    assert licences.of_text(text) == ids


@pytest.mark.parametrize(
    ("field", "ids"),
    [
        ("MIT", {"MIT"}),
        ("MIT license", {"MIT"}),
        ("The MIT License", {"MIT"}),
        ("Apache 2.0", {"Apache-2.0"}),
        ("Apache License, Version 2.0", {"Apache-2.0"}),
        ("MIT, Apache-2.0", {"MIT", "Apache-2.0"}),
        ("Apache License 2.0", {"Apache-2.0"}),
        ("CC-BY-4.0 AND Apache-2.0", {"CC-BY-4.0", "Apache-2.0"}),
        ("(MIT OR Apache-2.0)", {"MIT", "Apache-2.0"}),
        ("GPL-3.0-or-later", {"GPL-3.0"}),
        ("LGPL-2.1-only", {"LGPL"}),
        ("Proprietary. LICENSE.txt has complete terms", {licences.PROPRIETARY}),
        ("Complete terms in LICENSE.txt", set()),
        ("", set()),
    ],
)
def test_field(field: str, ids: set[str]) -> None:
    assert licences.of_field(field) == ids


@pytest.mark.parametrize("name", ["LICENSE", "license.md", "LICENCE", "LICENSE-MIT", "COPYING.txt"])
def test_file_names(name: str) -> None:
    assert licences.is_file_name(name)


@pytest.mark.parametrize("name", ["licensing.md", "docs/LICENSE", "NOTICE", "my-license", ""])
def test_other_names(name: str) -> None:
    assert not licences.is_file_name(name)


def test_shown() -> None:
    assert licences.shown(frozenset(("MIT", "Apache-2.0"))) == "Apache-2.0 and MIT"
