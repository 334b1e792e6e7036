"""Figures drawn by the student's own functions, one module for each notebook."""
