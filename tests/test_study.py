import json
from pathlib import Path

import pytest

from clv.errors import BadParameter, StudyInvalid, UnknownParameter, UsageError
from clv.study import CHECKS, Study


@pytest.fixture
def study_file(tmp_path):
    folder = tmp_path / "web-shop"
    folder.mkdir()

    def write(text):
        path = folder / "study.yml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_the_default_study_is_cdnow_until_its_last_day():
    study = Study.default()
    assert (study.name, study.transactions, study.as_of) == ("cdnow", "cdnow", "1998-06-30")
    assert (study.unit, study.horizon, study.model, study.seed) == ("W", "12M", "auto", 1)
    assert (study.annual_discount_rate, study.interval) == (0.10, 0.90)
    assert study.languages == ("en", "tr", "ar")


def test_one_key_is_enough(study_file):
    study = Study.read(study_file("transactions: orders.csv"))
    assert study.name == "web-shop"
    assert study.horizon == Study.default().horizon


def test_every_key_is_read(study_file):
    written = {
        "name": "shop",
        "transactions": "data/*.parquet",
        "columns": {"date": "Buy Ts"},
        "format": {"delimiter": ";", "decimal": ","},
        "timezone": "Europe/Istanbul",
        "zero_amounts": "purchase",
        "refunds": "refuse",
        "max_faulty": 0.0,
        "grain": "order_line",
        "births": "unknown",
        "currency": "TRY",
        "as_of": "2024-12-31",
        "run_date": "2025-01-15",
        "unit": "D",
        "horizon": "26W",
        "annual_discount_rate": 0.0,
        "interval": 0.5,
        "model": "bgnbd",
        "spend_basis": "repeat",
        "margin": 0.35,
        "prices": {"cpi": "data/cpi.csv"},
        "rfm_method": "jenks",
        "rfm_cutoffs": "kept/cutoffs.json",
        "parameters": {"contact_cost": 4.5, "watch": 200},
        "languages": ["tr", "ar"],
        "sector": "ecommerce",
        "contractual": False,
        "lifecycle": {"lead_ttl": 45},
        "framework": "hubspot",
        "thresholds": "kept/thresholds.json",
        "tables": {
            "leads": {"path": "leads.csv", "columns": {"lead_id": "Id"}},
            "customers": "c.csv",
        },
        "excel": True,
        "seed": 0,
    }
    assert {*written, "summary"} == CHECKS.keys()
    found = Study.read(study_file(json.dumps(written))).as_dict()
    assert found == written | {"summary": None}


def test_a_study_written_again_is_the_same_study():
    study = Study.default().override({"horizon": "26W", "columns": "{date: Day}"})
    ready = Study.from_mapping({"summary": "summary.csv", "unit": "D"})
    for each in (study, ready):
        assert (
            Study.from_mapping(json.loads(json.dumps(each.as_dict()))).as_dict() == each.as_dict()
        )


def test_paths_are_relative_to_the_study_file(study_file):
    path = study_file("transactions: data/orders.csv")
    assert Study.read(path).source == str(path.parent / "data" / "orders.csv")
    assert Study.default().source == "cdnow"
    assert (
        Study.from_mapping({"transactions": "/data/orders.csv"}, "there").source
        == "/data/orders.csv"
    )


def test_days_are_days_whether_in_quotes_or_not(study_file):
    study = Study.read(study_file("transactions: cdnow\nas_of: 1998-06-30\nrun_date: '1998-07-01'"))
    assert (study.as_of, study.run_date) == ("1998-06-30", "1998-07-01")


def test_all_faults_are_named_at_once_with_their_lines(study_file):
    text = "unit: M\nhorizont: 12M\nseed: one\nlanguages: [en, fr]\n"
    with pytest.raises(StudyInvalid) as caught:
        Study.read(study_file(text))
    told = str(caught.value)
    assert "`transactions` is missing" in told
    assert "line 1: `unit` must be one of ['D', 'W']; got 'M'." in told
    assert "line 2: The study has no parameter `horizont`" in told
    assert "Did you mean `horizon`?" in told
    assert "line 3: `seed` must be a whole number" in told
    assert "line 4: `languages` must be one of ['en', 'tr', 'ar']; got 'fr'." in told


def test_what_yaml_alone_can_tell_is_told_with_the_rest(study_file):
    text = "transactions: cdnow\nas_of: 2024-13-45\ncurrency: NO\nseed: 1\nseed: 2\n"
    with pytest.raises(StudyInvalid) as caught:
        Study.read(study_file(text))
    told = str(caught.value)
    assert "line 2: `as_of` has a value that is not plain: month must be in" in told
    assert "line 3: `currency` must be three capital letters" in told
    assert "line 5: `seed` is a duplicate key" in told


@pytest.mark.parametrize("text", ["", "- cdnow", "cdnow"])
def test_a_study_is_a_mapping(study_file, text):
    with pytest.raises(StudyInvalid, match="must be a mapping"):
        Study.read(study_file(text))


@pytest.mark.parametrize(
    "transactions", ["postgres://user:hunter2@host/db", {"database": "hunter2"}, "", 3]
)
def test_a_source_that_may_hold_a_password_is_refused_without_an_echo(transactions):
    with pytest.raises(StudyInvalid, match=r"`transactions.* must be a") as caught:
        Study.from_mapping({"transactions": transactions})
    assert "hunter2" not in str(caught.value)


def test_transactions_or_a_summary_but_not_both(study_file):
    with pytest.raises(StudyInvalid, match=r"line 2: `transactions` and `summary` exclude"):
        Study.read(study_file("transactions: a.csv\nsummary: b.csv"))
    with pytest.raises(StudyInvalid, match=r"`transactions` is missing.*or a `summary`"):
        Study.read(study_file("transactions: null\nunit: D"))


def test_what_is_said_of_transactions_is_a_fault_where_there_are_none(study_file):
    with pytest.raises(StudyInvalid, match=r"line 2: `refunds` is about transactions"):
        Study.read(study_file("summary: b.csv\nrefunds: net"))
    with pytest.raises(StudyInvalid, match="`grain` is about transactions"):
        Study.from_mapping({"summary": "b.csv"}).override({"grain": "order"})


def test_what_is_set_of_the_lifecycle_is_one_mapping_wherever_it_stands():
    study = Study.from_mapping(
        {"transactions": "a.csv", "contractual": True, "lifecycle": {"lead_ttl": 45}}
    )
    assert study.settings == {"lead_ttl": 45, "contractual": True}
    assert Study.default().settings == {}
    twice = {"contractual": True, "lifecycle": {"contractual": False}}
    with pytest.raises(StudyInvalid, match="`contractual` stands at the top and under `lifecycle`"):
        Study.from_mapping({"transactions": "a.csv"} | twice)
    with pytest.raises(StudyInvalid, match="differs"):
        Study.from_mapping({"transactions": "a.csv"}).override(twice)


def test_faults_of_the_lifecycle_are_named_with_their_own_lines(study_file):
    text = (
        "transactions: a.csv\nsector: ecomerce\nlifecycle:\n  lead_til: 90\n  loyal_days: 1\n"
        "framework: hubspt\nthresholds: kept.yml\n"
    )
    with pytest.raises(StudyInvalid) as caught:
        Study.read(study_file(text))
    told = str(caught.value)
    assert "line 2: `sector` must be one of" in told
    assert "Did you mean `ecommerce`?" in told
    assert "line 4: `lifecycle` has no parameter `lead_til`" in told
    assert "line 5: `lifecycle: loyal_days` must be a whole number from 2" in told
    assert "line 6: `framework` must be one of" in told
    assert "Did you mean `hubspot`?" in told
    assert "line 7: `thresholds` must be the path of a .json file; got 'kept.yml'." in told


def test_a_framework_of_ones_own_lies_beside_the_study_and_by_hand_where_we_stand(study_file):
    path = study_file("transactions: a.csv\nframework: words/own.yml\nthresholds: kept.json")
    study = Study.read(path)
    assert study.framework_source == str(path.parent / "words" / "own.yml")
    assert Study.default().framework_source == "crm"
    typed = study.override({"framework": "mine.yml"})
    assert Path(typed.framework_source).resolve() == Path("mine.yml").resolve()
    other = study.override({"transactions": "b.csv"})
    assert Path(other.framework_source).resolve() == (path.parent / "words" / "own.yml").resolve()
    assert (other.folder / other.thresholds).resolve() == (path.parent / "kept.json").resolve()


def test_a_source_typed_by_hand_takes_the_place_of_the_studys(study_file):
    study = Study.read(study_file("transactions: a.csv\ntables: {leads: leads.csv}"))
    changed = study.override({"summary": "b.csv"})
    assert (changed.transactions, changed.source) == (None, "b.csv")
    assert changed.table_arguments()["leads"]["source"] == str(study.folder / "leads.csv")
    typed = study.override({"transactions": "{database: shop.db, table: orders}"})
    assert typed.source == {"database": "shop.db", "table": "orders"}
    with pytest.raises(StudyInvalid, match="exclude each other"):
        study.override({"summary": "b.csv", "transactions": "a.csv"})


def test_a_database_file_lies_beside_the_study_file_and_a_server_does_not(study_file):
    path = study_file("transactions: {database: data/shop.db, table: orders}")
    study = Study.read(path)
    there = str(path.parent / "data" / "shop.db")
    assert study.source == {"database": there, "table": "orders"}
    assert study.source_name == "orders"
    study = Study.read(study_file('transactions: {database: "env:SHOP_DSN", table: orders}'))
    assert study.source["database"] == "env:SHOP_DSN"
    study = Study.read(study_file("transactions: {spark: data/*.parquet}"))
    assert study.source == {"spark": str(path.parent / "data" / "*.parquet")}
    assert study.source_name == "*.parquet"


def test_optional_tables_come_as_sources_with_their_words(study_file):
    path = study_file(
        "transactions: a.csv\n"
        "tables:\n"
        "  leads: {path: leads.csv, columns: {lead_id: Id}}\n"
        "  payments: {database: shop.db, table: payments, format: {decimal: ','}}\n"
    )
    folder = path.parent
    assert Study.read(path).table_arguments() == {
        "leads": {"source": str(folder / "leads.csv"), "columns": {"lead_id": "Id"}},
        "payments": {
            "source": {"database": str(folder / "shop.db"), "table": "payments"},
            "format": {"decimal": ","},
        },
    }


def test_faults_inside_a_mapping_have_their_own_lines(study_file):
    text = (
        "transactions: a.csv\n"
        "columns:\n"
        "  dat: Buy Ts\n"
        "  amount: 3\n"
        "tables:\n"
        "  leads: leads.csv\n"
        "  lead: leads.csv\n"
    )
    with pytest.raises(StudyInvalid) as caught:
        Study.read(study_file(text))
    told = str(caught.value)
    for said in (
        "line 3: `columns` has no parameter `dat`",
        "line 4: `columns: amount` must be text",
        "line 7: `tables` has no parameter `lead`",
        "Did you mean `leads`?",
    ):
        assert said in told


def test_a_study_file_that_is_not_there_is_a_typing_error(tmp_path):
    with pytest.raises(UsageError, match="There is no study file"):
        Study.read(tmp_path / "nowhere.yml")


def test_a_study_file_in_another_encoding_is_refused(tmp_path):
    path = tmp_path / "study.yml"
    path.write_bytes("transactions: siparişler.csv".encode("cp1254"))
    with pytest.raises(StudyInvalid, match="cannot be read as UTF-8"):
        Study.read(path)


def test_overrides_come_as_text_and_leave_the_study_alone():
    study = Study.default()
    changed = study.override(
        {"horizon": "26W", "annual_discount_rate": "0.15", "languages": "en,tr", "seed": "7"}
    )
    assert (changed.horizon, changed.annual_discount_rate, changed.seed) == ("26W", 0.15, 7)
    assert changed.languages == ("en", "tr")
    assert study == Study.default()


def test_an_override_of_the_data_is_relative_to_where_it_was_typed(study_file):
    study = Study.read(study_file("transactions: data/orders.csv"))
    assert study.override({"transactions": "other.csv"}).source == "other.csv"
    assert study.override({"unit": "D"}).folder == study.folder != Path()


def test_a_table_of_prices_is_found_from_wherever_it_was_named(study_file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study = Study.read(study_file("transactions: cdnow\nprices: {cpi: data/cpi.csv}"))
    loads = {"prices": {"cpi": "web-shop/data/cpi.csv"}}
    assert loads.items() <= study.load_arguments().items()
    assert (
        loads.items() <= study.override({"transactions": "cdnow-sample"}).load_arguments().items()
    )
    by_hand = study.override({"prices": "{cpi: typed.csv}"})
    assert by_hand.prices == {"cpi": "../typed.csv"}
    assert by_hand.load_arguments()["prices"] == {"cpi": "typed.csv"}
    assert study.override({"prices": "{cpi: /data/cpi.csv}"}).prices == {"cpi": "/data/cpi.csv"}
    assert study.override({"prices": "nominal"}).load_arguments()["prices"] == "nominal"


def test_a_margin_may_be_typed_as_a_share_or_a_column():
    study = Study.default()
    assert study.override({"margin": "0.35"}).margin == 0.35
    assert study.override({"margin": "Margin Pct"}).margin == "Margin Pct"
    assert study.load_arguments()["margin"] is None


def test_an_unknown_override_suggests_the_near_one():
    with pytest.raises(UnknownParameter, match="Did you mean `horizon`"):
        Study.default().override({"horizont": "26W"})


def test_an_override_is_checked_like_the_file():
    with pytest.raises(BadParameter, match=r"did you mean 0\.10\?"):
        Study.default().override({"annual_discount_rate": "10"})
    with pytest.raises(StudyInvalid, match="--set columns"):
        Study.default().override({"columns": "{date: "})


def test_a_study_loads_by_its_own_words():
    import clv

    study = Study.default().override({"transactions": "cdnow-sample", "as_of": "1997-09-30"})
    assert clv.load(study.source, **study.load_arguments()).as_of.isoformat() == "1997-09-30"
