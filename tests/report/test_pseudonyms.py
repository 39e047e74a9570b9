import pandas as pd
import pytest

from clv import report
from clv.errors import PageIncomplete
from clv.report import pseudonyms

CUSTOMERS = pd.DataFrame(
    {"clv": [5.0, 7.0]}, index=pd.Index(["00012", "ayse@mail.example"], name="customer_id")
)


@pytest.fixture
def key(monkeypatch):
    monkeypatch.setenv(pseudonyms.KEY, "a long secret")


@pytest.fixture
def no_key(monkeypatch):
    monkeypatch.delenv(pseudonyms.KEY, raising=False)


@pytest.mark.usefixtures("key")
def test_a_pseudonym_is_stable_and_says_nothing_of_the_id():
    shown = pseudonyms.pseudonymous(CUSTOMERS)
    assert shown.index.name == "pseudonym"
    assert shown.index.str.fullmatch("[A-Z2-7]{10}").all()
    assert shown.index.is_unique
    again = pseudonyms.pseudonymous(CUSTOMERS.reset_index())
    assert again["pseudonym"].tolist() == shown.index.tolist()
    assert "customer_id" not in again


@pytest.mark.usefixtures("key")
def test_a_customer_of_two_levels_is_named_in_its_level():
    levels = pd.MultiIndex.from_tuples([("lost", "a"), ("lost", "b")])
    frame = pd.DataFrame({"clv": [1, 2]}, levels.set_names(["segment", "customer_id"]))
    assert pseudonyms.pseudonymous(frame).index.names == ["segment", "pseudonym"]


@pytest.mark.usefixtures("key")
def test_each_study_has_names_of_its_own(monkeypatch):
    assert pseudonyms.scoped("shop") != pseudonyms.scoped("other")
    assert "a long secret" not in pseudonyms.scoped("shop").values()
    assert pseudonyms.fingerprint("shop") != pseudonyms.fingerprint("other")
    names = []
    for study in ("shop", "other"):
        monkeypatch.setenv(pseudonyms.KEY, "a long secret")
        monkeypatch.setenv(pseudonyms.KEY, pseudonyms.scoped(study)[pseudonyms.KEY])
        names.append(pseudonyms.pseudonymous(CUSTOMERS).index.tolist())
    assert not set(names[0]) & set(names[1])


@pytest.mark.usefixtures("no_key")
def test_without_a_key_no_customer_is_shown():
    assert pseudonyms.pseudonymous(CUSTOMERS) is CUSTOMERS
    assert (pseudonyms.scoped("shop"), pseudonyms.fingerprint("shop")) == ({}, None)
    with pytest.raises(PageIncomplete, match="single customers"):
        report.table(CUSTOMERS, caption="Who to call")


@pytest.mark.usefixtures("key")
def test_with_a_key_a_table_shows_pseudonyms_and_no_id(spoken_piece):
    payload = spoken_piece(lambda: report.table(CUSTOMERS, caption="Who to call"))
    assert "00012" not in str(payload)
    assert "ayse" not in str(payload)
    assert pseudonyms.pseudonymous(CUSTOMERS).index[0] in str(payload)


@pytest.mark.usefixtures("key")
def test_an_address_in_another_column_is_refused_all_the_same():
    with pytest.raises(PageIncomplete, match="single customers"):
        report.table(CUSTOMERS.assign(reached_by="ayse@mail.example"), caption="Who to call")


@pytest.fixture
def spoken_piece(monkeypatch):
    """What a verb displays."""
    shown = []
    monkeypatch.setattr("clv.report.verbs.display", lambda it: shown.append(it._repr_mimebundle_()))

    def spoken_piece(speak):
        speak()
        return shown.pop()

    return spoken_piece
