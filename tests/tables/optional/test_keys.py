from clv.tables.optional import catalogue, facts, keys

AS_OF = "2024-06-30"
HEADER = "lead_id,created_at,source"


def reasons(path, **declared):
    found = facts.load("leads", path, as_of=AS_OF, max_faulty=1.0, **declared)
    return dict(found.rows), found.quarantine[["line", "text"]].values.tolist()


def test_rows_of_one_key_that_differ_are_all_set_aside(written):
    path = written(HEADER, "L,2024-01-01,ad", "L,2024-01-02,ad", "M,2024-01-01,ad")
    rows, aside = reasons(path)
    assert aside == [[2, "L"], [3, "L"]]
    assert rows["accepted"] == 1


def test_rows_that_are_equal_count_once_wherever_they_stand(written):
    path = written(HEADER, "L,2024-01-01,ad", "M,2024-01-01,ad", "L,2024-01-01 00:00, ad")
    rows, aside = reasons(path)
    assert (rows["accepted"], rows["duplicates"], aside) == (2, 1, [])


def test_a_faulty_row_does_not_contradict_a_sound_one(written):
    path = written(HEADER, "L,2024-01-01,ad", "L,no,ad")
    rows, aside = reasons(path)
    assert (rows["accepted"], aside) == (1, [[3, "no"]])


def test_what_comes_later_contradicts_nothing(written):
    path = written(HEADER, "L,2024-01-01,ad", "L,2024-07-01,ad")
    rows, aside = reasons(path)
    assert (rows["accepted"], rows["outside_window"], aside) == (1, 1, [])


def test_a_table_without_a_key_has_no_contradictions():
    layout = catalogue.layout("payments")
    assert keys.rules(layout, ["customer_id", "due_at"]) == ()


def test_a_key_of_two_columns_names_both():
    (rule,) = keys.rules(catalogue.layout("experiments"), ["experiment_id", "unit_id", "arm"])
    assert rule.code == "experiment-id-ambiguous"
    assert rule.says == "(experiment_id, unit_id) stands in rows that differ"
