"""A stray quote that is closed by another one, lines below."""

import csv

import pytest

from clv.tables import quotes

READ = [0, 2, 3]  # of customer_id, note, date, amount


def swallow(*lines, delimiter=",", n_fields=4, read=READ):
    (record,) = csv.reader(["\n".join(lines)], delimiter=delimiter)
    return quotes.swallow(record, n_fields, read, delimiter)


def test_a_record_that_is_two_lines_without_its_quotes_is_told():
    assert swallow('c0,"24 inch,2024-01-05,10', 'c1,24",2024-01-06,12.5')


@pytest.mark.parametrize("between", ["", "c2,n,2024-01-05,10", "c2,n,2024-01-05", "c2,n,x,y,z"])
def test_it_does_not_matter_what_stands_between(between):
    assert swallow('c0,"24 inch,2024-01-05,10', between, 'c1,24",2024-01-06,12.5')


def test_the_quotes_may_stand_in_any_column():
    assert swallow('"c0,n,2024-01-05,10', 'c1",n,2024-01-05,7')
    assert swallow('c0,n,2024-01-05,"10', 'c1,n,2024-01-05,7"')
    assert swallow('c0,n,"2024-01-05,10', 'c1,n,2024-01-05",7')


def test_an_amount_that_is_missing_in_one_line_hides_nothing():
    assert swallow('c0,"24 inch,2024-01-05,', 'c1,24",2024-01-05,7')


def test_a_note_of_two_lines_is_a_note():
    assert not swallow('c0,"ring twice', 'or knock",2024-01-05,10')
    assert not swallow('c0,"ring, twice, please', 'or knock",2024-01-05,10')
    assert not swallow('c0,"ring, twice, or', 'knock, please",2024-01-05,10')


def test_lines_that_a_note_repeats_are_refused_too():
    assert swallow('c0,"as before:', "c1,n,2024-01-05,10", "c2,n,2024-01-05,10", '",2024-01-05,10')


def test_a_torn_record_is_judged_as_it_stands_in_the_file():
    torn = 'c3,n,2024-01-05,"10\nc4",n,2024-01-05,10\n'
    assert quotes.in_text(torn, 4, READ, ",")
    assert not quotes.in_text('c3,"a note\nof two lines",2024-01-05\n', 4, READ, ",")


def test_python_s_reader_keeps_its_limit_outside():
    before = csv.field_size_limit()
    with quotes.endless_fields():
        assert csv.field_size_limit() > before
    assert csv.field_size_limit() == before
