import pytest


@pytest.fixture
def csv(tmp_path):
    """Write lines under a header and hand back the path."""

    def write(*lines, header="customer_id,date,amount", name="orders.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes("\n".join((header, *lines, "")).encode(encoding))
        return path

    return write
