import pytest

from clv.runs.prose import Prose, formula, safe_html, split_title


@pytest.mark.parametrize(
    ("source", "title", "rest"),
    [
        ("# Who buys?\n\nFor sales.", "Who buys?", "For sales."),
        ("Before.\n\n# `clv` of *all*, by first_purchase #", "clv of all, by first_purchase",
         "Before."),
        ("## Only a section", "", "## Only a section"),
    ],
)  # fmt: skip
def test_the_title_is_taken_out_of_the_prose(source, title, rest):
    assert split_title(source) == (title, rest)


def test_a_formula_becomes_mathml():
    drawn = formula(r"\frac{a}{b} < 1", display=True)
    assert drawn.startswith('<math xmlns="http://www.w3.org/1998/Math/MathML" display="block">')
    assert "<mfrac>" in drawn


@pytest.mark.parametrize(
    "tex",
    [
        r"\text{<script>alert(1)</script>}",
        r"\text{<img src=x onerror=alert(1)>}",
        r"\href{javascript:alert(1)}{x}",
        r"\frac{a}{",
    ],
)
def test_a_formula_that_is_not_only_one_is_shown_as_code(tex):
    drawn = formula(tex)
    assert drawn.startswith("<code>")
    assert "<script" not in drawn
    assert "<img" not in drawn


def test_foreign_html_keeps_its_table_and_loses_what_acts():
    safe = safe_html(
        "<style>td {}</style><table onclick=a()><tr><th></th><td style='x'>1<script>2</script>"
        "<img src=http://far onerror=b()><a href=javascript:c()>3</a></td></tr></table>"
        "<svg><p><style><img src=x onerror=d()></style></svg><iframe src=//far></iframe>"
    )
    assert safe == "<table><tbody><tr><td></td><td>13</td></tr></tbody></table>"


def test_raw_html_in_markdown_is_text_and_comments_vanish():
    written = Prose().html(
        "<script>alert(1)</script>\n\n<b onclick=x>y</b> <!-- z -->\n\n<!-- w -->"
    )
    assert "<script" not in written
    assert "<b" not in written
    assert "&lt;b onclick=x&gt;y&lt;/b&gt;" in written
    assert "z" not in written.replace("&", "")
    assert "w" not in written


def test_links_that_act_and_images_from_afar_are_left_out():
    written = Prose().html("[a](javascript:alert(1)) ![a <picture>](https://far.example/x.png)")
    assert "javascript" not in written
    assert "far.example" not in written
    assert "a &lt;picture&gt;" in written


def test_an_attached_image_is_embedded():
    attached = {"x.png": {"image/png": "iVBORw0KGgo="}}
    written = Prose().html('![the "plan"](attachment:x.png)', attached)
    assert written.strip() == (
        '<p><img src="data:image/png;base64,iVBORw0KGgo=" alt="the &quot;plan&quot;"></p>'
    )


def test_a_link_to_a_notebook_leads_to_its_page():
    assert 'href="01_base.html#how"' in Prose().html("[x](01_base.ipynb#how)")
    assert 'href="https://a.example/b.ipynb"' in Prose().html("[x](https://a.example/b.ipynb)")


def test_headings_are_listed_in_order_and_never_skip_a_rank():
    prose = Prose()
    written = prose.html("# Second title\n\n#### Deep\n\n## Again\n\n## Again\n\n## *Şık* $x$")
    assert [f"<h{n}" in written for n in (1, 2, 3, 4)] == [False, True, True, False]
    assert [entry["anchor"] for entry in prose.contents] == [
        "s-second-title",
        "s-again",
        "s-again-2",
        "s-şık-x",
    ]
    assert prose.contents[-1]["text"] == "Şık x"


def test_wide_tables_scroll_by_themselves():
    assert '<div class="clv-scroll" tabindex="0"><table>' in Prose().html("| a |\n|---|\n| 1 |")


def test_tasks_are_ticked_without_a_form():
    written = Prose().html("- [x] done\n- [ ] open")
    assert "<li>☑ done" in written
    assert "<input" not in written
