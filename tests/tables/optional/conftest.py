import pytest


@pytest.fixture
def written(tmp_path):
    """Write a table's lines and hand back the path."""

    def write(*lines, name="table.csv"):
        path = tmp_path / name
        path.write_text("\n".join((*lines, "")), encoding="utf-8")
        return path

    return write
