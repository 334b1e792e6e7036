"""The instructors' package: questions, marking, sandbox, and the nbgrader plug-ins."""
