from clv.report.messages import message


def test_a_mark_changes_nothing():
    assert message("Next step") == "Next step"
