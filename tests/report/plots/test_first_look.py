from clv.report import plots, style


def ticks(ax) -> list[str]:
    return [label.get_text() for label in ax.get_xticklabels()]


def test_steps_are_written_at_their_edges_and_an_open_end_has_none(tables):
    assert ticks(plots.gaps(tables["gaps"])) == ["1", "8"]
    assert ticks(plots.amounts(tables["amounts"])) == ["5", "10", "20"]


def test_the_axis_says_which_currency_amounts_are_in(tables):
    table = tables["amounts"]
    table.attrs["currency"] = "USD"
    ax = plots.amounts(table)
    assert ax.get_xlabel() == "amount in US dollars, on a logarithmic scale"
    assert ticks(ax) == ["5", "10", "20"]


def test_the_highest_step_stands_out_and_each_has_its_share(tables):
    ax = plots.gaps(tables["gaps"])
    colours = [style.to_rgb(bar.get_facecolor()) for bar in ax.patches]
    assert colours == [style.to_rgb(style.ACCENT), style.to_rgb(style.GREY)]
    assert [text.get_text() for text in ax.texts] == ["77%", "23%"]
