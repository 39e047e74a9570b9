import pandas as pd
import pytest

from clv.errors import SourceUnreadable, StudyInvalid
from clv.growth import playbook
from clv.growth.playbook import SAID, money, parsed, plays, read
from clv.stages.framework_checks import LANGUAGES
from clv.stages.rules import STATES

SHIPPED = (playbook.files("clv.growth") / playbook.SHIPPED).read_text(encoding="utf-8")


def test_every_state_has_its_play_in_every_language():
    book = read()
    assert tuple(book.plays) == STATES
    for play in book.plays.values():
        for labels in (play.owner, *(getattr(play, name) for name in SAID)):
            assert set(labels) == set(LANGUAGES)
            assert all(labels.values())


def test_no_two_plays_say_the_same():
    for language in LANGUAGES:
        for name in SAID:
            said = [getattr(play, name)[language] for play in read().plays.values()]
            assert len(set(said)) == len(said), (language, name)


def test_a_playbook_of_ones_own_is_read_by_its_path(tmp_path):
    path = tmp_path / "ours.yml"
    path.write_text(SHIPPED.replace("A conversation", "A visit"), encoding="utf-8")
    assert read(path).plays["lead"].aim["en"] == "A visit"
    assert read("") is read()


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SourceUnreadable, match=r"playbook .*none\.yml cannot be read"):
        read(tmp_path / "none.yml")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("  reached:\n", "  reachd:\n", "unknown state `reachd`. Did you mean `reached`"),
        ("  reached:\n", "  reachd:\n", "`reached` must have owner, aim, do, avoid, measure"),
        ("owner: sales", "owner: seles", "owned by `seles`, no owner. Did you mean `sales`"),
        ("aim: {en: A conversation, tr", "aim: {tr", "`lead: aim` needs words"),
        ("title:", "titel:", "unknown key `titel`. Did you mean `title`"),
        ("care: {en: Customer care", "care: {de: Kundendienst", "`care` is said in `de`"),
        ("    aim: {en: A conversation", "    goal: {en: A conversation", "`lead` must have owner"),
    ],
)
def test_a_fault_is_named_with_its_line(old, new, told):
    with pytest.raises(StudyInvalid, match=r"line \d+") as caught:
        parsed(SHIPPED.replace(old, new, 1), "ours.yml")
    assert told in str(caught.value)


def test_all_faults_are_named_at_once():
    text = SHIPPED.replace("owner: sales", "owner: seles").replace("  active:\n", "  aktive:\n")
    with pytest.raises(StudyInvalid) as caught:
        parsed(text, "ours.yml")
    assert str(caught.value).count("seles") == 2
    assert "aktive" in str(caught.value)


@pytest.fixture
def stages():
    ids = pd.Index(list("abcd"), name="customer_id")
    found = pd.Categorical(["loyal", "loyal", "churned", "active"], categories=STATES, ordered=True)
    return pd.Series(found, ids, name="stage")


@pytest.fixture
def amounts(stages):
    found = pd.Series([10.0, 20.0, 1.0, 69.0], stages.index)
    found.attrs["value"] = "margin"
    return found


def test_plays_stand_in_the_order_of_their_money(stages, amounts):
    table = plays(stages, amounts)
    assert table.index.tolist() == ["active", "loyal", "churned"]
    assert table["customers"].tolist() == [1, 2, 1]
    assert table["share"].tolist() == pytest.approx([0.69, 0.30, 0.01])
    assert table.attrs["value"] == "margin"


def test_where_no_money_is_known_none_is_told_and_the_play_stands_last(stages, amounts):
    table = plays(stages, amounts.drop("d"))
    assert table.index.tolist() == ["loyal", "churned", "active"]
    assert table["amount"].isna().tolist() == [False, False, True]
    assert plays(stages, pd.Series(dtype=float))["share"].isna().all()


def test_the_money_is_what_is_expected_and_without_models_what_came_last_year(valued, life):
    expected = money(valued, life.days)
    assert expected.sum() == pytest.approx(valued["clv"].sum())
    assert expected.attrs["value"] == "revenue"
    came = money(valued.drop(columns="clv"), life.days)
    year = life.days[life.days["date"] > "1997-06-30"]
    assert came.attrs["value"] == "brought"
    assert came.sum() == pytest.approx(year["amount"].sum())
    assert came.index.equals(valued.index)
