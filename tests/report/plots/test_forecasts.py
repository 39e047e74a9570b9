from clv.report import plots


def test_each_forecast_has_narrow_and_wide_bounds_and_what_came(tables):
    ax = plots.track_record(tables["track_record"], unit="USD")
    wide, narrow = ([s[:, 1].tolist() for s in c.get_segments()] for c in ax.collections)
    assert (wide[0], narrow[0]) == ([50, 150], [80, 99])
    foreseen, came = (line.get_ydata().tolist() for line in ax.lines)
    assert (foreseen, came) == ([90, 70], [110, 98])


def test_the_days_of_the_forecasts_are_named_by_their_month(tables):
    ax = plots.track_record(tables["track_record"])
    assert [label.get_text() for label in ax.get_xticklabels()] == ["Apr 1997", "Jun 1997"]
