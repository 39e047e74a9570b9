import pandas as pd
import pytest

import clv
from clv.errors import InputRefused, SourceUnreadable, UsageError
from clv.tables import prices

ROWS = ("a,2024-01-05,100", "a,2024-03-05,100", "b,2024-04-30,100")
CPI = "month,index\n2023-12,90\n2024-01,100\n2024-02,110\n2024-03,125\n2024-04,200\n2024-05,250\n"


@pytest.fixture
def cpi(tmp_path):
    def write(text=CPI):
        path = tmp_path / "cpi.csv"
        path.write_text(text, encoding="utf-8")
        return {"cpi": str(path)}

    return write


def test_amounts_come_out_in_the_money_of_as_of(csv, cpi):
    log = clv.load(csv(*ROWS), prices=cpi())
    assert log.prices == "real"
    assert log.purchase_days()["amount"].tolist() == pytest.approx([200, 160, 100])
    later = clv.load(csv(*ROWS), prices=cpi(), as_of="2024-05-31")
    assert later.purchase_days()["amount"].tolist() == pytest.approx([250, 200, 125])


def test_a_reader_is_told_by_how_much(csv, cpi):
    (message,) = clv.load(csv(*ROWS), prices=cpi()).messages
    assert (message.level, message.code) == ("info", "prices-restated")
    assert (
        "in the money of 2024-04, multiplied by 1.00 to 2.00 according to cpi.csv" in message.text
    )


def test_the_account_and_everything_but_the_money_is_as_it_was(csv, cpi):
    nominal, real = clv.load(csv(*ROWS)), clv.load(csv(*ROWS), prices=cpi())
    assert nominal.rows == real.rows
    pd.testing.assert_frame_equal(nominal.account, real.account)
    money = ["monetary_value", "total_spend", "first_spend"]
    pd.testing.assert_frame_equal(
        clv.customer_summary(nominal).drop(columns=money),
        clv.customer_summary(real).drop(columns=money),
    )


def test_real_money_is_saved_as_such_and_its_prices_are_an_input(csv, cpi, tmp_path):
    log = clv.load(csv(*ROWS), prices=cpi())
    assert log.input_hashes.keys() == {"orders.csv", "cpi.csv"}
    back = clv.load(log.save(tmp_path / "prepared"))
    assert back.prices == "real"
    pd.testing.assert_frame_equal(back.purchase_days(), log.purchase_days())
    dearer = clv.load(csv(*ROWS), prices=cpi(CPI.replace("200", "201")))
    assert dearer.input_hashes["cpi.csv"] != log.input_hashes["cpi.csv"]


def test_margins_are_shares_whatever_the_prices(csv, cpi):
    rows = [f"{row},0.5" for row in ROWS]
    path = csv(*rows, header="customer_id,date,amount,margin")
    log = clv.load(path, prices=cpi(), margin="margin")
    assert clv.customer_summary(log)["margin"].tolist() == [0.5, 0.5]


def test_nominal_is_the_default_also_where_it_stands_empty(csv):
    for nothing in ("nominal", "", {}):
        log = clv.load(csv(*ROWS), prices=nothing)
        assert log.prices == "nominal"
        assert log.purchase_days()["amount"].tolist() == [100, 100, 100]


def test_a_day_stands_for_its_month_and_other_columns_for_nothing():
    index = prices.read(
        b"\xef\xbb\xbfmonth, index,source\n2024-01-01,100,office\n2024-02,101,\n", ""
    )
    assert index.to_dict() == {"2024-01": 100.0, "2024-02": 101.0}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("month;index\n2024-01;100\n", r"has the columns `month;index`; .* separated by commas"),
        (CPI.replace("month,", "index,"), "has the columns `index`, `index`"),
        (CPI.replace("2024-03", "2024-13"), r"`month` must be a month .* '2024-13' in line 5"),
        (CPI.replace("2024-03", "March"), "`month` must be a month such as 2024-01; got 'March'"),
        (CPI.replace("125", "0"), r"`index` must be positive; got '0' in line 5"),
        (CPI.replace("125", "1,25"), "line 5 has 3 fields where the header has 2"),
        (CPI.replace("2024-03,125", ""), "line 5 has 0 fields where the header has 2"),
        (CPI.replace("125", ""), "`index` must be positive; got '' in line 5"),
        (CPI.replace("125", "inf"), "`index` must be positive; got 'inf'"),
        (CPI.replace("2024-03", "2024-02-28"), "`month` stands there twice; got '2024-02-28'"),
        (
            CPI.replace("2024-03,125\n", ""),
            r"cpi\.csv lacks `2024-03`; .* the first purchase, 2024",
        ),
        ("month,index\n2024-04,9\n", "lacks `2024-01`, `2024-02`, `2024-03`; it must hold every"),
    ],
)
def test_a_table_of_prices_with_a_fault_is_refused_in_one_sentence(csv, cpi, text, told):
    with pytest.raises(InputRefused, match=told):
        clv.load(csv(*ROWS), prices=cpi(text))


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00"])
def test_what_is_no_table_at_all_is_unreadable(content):
    with pytest.raises(SourceUnreadable, match=r"cpi\.csv cannot be read as a table of prices"):
        prices.read(content, "cpi.csv")


def test_many_missing_months_are_counted(csv, cpi):
    with pytest.raises(InputRefused, match=r"`2024-11` and 7 more; .* name an earlier as_of"):
        clv.load(csv(*ROWS), prices=cpi(), as_of="2025-06-30")


def test_a_table_that_is_not_there_is_a_typing_error(csv, tmp_path):
    with pytest.raises(UsageError, match=r"There is no file .*nowhere\.csv"):
        clv.load(csv(*ROWS), prices={"cpi": str(tmp_path / "nowhere.csv")})
    with pytest.raises(SourceUnreadable, match="cannot be read"):
        clv.load(csv(*ROWS), prices={"cpi": str(tmp_path)})


LONG = [f"a,{day:%Y-%m-%d},5" for day in pd.date_range("2023-01-01", periods=27, freq="MS")]


def test_nominal_lira_over_more_than_a_year_raises_an_alert(csv, cpi):
    (alert,) = clv.load(csv(*LONG), currency="TRY").messages
    assert (alert.level, alert.code) == ("warning", "nominal-money")
    assert "nominal TRY over 26 months" in alert.text
    monthly = pd.period_range("2023-01", "2025-12", freq="M").astype(str)
    every = "month,index\n" + "\n".join(f"{month},{n}" for n, month in enumerate(monthly, 1))
    restated = clv.load(csv(*LONG), currency="TRY", prices=cpi(every)).messages
    assert [message.code for message in restated] == ["prices-restated"]


def test_a_year_of_lira_and_years_of_euros_alarm_nobody(csv):
    assert clv.load(csv(*LONG[:13]), currency="TRY").messages == ()
    assert clv.load(csv(*LONG), currency="EUR").messages == ()
    assert clv.load(csv(*LONG)).messages == ()
