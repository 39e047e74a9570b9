from matplotlib.colors import to_hex

from clv.report import plots, style


def bar_texts(ax):
    return [text.get_text() for text in ax.texts]


def tick_texts(ax, axis):
    return [label.get_text() for label in getattr(ax, f"get_{axis}ticklabels")()]


def test_the_account_shows_accepted_rows_in_the_accent_and_names_every_fault(tables):
    ax = plots.account(tables["account"])
    assert [to_hex(bar.get_facecolor()).upper() for bar in ax.patches] == [
        style.ACCENT, style.GREY, style.GREY,
    ]  # fmt: skip
    assert tick_texts(ax, "y") == ["Accepted", "Amount is not a number", "The same row again"]
    assert bar_texts(ax) == ["1,388 (99.6%)", "4 (0.3%)", "2 (0.1%)"]


def test_new_and_repeat_purchases_stand_on_each_other(tables):
    ax = plots.purchases_per_month(tables["purchases_per_month"])
    tops = [bar.get_y() + bar.get_height() for bar in ax.patches]
    assert tops == [1082, 2796, 7846 + 1082, 8476 + 2796]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "First purchase",
        "Repeat purchase",
    ]


def test_the_histogram_counts_days_and_gathers_the_most_frequent(tables):
    ax = plots.purchase_days_histogram(tables["purchase_days_histogram"])
    assert [bar.get_height() for bar in ax.patches] == [2, 1, *[0] * 7, 1]
    assert tick_texts(ax, "x")[-1] == "10+"
    assert bar_texts(ax)[0] == "50%"
