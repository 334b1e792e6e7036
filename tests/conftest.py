import pytest


@pytest.fixture(scope="session")
def torch():
    """PyTorch with one thread; a test that asks for it is skipped where there is none."""
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    return torch
