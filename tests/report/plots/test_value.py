from clv.report import plots


def test_the_curve_says_what_the_top_tenth_holds(tables):
    ax = plots.lorenz(tables["lorenz"])
    assert "The top 10% hold 50%" in [text.get_text() for text in ax.texts]


def test_groups_are_drawn_in_the_order_of_the_table_in_their_unit(tables):
    ax = plots.value_by_group(tables["value_by_group"], unit="USD", title="By segment")
    assert [text.get_text() for text in ax.texts] == ["$1,234", "$10"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Champions", "Promising"]
    assert ax.get_title(loc="left") == "By segment"


def test_intervals_reach_from_low_to_high(tables):
    ax = plots.value_interval(tables["value_interval"])
    ends = [segment[:, 1].tolist() for segment in ax.collections[0].get_segments()]
    assert ends == [[30, 41], [20, 60]]
