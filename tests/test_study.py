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
        "languages": ["tr", "ar"],
        "seed": 0,
    }
    assert written.keys() == CHECKS.keys()
    assert Study.read(study_file(json.dumps(written))).as_dict() == written


def test_a_study_written_again_is_the_same_study():
    study = Study.default().override({"horizon": "26W", "columns": "{date: Day}"})
    assert Study.from_mapping(study.as_dict()) == study
    json.dumps(study.as_dict())


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


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("annual_discount_rate: 10", r"did you mean 0\.10\?"),
        ("annual_discount_rate: 1", "a share between 0 and 1"),
        ("annual_discount_rate: -0.1", "a share between 0 and 1"),
        ("annual_discount_rate: yes", "a share between 0 and 1"),
        ("annual_discount_rate: .nan", "a share between 0 and 1"),
        ("interval: 90", r"did you mean 0\.90\?"),
        ("interval: 0", "a share between 0 and 1"),
        ("max_faulty: 5", r"did you mean 0\.05\?"),
        ("as_of: 2024-13-45", "`as_of` has a value that is not plain: month must be in"),
        ("as_of: '2024-02-30'", "`as_of` must be a day such as 2024-12-31"),
        ("horizon: 12", "`horizon` must be a length such as 39W"),
        ("currency: NO", "`currency` must be three capital letters"),
        ("name: ../../etc", "a plain name .* not a path"),
        ("name: /tmp/escape", "a plain name .* not a path"),
        ("columns: [Uid]", "`columns` must be a mapping"),
        ("columns: {date: 3}", "`columns: date` must be text"),
        ("languages: []", "a list such as"),
        ("seed: 1.5", "a whole number"),
        ("seed: true", "a whole number"),
        ("refunds: net", r"one of \['set_aside', 'refuse'\]"),
        ("seed: 1\nseed: 2", "line 3: `seed` is a duplicate key"),
        ("columns: {date: a, date: b}", "`date` is a duplicate key"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_with_what_would(study_file, line, told):
    with pytest.raises(StudyInvalid, match=told):
        Study.read(study_file(f"transactions: cdnow\n{line}\n"))


def test_yaml_that_cannot_be_read_is_refused_with_its_line(study_file):
    with pytest.raises(StudyInvalid, match=r"study\.yml: line 2: no YAML") as caught:
        Study.read(study_file("unit: W\n  horizon: 12M\n"))
    assert caught.value.line == 2


@pytest.mark.parametrize("text", ["", "- cdnow", "cdnow"])
def test_a_study_is_a_mapping(study_file, text):
    with pytest.raises(StudyInvalid, match="must be a mapping"):
        Study.read(study_file(text))


def test_yaml_s_objects_and_aliases_are_refused(study_file, tmp_path):
    trap = tmp_path / "trap"
    with pytest.raises(StudyInvalid, match="`as_of` has a value that is not plain"):
        Study.read(study_file(f"as_of: !!python/object/apply:os.mkdir ['{trap}']"))
    assert not trap.exists()
    with pytest.raises(StudyInvalid, match=r"line 2: no YAML: an alias"):
        Study.read(study_file("columns: &names {date: Day}\nformat: *names\n"))


@pytest.mark.parametrize(
    "transactions", ["postgres://user:hunter2@host/db", {"database": "hunter2"}, "", 3]
)
def test_a_source_that_may_hold_a_password_is_refused_without_an_echo(transactions):
    with pytest.raises(StudyInvalid, match="a path, a glob, cdnow") as caught:
        Study.from_mapping({"transactions": transactions})
    assert "hunter2" not in str(caught.value)


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
