import pytest

from clv.errors import BadParameter, UnknownParameter
from clv.tables.formats import Format


def test_nothing_declared_is_a_plain_csv():
    assert Format.from_mapping(None) == Format() == Format.from_mapping({})
    assert (Format().delimiter, Format().encoding) == (",", "utf-8")


def test_a_misspelt_key_is_suggested():
    with pytest.raises(UnknownParameter, match="Did you mean `decimal`"):
        Format.from_mapping({"decimals": ","})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("delimiter", ";;"),
        ("delimiter", '"'),
        ("delimiter", ""),
        ("decimal", "x"),
        ("thousands", "."),
        ("thousands", "0"),
        ("encoding", "klingon"),
        ("encoding", "zip"),
        ("date_format", "day first"),
        ("date_format", "%d.%m.%Y %z"),
        ("date_format", "%Y-%m-%d %H:%M:%S UTC"),
        ("date_format", "%Y-%m-%dT%H:%M:%SZ"),
        ("date_format", "%d/%m/%Y %H:%M +03:00"),
        ("decimal", 5),
    ],
)
def test_what_cannot_be_followed_is_refused_under_its_name(name, value):
    with pytest.raises(BadParameter, match=f"`format: {name}` must be"):
        Format.from_mapping({name: value})


def test_one_mark_cannot_mean_two_things():
    with pytest.raises(BadParameter, match=r"`format: thousands` must be .* not the decimal mark"):
        Format.from_mapping({"delimiter": ";", "decimal": ",", "thousands": ","})


def test_a_decimal_mark_may_be_the_delimiter_because_values_can_be_quoted():
    assert Format.from_mapping({"decimal": ","}).decimal == ","


@pytest.mark.parametrize("pattern", ["%d-%m-%Y", "%Y-%m-%d", "%d.%m.%y %H:%M", "%Y%m%d"])
def test_a_pattern_without_a_zone_can_be_followed(pattern):
    assert Format.from_mapping({"date_format": pattern}).date_format == pattern
