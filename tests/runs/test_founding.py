"""A new study begins with all that it needs, and never on top of somebody's files."""

import errno
import re
import shutil

import pytest

from clv.errors import CouldNotPublish, UsageError
from clv.runs import founding, notebooks
from clv.study import CHECKS, Study

COMMENTED = re.compile(r"^# (?P<line>[a-z_]+: .+?)(   # .*)?$", re.MULTILINE)


@pytest.fixture
def shop(tmp_path):
    return founding.found(tmp_path / "shop")


def test_a_new_study_runs_as_it_is(shop):
    study = Study.read(shop)
    assert (study.name, study.source) == ("shop", "cdnow")
    assert notebooks.folder_of(shop.parent) == shop.parent / "notebooks"
    own = [n.sha256 for n in notebooks.find(shop.parent / "notebooks")]
    assert own == [n.sha256 for n in notebooks.find(notebooks.folder_of(None))] != []
    assert "# shop" in (shop.parent / "README.md").read_text(encoding="utf-8")


def test_its_study_file_shows_every_key_and_every_line_of_it_can_be_taken_in(shop):
    text = shop.read_text(encoding="utf-8")
    lines = [found["line"] for found in COMMENTED.finditer(text)]
    shown = {line.partition(":")[0] for line in lines} | {"tables", "name"}
    assert shown & CHECKS.keys() == CHECKS.keys()
    for line in lines:
        key = line.partition(":")[0]
        base = {"summary": "", "transactions": ""}.get(key, "transactions: cdnow\n")
        shop.write_text(base + line + "\n", encoding="utf-8")
        if key in CHECKS:
            Study.read(shop)


def test_what_it_shows_as_default_is_the_default(shop):
    text, plain = shop.read_text(encoding="utf-8"), Study.read(shop)
    defaults = [
        found["line"]
        for found in COMMENTED.finditer(text)
        if found["line"].startswith(("grain", "refunds", "max_faulty", "births", "horizon", "unit"))
        or found["line"].startswith(("annual", "prices", "model", "spend", "interval", "seed"))
        or found["line"].startswith(("framework", "excel", "rfm_method"))
    ]
    assert len(defaults) == 15
    shop.write_text("\n".join(["name: shop", "transactions: cdnow", *defaults]), encoding="utf-8")
    assert Study.read(shop) == plain


def test_the_tables_that_it_shows_can_be_taken_in_together(shop):
    text = shop.read_text(encoding="utf-8")
    block = re.search(r"^# tables:\n(#   .+\n)+", text, re.MULTILINE)[0]
    shop.write_text("transactions: cdnow\n" + block.replace("# ", "", 1).replace("\n#", "\n"))
    assert len(Study.read(shop).tables) >= 4


def test_a_folder_that_holds_anything_is_left_as_it_is(tmp_path):
    for name in "edcba":
        (tmp_path / name).write_text("mine")
    with pytest.raises(UsageError, match=r"it holds `a`, `b`, `c` and 2 more\. Name a new"):
        founding.found(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == list("abcde")
    with pytest.raises(UsageError, match="is a file; name a new folder"):
        founding.found(tmp_path / "a")


def test_an_empty_folder_is_good_and_one_inside_another_too(tmp_path):
    (tmp_path / "there").mkdir()
    assert founding.found(tmp_path / "there").exists()
    assert Study.read(founding.found(tmp_path / "a" / "Our Shop")).name == "study"


@pytest.mark.parametrize("there", [False, True])
def test_a_disk_that_fills_up_is_left_as_it_was_and_the_folder_is_named(
    tmp_path, monkeypatch, there
):
    copy = shutil.copyfile

    def fills_up(source, target):
        if source.name.startswith("03"):
            raise OSError(errno.ENOSPC, "No space left on device", str(source))
        return copy(source, target)

    monkeypatch.setattr(shutil, "copyfile", fills_up)
    folder = tmp_path / "a" / "shop"
    if there:
        folder.mkdir(parents=True)
    with pytest.raises(CouldNotPublish) as caught:
        founding.found(folder)
    assert str(caught.value).startswith(f"Could not write {folder}: No space left on device.")
    assert "published" not in str(caught.value)
    assert list(tmp_path.rglob("*")) == ([folder.parent, folder] if there else [])
    monkeypatch.undo()
    assert founding.found(folder).exists()


def test_what_a_killed_one_left_is_no_hindrance(tmp_path):
    (tmp_path / "shop" / founding.BUILDING / "notebooks").mkdir(parents=True)
    made = founding.found(tmp_path / "shop").parent
    assert sorted(path.name for path in made.iterdir()) == ["README.md", "notebooks", "study.yml"]


def test_where_nothing_can_be_written_the_sentence_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CouldNotPublish, match="Could not write"):
        founding.found(tmp_path / "file" / "shop")
