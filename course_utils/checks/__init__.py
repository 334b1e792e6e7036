"""Visible checks, one module for each notebook: they run beside the student's code and teach.

They hold no answers: they compare with finite differences, with properties that a right
function has, and with small cases that can be worked out by hand.
"""
