"""Nothing is published that tells a secret or a person, and nothing is held back for no reason."""

import html
import json

import pytest

from clv.errors import SecretTold
from clv.runs import secrecy

ADDRESS = "postgresql://shop:s3cret%2Dword@db.example/shop"


@pytest.fixture
def report(tmp_path):
    """A staged report of one notebook, to be spoilt."""
    report = tmp_path / "report"
    cells = [
        {"cell_type": "markdown", "source": ["Ask crm@shop.example.\n", "Or +90 212 555 01 23."]}
    ]
    for name, text in {
        "html/en/00_x.html": "<p>Ask crm@shop.example. Or +90 212 555 01 23.</p>",
        "html/en/analyst/00_x.html": "<p>ayse@example.com</p>",
        "notebooks/00_x.ipynb": json.dumps({"cells": cells}),
        "tables/customers.csv": '"customer_id"\n"ayse@example.com"\n',
        "tables/empty.csv": "",
    }.items():
        (report / name).parent.mkdir(parents=True, exist_ok=True)
        (report / name).write_text(text, encoding="utf-8")
    return report


def add(report, name: str, text: str) -> None:
    with (report / name).open("a", encoding="utf-8") as lines:
        lines.write(text)


# What is secret


def test_a_variable_with_an_address_and_its_password_are_secret():
    found = secrecy.known([], {"SHOP_DSN": ADDRESS, "LANG": "tr_TR.UTF-8", "HOME": "/root"})
    assert found == {
        ADDRESS: "SHOP_DSN",
        "s3cret%2Dword": "the password in SHOP_DSN",
        "s3cret-word": "the password in SHOP_DSN",
    }


def test_a_variable_is_secret_by_its_name_or_because_a_study_names_it():
    environment = {"DEPLOY_TOKEN": "abcdefgh", "WHERE": "host=db dbname=shop", "OTHER": "abcdefghi"}
    assert secrecy.known(["WHERE"], environment).keys() == {"abcdefgh", "host=db dbname=shop"}


def test_what_would_stand_on_a_page_by_chance_is_no_secret():
    environment = {
        "A_TOKEN": "1234567",
        "DSN": "postgresql://postgres:postgres@localhost/postgres",
        "B_PASSWORD": "",
    }
    assert secrecy.known([], environment).keys() == {environment["DSN"]}


SHORT = {"DB_PASSWORD": "abc123", "DSN": "postgresql://shop:hunt3r@db/shop"}


def test_a_short_password_that_is_no_word_is_secret():
    assert secrecy.known([], SHORT).keys() >= {"abc123", "hunt3r"}
    assert secrecy.known([], {"DB_PASSWORD": "orders", "A_TOKEN": "123456"}) == {}


@pytest.mark.parametrize(
    "written", ["<pre>abc123\n</pre>", '"a\\nabc123\\n"', "password: 'abc123'."]
)
def test_a_short_secret_is_found_where_it_stands_by_itself(report, written):
    add(report, "notebooks/01_y.ipynb", written)
    with pytest.raises(SecretTold, match="would tell DB_PASSWORD"):
        secrecy.gate(report, secrecy.known([], SHORT))


@pytest.mark.parametrize("written", ["abc1234", "xabc123", "Zabc123Z"])
def test_a_short_secret_inside_of_something_longer_is_chance(report, written):
    add(report, "notebooks/01_y.ipynb", written)
    secrecy.gate(report, secrecy.known([], SHORT))


def test_an_address_without_a_user_has_a_password_too(report):
    (report / "html/en/00_x.html").write_text("<p>redis://:s3cret-word@cache.example/0</p>")
    with pytest.raises(SecretTold, match="an address with a password"):
        secrecy.gate(report, {})


@pytest.mark.parametrize("name", ["DB_PASS", "SMTP_PASS", "MYSQL_PWD", "APIKEY", "API_KEY"])
def test_a_password_by_any_common_name_is_secret(name):
    assert secrecy.known([], {name: "elephants"}) == {"elephants": name}


def test_of_the_address_of_a_service_every_token_is_secret():
    addresses = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/ jsons://crm.shop.example/x"
    for name in ("CLV_DELIVER_TO", "CLV_DELIVER_CHIEF", "SLACK_WEBHOOK_URL", "TEAM_SECRET"):
        found = secrecy.known([], {name: addresses})
        slack, crm = addresses.split()
        tokens = {"T1JJ3T3L2", "A1BRTD4JD", "TIiajkdnlazkcOXrIdevi7FQ"}
        assert found.keys() == {addresses, slack, crm} | tokens
        assert f"a part of {name}" in found.values()


def test_the_password_in_the_second_of_two_addresses_is_secret():
    two = "mailtos://crm:s3cret-one@shop.example mailtos://crm:s3cret-two@shop.example?to=a2345678@b.c"
    found = secrecy.known([], {"CLV_DELIVER_TO": two})
    assert found.keys() == {two, *two.split(), "s3cret-one", "s3cret-two"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PWD", "/work/Sh0p/reports"), ("OLDPWD", "/work/Sh0p/reports"), ("COMPASS", "northward"),
        ("SORT_KEY", "customer_id"), ("MAX_TOKENS", "10000000"), ("TOKENIZER", "sentence-piece"),
        ("WEBHOOK_PATH", "/reports"), ("WEBHOOK_HOST", "hooks.shop.example"),
        ("TOKENS_SINCE", "2024-12-31"), ("CREDENTIAL_HELPER", "store2024"),
    ],
)  # fmt: skip
def test_what_every_page_might_say_is_no_secret(name, value):
    assert secrecy.known([], {name: value}) == {}


def test_the_name_of_a_database_is_no_secret():
    found = secrecy.known(["SHOP_DB"], {"SHOP_DB": "postgresql://db1.example/orders_of_2024x"})
    assert found.keys() == {"postgresql://db1.example/orders_of_2024x"}


def test_the_variables_of_a_study_are_found_wherever_it_names_them(monkeypatch):
    monkeypatch.setenv("SHOP_DB", "service=orders")
    monkeypatch.setenv("LEADS_DB", "service=leads")
    monkeypatch.setenv("CLV_PSEUDONYM_KEY", "a-key-of-pseudonyms")
    study = {
        "name": "shop",
        "transactions": {"database": "env:SHOP_DB", "table": "orders"},
        "tables": {"leads": {"source": {"database": "env:LEADS_DB", "table": "leads"}}},
    }
    known = secrecy.of_study(study)
    assert {"service=orders", "service=leads", "a-key-of-pseudonyms"} <= known.keys()
    assert "the key of the pseudonyms" in known.values()  # as the notebooks have it


def test_a_text_is_masked(monkeypatch):
    monkeypatch.setenv("SHOP_DSN", ADDRESS)
    said = secrecy.masked(f"{ADDRESS} refused s3cret-word and https://a:b@c.example/")
    assert said == "… refused … and …"
    monkeypatch.setenv("DB_PASSWORD", "abc123")
    assert secrecy.masked("abc123 and abc1234") == "… and abc1234"


# The gate


def test_a_report_that_keeps_quiet_passes(report):
    secrecy.gate(report, {"s3cret-word": "SHOP_DSN"}, ["ayse@example.com", "00042"])


@pytest.mark.parametrize(
    "name", ["html/en/00_x.html", "notebooks/01_y.ipynb", "tables/customers.csv"]
)
@pytest.mark.parametrize("written", [str, html.escape, json.dumps], ids=["plain", "html", "json"])
def test_a_secret_is_found_in_every_file_in_every_form(report, name, written):
    secret = 's3cr&t"wörd'
    add(report, name, written(secret))
    with pytest.raises(SecretTold, match=f"{name} would tell SHOP_DSN; nothing was published"):
        secrecy.gate(report, {secret: "SHOP_DSN"})


def test_it_is_not_echoed(report):
    add(report, "html/en/00_x.html", "s3cret-word")
    with pytest.raises(SecretTold) as caught:
        secrecy.gate(report, {"s3cret-word": "SHOP_DSN"})
    assert "s3cret-word" not in str(caught.value)


def test_any_address_with_a_password_is_found(report):
    add(report, "notebooks/01_y.ipynb", "https://somebody:else@example.com/")
    with pytest.raises(SecretTold, match="an address with a password"):
        secrecy.gate(report, {})


@pytest.mark.parametrize(
    "harmless",
    [
        "postgresql://user:password@host/database",
        "https://example.com:8080/a@b",
        "postgresql://shop@host/db",
        "@media print { a:hover } http://example.com x:y@z",
        "https://shop.example:8080/a@b http://",
    ],
)
def test_an_address_without_a_password_is_none(report, harmless):
    add(report, "notebooks/01_y.ipynb", harmless)
    secrecy.gate(report, {})


@pytest.mark.parametrize(
    ("told", "what"),
    [
        ("ayse@example.com", "an e-mail address"),
        ("+90 532 123 45 67", "a phone number"),
        ("+905321234567", "a phone number"),
        ("0532 123 45 67", "a phone number"),
        ("C-1009-77", "the id of a customer"),
    ],
)
def test_a_person_on_a_stakeholders_page_is_found(report, told, what):
    add(report, "html/en/00_x.html", f"<td>{told}</td>")
    with pytest.raises(SecretTold, match=f"html/en/00_x.html would tell {what}"):
        secrecy.gate(report, {}, ["C-1009-77"])


@pytest.mark.parametrize(
    "harmless",
    [
        "00042",  # an id, and a number like any other
        "12,345,678,901.50",
        "+12.5%",
        "2024-12-31-1bb2894f",
        "1997-09-30 to 1998-06-30",
        '<img src="data:image/png;base64,+905321234567/a@b.cd">',
        "<style>@media print { a@b.cd }</style>",
    ],
)
def test_what_only_looks_like_a_person_is_published(report, harmless):
    add(report, "html/en/00_x.html", f"<td>{harmless}</td>")
    secrecy.gate(report, {}, ["00042", "12345"])


def test_analysts_see_what_their_notebooks_show(report):
    add(report, "html/en/analyst/00_x.html", "C-1009-77")
    secrecy.gate(report, {}, ["C-1009-77"])
