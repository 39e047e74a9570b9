"""What is typed is taken as it is meant, or refused by name before anything is done."""

import click
import pytest

from clv.runs import typed


def test_a_place_is_a_path(tmp_path):
    assert typed.FOLDER.convert(str(tmp_path / "new" / "reports"), None, None) == (
        tmp_path / "new" / "reports"
    )
    assert typed.FILE.convert(str(tmp_path / "new.csv"), None, None) == tmp_path / "new.csv"


@pytest.mark.parametrize("kind", [typed.FOLDER, typed.FILE])
def test_nothing_can_stand_inside_of_a_file(tmp_path, kind):
    (tmp_path / "orders.csv").write_text("")
    with pytest.raises(click.BadParameter, match=r"orders\.csv is a file; name a folder\."):
        kind.convert(str(tmp_path / "orders.csv" / "new" / "x.csv"), None, None)


def test_a_file_is_no_folder_and_a_folder_no_file(tmp_path):
    (tmp_path / "orders.csv").write_text("")
    with pytest.raises(click.BadParameter, match="is a file; name a folder"):
        typed.FOLDER.convert(str(tmp_path / "orders.csv"), None, None)
    with pytest.raises(click.BadParameter, match="is a folder; name a file"):
        typed.FILE.convert(str(tmp_path), None, None)
    assert typed.FILE.convert(str(tmp_path / "orders.csv"), None, None).is_file()
