# make demo   release the assignment, grade a sample class through nbgrader, print the marks
# make test   everything that guards the course and the grader
# make help   the other commands

PYTHON ?= python3
BIN := .venv/bin
# no user or site configuration of Jupyter may change what the tests and the demo see
export JUPYTER_CONFIG_DIR := $(CURDIR)/build/jupyter
# The tests compare gradients with PyTorch's. On Linux its ordinary wheel brings gigabytes of
# CUDA, so the version that constraints.txt names is taken in its build for the CPU.
TORCH := $(shell grep '^torch==' constraints.txt)$(if $(filter Linux,$(shell uname -s)),+cpu)

# What `make benchmark` compares with; BENCHMARK=--quick for a look that takes a minute.
OTTER := otter-grader==7.0.0

.DEFAULT_GOAL := help
.PHONY: help demo test lint release validate attacks faults fuzz benchmark simulation wheel constraints data clean \
        benchmark-gradcheck

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 28

# One environment for everything, rebuilt when what it is made from changes.
.venv/ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0) if sys.version_info >= (3, 11) else sys.exit( \
	  "This course needs Python 3.11 or newer; $(PYTHON) is %d.%d. Install a newer one and name it: make $(MAKECMDGOALS) PYTHON=python3.12" % sys.version_info[:2])'
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make virtual environments; on Debian or Ubuntu: apt install python3-venv"; exit 1; }
	@echo "Setting up .venv (about a minute, once) ..."
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check \
	  --constraint constraints.txt --editable '.[instructors,dask,postgresql,dev]'
	@$(BIN)/python -m pip install -qq --disable-pip-version-check \
	  --constraint constraints.txt '$(TORCH)' 2>/dev/null || \
	  echo "pip finds no $(TORCH) for $(PYTHON): tests that compare with PyTorch are skipped."
	@touch $@

demo: .venv/ready  ## grade a sample class through nbgrader, in build/demo
	@$(BIN)/python -m autograder demo

release: .venv/ready  ## rebuild release/ and solutions/ from source/
	@$(BIN)/python -m autograder release

validate: .venv/ready  ## run nbgrader's validation over source/, with an exit status
	@$(BIN)/python -m autograder validate source/backprop/*.ipynb

lint: .venv/ready  ## look for mistakes without running anything
	$(BIN)/ruff check .

test: .venv/ready lint  ## everything, from a fresh clone
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile
	$(BIN)/python -m pytest --nbval solutions --nbval-sanitize-with tests/nbval_sanitize.cfg -p no:xdist

attacks: .venv/ready  ## what hostile submissions get here, and from nbgrader alone
	$(BIN)/python -m tests.attacks.table

# otter-grader has an environment of its own, with the course's versions of what notebooks use.
build/otter/ready: .venv/ready
	@$(PYTHON) -m venv --clear build/otter
	@grep -E '^(numpy|matplotlib|ipython|ipykernel)==' constraints.txt > build/otter/course.txt
	@build/otter/bin/python -m pip install -qq --disable-pip-version-check \
	  --constraint build/otter/course.txt $(OTTER) numpy matplotlib ipython ipykernel && touch $@ || \
	  echo "pip finds no $(OTTER) for $(PYTHON): the benchmark goes without it."

faults: .venv/ready  ## end a run at 50 random moments and start it again: nothing may differ
	$(BIN)/python -m tests.faults.kills --moments 50

fuzz: .venv/ready  ## 2,000 damaged notebooks: each ends in a mark, or is told unreadable
	$(BIN)/python -m tests.faults.fuzz --notebooks 2000 --graded 200

benchmark: .venv/ready build/otter/ready  ## grade one class with stock nbgrader, otter-grader and ours, side by side
	$(BIN)/python -m benchmarks.grading $(BENCHMARK)

simulation: .venv/ready  ## 10,000 submissions on 1 to 256 workers, from recorded times
	$(BIN)/python -m benchmarks.simulation

wheel: .venv/ready  ## build the students' package into dist/
	$(BIN)/python -m build --wheel --no-isolation --outdir dist

constraints:  ## compile constraints.txt anew (no download addresses in it)
	$(PYTHON) -m venv build/pip-tools
	build/pip-tools/bin/python -m pip install --quiet pip-tools
	echo '$(TORCH)' > build/torch.txt  # change PyTorch's version by hand, in constraints.txt
	build/pip-tools/bin/pip-compile --quiet --upgrade --strip-extras --all-extras \
	  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options \
	  --no-annotate --no-header --constraint build/torch.txt \
	  --output-file build/constraints.txt pyproject.toml
	sed 's/+cpu$$//' build/constraints.txt > constraints.txt

data: .venv/ready  ## write course_utils/data anew from scikit-learn's copies
	$(BIN)/python -m autograder data

benchmark-gradcheck: .venv/ready  ## gradient checkers beside others: errors and time
	@OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.gradcheck

clean:  ## remove what the commands above have made
	rm -rf .venv build dist
