# Everything a developer types. Each target does its own set-up; `make deps` alone needs root, and only when a package
# is missing.

SHELL := /bin/bash

# Debian packages that building and testing need: C libraries with their headers, the tools of the tests.
PACKAGES := libuv1-dev libnghttp2-dev libsqlite3-dev libsystemd-dev libssl-dev openssl pkg-config python3 python3-venv curl systemd strace

# Debian's own Python where it is there: the one a virtual environment can rely on.
PYTHON := $(or $(wildcard /usr/bin/python3),python3)
VENV := .venv
REQUIREMENTS := docs/examples/greeter/requirements.txt

.PHONY: help deps venv build release test demo bench soak fuzz lint format docs clean

help:
	@echo 'make demo     play through a crash and an upgrade with a sample service'
	@echo 'make test     build and run every test'
	@echo 'make build    debug build; make release: release build'
	@echo 'make bench    measure throughput and latency on this machine'
	@echo 'make soak     run simulated worlds for an hour on all processors; SECONDS=60 for a minute'
	@echo 'make fuzz     search for input that all that reads from outside does not stand, for an hour; SECONDS=60 for a minute'
	@echo 'make lint     check the format; make format: put it right'
	@echo 'make docs     write the pages that are made from the program'
	@echo 'make deps     install the Debian packages that all of this needs'
	@echo 'make clean    remove what was built'

deps:
	@.ci/install-packages $(PACKAGES)

venv: $(VENV)/.ready

$(VENV)/.ready: $(REQUIREMENTS) | deps
	@$(PYTHON) -m venv --clear $(VENV)
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-input --requirement $(REQUIREMENTS)
	@touch $@

build: deps
	swift build

release: deps
	swift build -c release

# The end-to-end tests start the programs of the debug build and the services of the virtual environment;
# REQUIRE_END_TO_END makes them fail where they would otherwise be skipped for want of either.
test: deps venv
	swift build --build-tests
	REQUIRE_END_TO_END=1 swift test --skip-build --disable-xctest

demo: deps venv
	@docs/examples/demo.sh

bench: release
	@"$$(swift build -c release --show-bin-path)/perdure-bench" run

# How long `make soak` and `make fuzz` go on. Bash has a variable of this name, which is not in its environment.
SECONDS := 3600

soak: deps
	swift build -c release --product perdure-simulation
	@"$$(swift build -c release --show-bin-path)/perdure-simulation" run --seconds $(SECONDS) --from "$${FROM:-1}"

# Guided by coverage, in a build of its own. What is found prints how to see it again; the inputs that reach most stay in
# .build/fuzz/corpus for the next run.
fuzz: deps
	PERDURE_FUZZER=1 swift build -c release --sanitize fuzzer --build-path .build/fuzz/build --product perdure-fuzz
	@.build/fuzz/build/release/perdure-fuzz run --seconds $(SECONDS)

lint:
	swift format lint --strict --recursive --parallel Sources Tests Package.swift

format:
	swift format --in-place --recursive --parallel Sources Tests Package.swift

docs: deps
	WRITE_DOCS=1 swift test --disable-xctest --filter ConfigurationTextTests

clean:
	rm -rf .build $(VENV)
