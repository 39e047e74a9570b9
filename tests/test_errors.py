import pytest

from clv import errors


def every_class():
    found, left = [], [errors.ClvError]
    while left:
        found.append(left.pop())
        left += found[-1].__subclasses__()
    return [cls for cls in found if cls.__module__ == "clv.errors"]


@pytest.mark.parametrize("cls", every_class(), ids=lambda cls: cls.__name__)
def test_every_error_has_an_exit_code_and_a_name_for_programs(cls):
    assert cls.exit_code in {1, 2, 3, 5, 75}
    assert cls.code == cls.code.lower().replace("_", "-").replace(" ", "-")


def test_no_two_errors_share_their_name():
    codes = [cls.code for cls in every_class()]
    assert len(codes) == len(set(codes))


def test_what_was_typed_ends_with_2_and_what_was_read_with_3():
    assert errors.StudyInvalid.exit_code == errors.UnknownParameter.exit_code == 2
    assert errors.ColumnsMissing.exit_code == errors.TooManyFaulty.exit_code == 3
    assert errors.DidNotConverge.exit_code == errors.NotebookFailed.exit_code == 1


def test_an_error_is_an_entry_of_the_last_run():
    error = errors.TooManyFaulty("Too many.", column="date", line=41)
    assert error.message.as_dict() == {
        "level": "error",
        "code": "too-many-faulty",
        "text": "Too many.",
        "column": "date",
        "line": 41,
    }


def test_unknown_parameter_suggests_the_near_one():
    error = errors.UnknownParameter.from_name("06_lifetime_value", "horizont", {"horizon", "seed"})
    assert str(error) == (
        "06_lifetime_value has no parameter `horizont`; it has `horizon`, `seed`. "
        "Did you mean `horizon`?"
    )


def test_a_far_name_gets_no_suggestion():
    assert errors.near("xyz", ["horizon"]) == ""


def test_a_bad_value_is_named_with_what_is_allowed():
    error = errors.BadParameter.from_value("unit", "M", "one of ['D', 'W']")
    assert str(error) == "`unit` must be one of ['D', 'W']; got 'M'."


def test_missing_columns_are_named_with_those_found_the_nearest_and_the_way_out():
    found = ["Customer", "Amount"]
    error = errors.ColumnsMissing.from_table("orders.csv", ["customer", "date"], found)
    assert str(error).startswith("orders.csv lacks `customer`, `date`; it has `Customer`, `Amount`")
    assert "Did you mean `Customer`?" in str(error)
    assert "columns={'customer_id'" in str(error)
    assert error.column == "customer"


def test_where_a_mapping_is_given_it_is_not_explained_again():
    mapping = {"date": "Day"}
    error = errors.ColumnsMissing.from_table("orders.csv", ["Day"], ["x"], mapping=mapping)
    assert "Say which is which" not in str(error)


def test_a_fit_that_failed_carries_how_far_it_came():
    assert errors.DidNotConverge("Stuck.", estimation="so far").estimation == "so far"


def test_a_name_that_a_broken_file_has_made_endless_stays_a_name():
    told = errors.listed(["amount\n1,2,3\n4", "x" * 500])
    assert told == f"`amount 1,2,3 4`, `{'x' * errors.LONGEST_NAME}…`"
