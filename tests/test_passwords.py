import pytest

from clv import passwords
from clv.errors import BadParameter, UnknownParameter

HELD = [
    "postgresql://shop:S3CRET@host/db",
    "There is no study file postgresql:/shop:S3CRET@host/db.",
    "got {'cpi': 'https://shop:S3CRET@host/x.csv'}",
    "postgresql://shop:p@ss/w:rd S3CRET@host:5432/db",
    "POSTGRES://:S3CRET@host",
    "host=h password=S3CRET dbname=d",
    "host=h PassWord = 'two S3CRET words' dbname=d",
]


@pytest.mark.parametrize("text", HELD)
def test_a_password_is_found_and_masked(text):
    assert passwords.held_by(text)
    assert "S3CRET" not in passwords.masked(text)
    assert passwords.MASK in passwords.masked(text)


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://shop@host/db",
        "https://example.com/a:b",
        "`date` is missing: see a@example.com",
        "env:SHOP_DSN",
        "C:/data/orders.csv",
        "",
    ],
)
def test_what_holds_none_is_told_as_it_is(text):
    assert not passwords.held_by(text)
    assert passwords.masked(text) == text


def test_no_error_tells_a_password_whatever_it_was_made_from():
    address = "postgresql://shop:S3CRET@host/db"
    for error in (
        BadParameter.from_value("prices", {"cpi": address}, "a file"),
        UnknownParameter.from_name("The study", address, ["date"]),
    ):
        assert "S3CRET" not in f"{error} {error.message}"
