"""One run of ``nbgrader autograde``, from the checks before it to what a killed one has left."""
