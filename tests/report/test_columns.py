from clv.report import columns, labels


def test_a_column_is_called_as_everything_of_its_key_is():
    assert {key: labels.english(key) for key in columns.COLUMNS} == columns.COLUMNS


def test_a_name_begins_with_a_capital():
    assert [name for name in columns.COLUMNS.values() if name[:1] != name[:1].upper()] == []
