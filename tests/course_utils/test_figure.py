"""A figure is cut to what is drawn on it, and nothing of it is cut off."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils.plots.figure import DOTS_PER_INCH, MARGIN, new_axes, png_of


def pixels_of(figure):
    image = plt.imread(io.BytesIO(png_of(figure)))
    plt.close(figure)
    return image


@pytest.fixture
def figure():
    figure, axes = new_axes(4, 3)
    axes.set_position([0.3, 0.3, 0.2, 0.2])
    axes.axis("off")
    axes.axvspan(0, 1, color="black")
    axes.set(xlim=(0, 1), ylim=(0, 1))
    return figure


def test_a_figure_is_cut_to_what_is_drawn_with_a_margin(figure):
    image = pixels_of(figure)
    height, width, _ = image.shape
    assert abs(width - (0.2 * 4 * DOTS_PER_INCH + 2 * MARGIN)) <= 2
    assert abs(height - (0.2 * 3 * DOTS_PER_INCH + 2 * MARGIN)) <= 2
    assert np.all(image[:MARGIN] == 1)
    assert np.all(image[MARGIN + 2:-MARGIN - 2, MARGIN + 2:-MARGIN - 2, :3] == 0)


def test_what_lies_beyond_the_edge_is_not_cut_off(figure):
    figure.text(0.9, 0.5, "a long remark that goes on and on")
    assert pixels_of(figure).shape[1] > 0.8 * 4 * DOTS_PER_INCH + 100


def test_an_empty_figure_is_a_picture_too():
    assert pixels_of(plt.figure(figsize=(2, 1))).shape[2] == 4
