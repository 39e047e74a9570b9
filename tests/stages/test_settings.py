import pytest

from clv.errors import BadParameter, UnknownParameter
from clv.stages.settings import Settings, sectors


def test_what_the_study_declares_replaces_the_preset_and_the_preset_the_default():
    assert Settings.of().lead_ttl == 180
    assert Settings.of("ecommerce").lead_ttl == 60
    assert Settings.of("ecommerce", {"lead_ttl": 45}).lead_ttl == 45
    assert Settings.of("ecommerce", {"lead_ttl": 45}).return_horizon == 90


def test_every_sector_is_made_of_settings():
    assert list(sectors()) == [
        "ecommerce",
        "saas",
        "manufacturing",
        "consulting",
        "education",
        "health",
    ]
    assert [Settings.of(sector).contractual for sector in sectors()] == [False, True, *[False] * 4]


def test_what_is_left_to_be_learned_is_not_declared():
    assert "loyal_days" not in Settings().declared
    assert {"loyal_days", "window_days"} <= set(Settings.of("health").declared)


def test_a_sector_may_keep_single_customers_out_of_files_and_the_study_may_ask_for_them():
    assert [Settings.of(sector).exports_rows for sector in sectors()] == [*[True] * 5, False]
    assert Settings.of("health", {"row_level_export": True}).exports_rows
    assert not Settings.of(own={"row_level_export": False}).exports_rows
    assert "row_level_export" not in Settings.of("health").declared


def test_an_unknown_setting_suggests_the_near_one():
    with pytest.raises(UnknownParameter, match="Did you mean `lead_ttl`"):
        Settings.of(own={"lead_til": 90})


def test_an_unknown_sector_names_those_there_are():
    with pytest.raises(BadParameter, match="ecommerce"):
        Settings.of("bakery")


@pytest.mark.parametrize(
    ("own", "allowed"),
    [
        ({"lead_ttl": 0}, "a whole number from 1"),
        ({"lead_ttl": 30.5}, "a whole number from 1"),
        ({"window_days": True}, "a whole number from 1"),
        ({"loyal_days": 1}, "a whole number from 2"),
        ({"loyal_money": -1}, "an amount from 0 on"),
        ({"contractual": "yes"}, "true or false"),
        ({"at_risk_after": 90, "churned_after": 90}, "grow from each to the next"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(own, allowed):
    with pytest.raises(BadParameter, match=allowed):
        Settings.of(own=own)


def test_no_stage_rests_on_what_is_expected_of_it_or_on_what_is_exported():
    own = {"lead_ttl": 45, "expectations": {"lead": 0.3}, "row_level_export": False}
    found = Settings.of(own=own)
    assert found.expectations == {"lead": 0.3}
    assert found.of_thresholds == Settings.of(own={"lead_ttl": 45}).of_thresholds
    assert not {"expectations", "row_level_export"} & {*found.of_thresholds, *found.declared}
