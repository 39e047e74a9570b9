"""Pages taken from their folder: whole, small in number, and without links into nowhere."""

import re
import zipfile

import pytest

from clv.runs import attachments

PAGES = ("99_executive_summary.html", "01_customer_base.html")


@pytest.fixture
def pack(ended, tmp_path):
    def pack(*languages, every=True):
        folder = tmp_path / "-".join(languages)
        folder.mkdir(exist_ok=True)
        run = (ended() / "latest").resolve()
        return attachments.pack(run, folder, "shop-1998-06-30", languages, PAGES, every=every)

    return pack


def links(page: str) -> list[str]:
    return re.findall(r'href="([^"]+)"', page)


def test_the_summary_goes_in_each_language_and_then_the_archive_of_all(pack):
    names = [path.name for path in pack("en", "tr")]
    assert names == ["shop-1998-06-30.en.html", "shop-1998-06-30.tr.html", "shop-1998-06-30.zip"]


def test_the_summary_alone_goes_without_an_archive(pack):
    assert [path.suffix for path in pack("tr", every=False)] == [".html"]


def test_a_single_page_keeps_the_links_to_its_own_places_alone(pack):
    page = pack("en", every=False)[0].read_text(encoding="utf-8")
    assert links(page) == ["#answer"]
    assert "<b>Further on</b>" in page
    assert "All reports" not in page


def test_every_link_in_the_archive_leads_to_a_page_in_it(pack):
    with zipfile.ZipFile(pack("en", "tr")[-1]) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names == [
            f"shop-1998-06-30/{lang}/{p}" for lang in ("en", "tr") for p in sorted(PAGES)
        ]
        page = archive.read("shop-1998-06-30/tr/99_executive_summary.html").decode()
    own = "99_executive_summary.html"
    assert links(page) == [f"../en/{own}", f"../tr/{own}", "#answer", "01_customer_base.html"]


def test_an_archive_of_one_language_links_to_no_other(pack):
    with zipfile.ZipFile(pack("en")[-1]) as archive:
        page = archive.read("shop-1998-06-30/en/01_customer_base.html").decode()
    assert "../tr/" not in page


def test_the_same_report_makes_the_same_bytes(ended, tmp_path):
    run = (ended() / "latest").resolve()
    made = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        archive = attachments.pack(run, folder, "shop", ("en",), PAGES, every=True)[-1]
        made.append(archive.read_bytes())
    assert made[0] == made[1]


def test_a_link_to_a_place_outside_the_report_stays(ended, tmp_path):
    run = (ended() / "latest").resolve()
    outside = '<a href="https://shop.example/prices?a=1&amp;b=2">the price policy</a>'
    write = '<a href="mailto:crm@shop.example">us</a>'
    page = run / "html" / "en" / PAGES[0]
    page.write_text(f"See {outside} before you act, or ask {write}.", encoding="utf-8")
    packed = attachments.pack(run, tmp_path, "shop", ("en",), PAGES, every=False)[0]
    assert packed.read_text(encoding="utf-8") == page.read_text(encoding="utf-8")
