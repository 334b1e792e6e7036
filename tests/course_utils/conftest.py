import pytest

from course_utils.plots import figure


@pytest.fixture
def shown(monkeypatch) -> list[dict]:
    """What is displayed: the data of each output, and its metadata under "metadata"."""
    outputs: list[dict] = []
    monkeypatch.setattr(figure, "display", lambda data, raw, metadata: outputs.append(
        {**data, "metadata": metadata}))
    return outputs
