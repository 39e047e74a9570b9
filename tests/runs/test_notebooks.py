"""Where notebooks are found and what is known of them before they run."""

import pytest

from clv.errors import UsageError
from clv.runs import notebooks


@pytest.fixture(scope="module")
def found(notebook_files):
    return notebooks.find(notebook_files)


def test_a_notebook_is_known_by_number_question_and_parameters(found):
    first = found[0]
    assert (first.stem, first.number) == ("00_speaks", "00")
    assert first.question == "How many customers are there?"
    assert [p.name for p in first.parameters][:3] == ["transactions", "as_of", "horizon"]
    assert first.code_cells == 3


def test_a_notebook_says_itself_whether_it_needs_a_model(found):
    needing = [n.stem for n in found if n.needs_model]
    assert needing == ["02_needs_a_model", "20_says_what_all_are_worth"]


def test_all_are_chosen_unless_some_are_named(found):
    assert notebooks.choose(found) == found


def test_some_are_chosen_by_number_or_name_in_their_own_order(found):
    chosen = notebooks.choose(found, ["99_sums_up", "01"])
    assert [n.stem for n in chosen] == ["01_says_where_it_runs", "99_sums_up"]


def test_an_unknown_one_is_refused_with_those_that_are_there(found):
    with pytest.raises(UsageError, match="no notebook `42`; there are 00_speaks, 01_says"):
        notebooks.choose(found, ["42"])


def test_a_study_with_notebooks_of_its_own_runs_those(tmp_path, new_shop):
    folder = new_shop(tmp_path, "00_speaks").parent
    assert notebooks.folder_of(folder) == folder / "notebooks"


def test_a_study_without_notebooks_runs_the_shipped_ones(tmp_path):
    (tmp_path / "notebooks").mkdir()
    assert notebooks.folder_of(tmp_path) == notebooks.folder_of(None)


@pytest.mark.parametrize("text", ["", "{}", "not json"])
def test_a_file_that_is_no_notebook_is_refused_by_name(tmp_path, text):
    (tmp_path / "00_broken.ipynb").write_text(text)
    with pytest.raises(UsageError, match=r"00_broken\.ipynb is not a notebook"):
        notebooks.find(tmp_path)


def test_scratch_notebooks_are_left_alone(tmp_path):
    (tmp_path / "Untitled.ipynb").write_text("{}")
    assert notebooks.find(tmp_path) == ()


def test_a_folder_named_like_a_notebook_is_refused_by_name(tmp_path):
    (tmp_path / "00_folder.ipynb").mkdir()
    with pytest.raises(UsageError, match=r"00_folder\.ipynb cannot be read: Is a directory"):
        notebooks.find(tmp_path)
