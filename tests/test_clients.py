"""The clients that ship with the tool."""

from skillrepo import clients, resource, schema, yaml_text
from skillrepo.keys import specified


def test_the_shipped_file_is_as_its_schema_says() -> None:
    value = yaml_text.load(resource.read(clients.FILE)).value
    assert [schema.explain(v) for v in schema.violations("clients", value)] == []
    assert list(value["clients"]) == sorted(value["clients"])
    assert all(list(entry["keys"]) == sorted(entry["keys"]) for entry in value["clients"].values())


def test_no_key_is_the_specifications() -> None:
    assert not clients.readers().keys() & specified()


def test_readers() -> None:
    assert clients.readers()["argument-hint"] == ("claude-code", "copilot")
    assert clients.shipped()["codex"].keys == {}
    assert clients.shipped()["cursor"].title == "Cursor"
