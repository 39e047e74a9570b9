"""What was typed is checked whole, before anything is read or run."""

from collections.abc import Callable
from pathlib import Path

import pytest

from clv.errors import BadParameter, StudyInvalid, UnknownParameter, UsageError
from clv.runs import orders, parameters
from clv.runs.orders import Request


@pytest.fixture(scope="module")
def shop(tmp_path_factory, new_shop) -> Path:
    folder = tmp_path_factory.mktemp("shops") / "shop-folder"
    return new_shop(folder, "00_speaks", "01_says_where_it_runs", horizon="26W")


@pytest.fixture
def study(tmp_path, new_shop) -> Callable[..., Path]:
    def written(**keys: object) -> Path:
        return new_shop(tmp_path / "shop", "00_speaks", "01_says_where_it_runs", **keys)

    return written


def test_an_order_is_the_study_with_its_notebooks(shop):
    order = orders.order(Request(shop))
    assert [n.number for n in order.notebooks] == ["00", "01"]
    assert order.values["horizon"] == "26W"
    assert order.languages == ("en",)
    assert not order.partial


def test_settings_change_the_study_and_what_only_notebooks_know(shop):
    order = orders.order(Request(shop, {"horizon": "52W", "seed": "7", "top": "3"}))
    assert (order.study.horizon, order.study.seed) == ("52W", 7)
    assert order.told == {"top": 3}
    assert order.values["top"] == 3


def test_a_study_says_what_only_notebooks_know_and_what_is_typed_goes_before_it(study):
    file = study(parameters={"top": 3})
    order = orders.order(Request(file))
    assert (order.told, order.values["top"]) == ({"top": 3}, 3)
    assert orders.order(Request(file, {"top": "5"})).told == {"top": 5}
    assert orders.order(Request(file, only=("01",))).told == {"top": 3}  # part and whole alike


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"topp": 3}, r"`parameters` has no parameter `topp`.*Did you mean `top`\?"),
        ({"top": "many"}, "`top` must be a whole number; got 'many'"),
        ({"language": "tr"}, "`parameters` cannot change `language`: name the languages with"),
        ({"unit": "D"}, "`unit` is a key of the study itself: it stands at the top"),
        ({"top": None}, "`parameters: top` must be a value"),
        (["top"], "`parameters` must be a mapping"),
    ],
)
def test_a_study_that_says_what_no_notebook_asks_is_refused(study, given, said):
    with pytest.raises(UsageError, match=said):
        orders.order(Request(study(parameters=given)))


def test_a_part_of_the_notebooks_is_partial(shop):
    assert orders.order(Request(shop, only=("01",))).partial
    assert not orders.order(Request(shop, only=("00", "01_says_where_it_runs"))).partial


def test_a_misspelt_key_is_refused_with_the_near_one(shop):
    with pytest.raises(UnknownParameter, match=r"no parameter `horizont`.*Did you mean `horizon`"):
        orders.order(Request(shop, {"horizont": "52W"}))


@pytest.mark.parametrize("name", ["language", "prepared", "results"])
def test_what_a_run_gives_its_notebooks_itself_cannot_be_set(shop, name):
    with pytest.raises(UsageError, match=f"--set cannot change `{name}`: ") as caught:
        orders.order(Request(shop, {name: "tr"}))
    assert name != "language" or "--lang tr" in str(caught.value)


def test_a_notebook_that_is_not_chosen_lends_no_parameter(shop):
    with pytest.raises(UnknownParameter, match="`top`"):
        orders.order(Request(shop, {"top": "3"}, only=("01",)))


def test_all_faults_are_named_at_once(shop):
    with pytest.raises(UsageError) as caught:
        orders.order(Request(shop, {"horizont": "52W", "interval": "2", "seed": "x"}))
    for name in ("`horizont`", "`interval`", "`seed`"):
        assert name in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"top": "many"}, "`top` must be a whole number"),
        ({"horizon": "0W"}, "`horizon` must be longer than 0"),
        ({"model": "prophet"}, "`model` must be"),
        ({"annual_discount_rate": "10"}, "`annual_discount_rate` must be"),
    ],
)
def test_a_bad_value_is_refused(shop, settings, said):
    with pytest.raises(BadParameter, match=said):
        orders.order(Request(shop, settings))


def test_a_command_without_notebooks_checks_the_study_alone(shop):
    assert orders.study(shop, {"unit": "D"}).unit == "D"
    with pytest.raises(UnknownParameter, match="`top`"):
        orders.study(shop, {"top": "3"})
    with pytest.raises(BadParameter, match="horizon"):
        orders.study(shop, {"horizon": "twelve moons"})


def test_what_a_study_says_fits_parameters_of_one_type(shop):
    plain = orders.said_by(orders.study(shop, {}))
    assert (plain["prices"], plain["spend_basis"]) == ({}, "auto")
    assert "margin" not in plain
    changed = {"margin": "0.35", "prices": "{cpi: cpi.csv}", "spend_basis": "all"}
    said = orders.said_by(orders.study(shop, changed | {"transactions": "orders.csv"}))
    assert said["margin"] == "0.35"
    assert said["prices"] == {"cpi": "cpi.csv"}
    assert said["spend_basis"] == "all"
    known = parameters.read(
        'margin: str = ""  # share of revenue that is kept, or the column that holds it\n'
        'prices: dict = {}  # {"cpi": FILE} restates amounts\n'
        'spend_basis: str = "auto"  # one of: auto, repeat, all\n'
    )
    parameters.raise_all(parameters.faults({p.name: said[p.name] for p in known}, known, "06"))


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"margin": "35"}, r"did you mean 0\.35"),
        ({"prices": "real"}, r"nominal, or \{cpi: FILE\}"),
        ({"spend_basis": "first"}, "`spend_basis` must be one of"),
    ],
)
def test_money_that_makes_no_sense_is_refused_before_anything_is_read(shop, settings, told):
    with pytest.raises(BadParameter, match=told):
        orders.study(shop, settings)


def test_a_language_must_be_there(shop):
    with pytest.raises(BadParameter, match="`--lang` must be among `en`"):
        orders.order(Request(shop, languages=("xx",)))


def test_without_a_study_the_one_that_lies_here_else_the_sample(shop, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert orders.study_file(None) is None
    assert Request().home == Path("reports/cdnow")
    monkeypatch.chdir(shop.parent)
    assert orders.study_file(None) == Path("study.yml")
    with pytest.raises(UsageError, match=r"no study file shop\.yml"):
        orders.study_file(Path("shop.yml"))


@pytest.mark.parametrize("broken", ["a link", "a folder"])
def test_a_study_that_lies_here_and_cannot_be_read_is_no_reason_to_run_the_sample(
    tmp_path, monkeypatch, broken
):
    monkeypatch.chdir(tmp_path)
    here = Path("study.yml")
    here.symlink_to("gone.yml") if broken == "a link" else here.mkdir()
    with pytest.raises(UsageError, match=r"no study file study\.yml"):
        orders.study_file(None)


def test_purchases_are_no_study_file(tmp_path):
    log = tmp_path / "orders.csv"
    log.write_text("customer_id,date,amount\n")
    with pytest.raises(UsageError, match=r"end in .*\.yml.*clv run --set transactions="):
        orders.study_file(log)


@pytest.mark.parametrize(
    ("text", "home"),
    [
        ("name: web-shop\nhorizont: 52W\n", "web-shop"),
        ('{"name": "web-shop",\n "horizont": 1}', "web-shop"),
        ("transactions: [", "folder"),
        ("name: /tmp/escaped\ntransactions: a.csv\n", "folder"),
        ("name: web-shop  # ours\nhorizont: 1\n", "web-shop"),
        ("name: *a\ntransactions: a.csv\n", "folder"),
        ("name: caf\xe9\ntransactions: a.csv\n", "folder"),
    ],
)
def test_a_faulty_study_still_has_its_place(tmp_path, text, home):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "study.yml").write_text(text, encoding="latin-1")
    assert Request(tmp_path / "folder" / "study.yml").home == Path("reports", home)
    assert Request(tmp_path / "folder" / "study.yml", {"name": "mine"}).home.name == "mine"


def test_a_study_that_cannot_be_read_still_has_its_place(tmp_path):
    (tmp_path / "folder").mkdir()
    assert Request(tmp_path / "folder" / "gone.yml").home == Path("reports", "folder")


def test_what_is_set_of_the_lifecycle_reaches_the_notebooks_as_one_mapping(shop):
    settings = {"contractual": "true", "lifecycle": "{lead_ttl: 45}", "sector": "saas"}
    said = orders.said_by(orders.study(shop, settings))
    assert said["lifecycle"] == {"lead_ttl": 45, "contractual": True}
    assert (said["sector"], said["framework"]) == ("saas", "crm")


def test_a_framework_that_is_none_is_refused_before_anything_is_read(shop, tmp_path):
    own = tmp_path / "own.yml"
    with pytest.raises(UsageError, match=r"There is no file .*own\.yml, named as the framework"):
        orders.order(Request(shop, {"framework": str(own)}))
    own.write_text("title: {en: Ours}\n")
    with pytest.raises(StudyInvalid, match="`ladder` must be there"):
        orders.order(Request(shop, {"framework": str(own)}))


def test_a_sample_named_by_hand_is_a_study_of_its_own_name_and_day():
    request = Request(None, {"transactions": "company"})
    assert request.home == Path("reports", "company")
    study = orders.order(request).study
    assert (study.name, study.as_of) == ("company", "2024-12-31")
    assert study.languages == ("en", "tr", "ar")
    own = orders.study(None, {"transactions": "orders.csv"})
    assert (own.name, own.as_of) == ("study", None)


def test_cut_points_that_are_not_there_are_refused_before_anything_is_read(shop):
    with pytest.raises(UsageError, match=r"There is no file .*none\.json of cut points"):
        orders.order(Request(shop, {"rfm_cutoffs": "none.json"}))
