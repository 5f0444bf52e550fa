"""POST /api/initialize-tenant: which names and labels it takes."""

import pytest

from support.answers.problems import CLIENT_EXISTS, expect, expect_invalid, not_matching, too_long, too_short
from support.names import unique_name

DATABASE = ("body", "database_name")
LABEL = ("body", "client_label")
EMOJI = "\N{PARTY POPPER}"


@pytest.fixture(scope="module")
def with_free_names(module_make):
    """A service in which every name is free."""
    return module_make.annals("remote")


@pytest.mark.parametrize(
    "name",
    ["a" * 64, "0", "_", "A-b_9-", "select", "DROP", "null", "events", "annals_tenants", "e-", "1e5"],
    ids=lambda name: name[:10],
)
def test_names_within_the_rules_are_taken(with_free_names, name):
    made = with_free_names.initialise(name)

    assert made["database_name"] == name
    with_free_names.remove(made["client_id"])


@pytest.mark.parametrize(
    "name",
    [
        "-a",
        "a b",
        "a.b",
        "a/b",
        "../a",
        "..",
        ".",
        "a'b",
        'a"b',
        "a`b",
        "a\\b",
        "a;b",
        "a\x00b",
        "a\n",
        "\na",
        "a%00",
        "{x:String}",
        "ünïcode",
        EMOJI,
        EMOJI * 64,
        "a\u2028",
        "\ufeffa",
        " a",
        "a ",
    ],
)
def test_names_with_characters_not_allowed_are_refused(any_annals, name):
    reply = any_annals.post_tenant({"database_name": name, "client_label": "x"})

    expect_invalid(reply, not_matching(*DATABASE))


@pytest.mark.parametrize("name", ["a" * 65, EMOJI * 65, "`" * 65, "a" * 100_000])
def test_a_name_of_65_code_points_is_too_long_whatever_they_are(any_annals, name):
    reply = any_annals.post_tenant({"database_name": name, "client_label": "x"})

    expect_invalid(reply, too_long(*DATABASE, limit=64))


def test_an_empty_name_is_too_short(any_annals):
    expect_invalid(any_annals.post_tenant({"database_name": "", "client_label": "x"}), too_short(*DATABASE))


@pytest.mark.parametrize(
    "label",
    [
        "a'); DROP TABLE annals_tenants; --",
        "`quotes` \"and\" 'quotes'",
        "back\\slash \\N \\n \\x00 \\",
        "{database:String}",
        "../../etc/passwd",
        "a%00b&param_x=y",
        " blanks around ",
        " ",
        "\N{NO-BREAK SPACE}",
        "Łódź, 東京, عربى",
        "e\u0301",
        EMOJI * 254,
    ],
    ids=lambda label: label[:12].encode("unicode_escape").decode(),
)
def test_labels_are_kept_as_they_came(annals, label):
    name = unique_name()
    label = label + EMOJI if len(label) > 200 else f"{name}{label}"

    made = annals.initialise(name, label)

    assert annals.tenant(made["client_id"])["client_label"] == label
    # Full of quotes as it is, it still names one tenant for the engine, too.
    expect(annals.post_tenant({"database_name": unique_name(), "client_label": label}), 400, CLIENT_EXISTS)
    annals.remove(made["client_id"])


def test_a_label_of_255_code_points_fits(annals):
    label = unique_name().ljust(255, EMOJI)

    made = annals.initialise(unique_name(), label)

    assert annals.tenant(made["client_id"])["client_label"] == label


def test_a_label_of_256_code_points_is_too_long(any_annals):
    reply = any_annals.post_tenant({"database_name": unique_name(), "client_label": EMOJI * 256})

    expect_invalid(reply, too_long(*LABEL, limit=255))


def test_an_empty_label_is_too_short(any_annals):
    expect_invalid(any_annals.post_tenant({"database_name": unique_name(), "client_label": ""}), too_short(*LABEL))


@pytest.mark.parametrize("character", ["\x00", "\n", "\r", "\t", "\x1b", "\x1f", "\x7f", "\x80", "\x9f"])
def test_labels_with_control_characters_are_refused(any_annals, character):
    reply = any_annals.post_tenant({"database_name": unique_name(), "client_label": f"a{character}b"})

    assert reply.status_code == 422, f"expected 422, got {reply.status_code} {reply.text}"
    problem = reply.json()["detail"][0]
    expect_invalid(reply, not_matching(*LABEL, pattern=problem["ctx"]["pattern"]))
