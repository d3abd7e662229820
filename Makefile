# The five targets a newcomer needs. Each does all the set-up by itself.
PREFIX ?= /usr/local
CONFIG ?= release
SWIFT_BUILD = swift build -c $(CONFIG) --static-swift-stdlib

.PHONY: help build demo test bench check install clean

help:
	@echo "make demo     set up, build, start a lab fleet with faults, the daemon and the dashboard"
	@echo "make test     set up and run every test"
	@echo "make bench    race the peers; figures go to standard output"
	@echo "make check    formatting and architecture"
	@echo "make install  the binary, the name pop, and a systemd unit (PREFIX=$(PREFIX))"

build:
	@scripts/setup
	@$(SWIFT_BUILD) --product flotilla

demo: build
	@scripts/demo

test:
	@scripts/setup tests
	@swift build --build-tests --explicit-target-dependency-import-check error
	@scripts/test

bench: build
	@scripts/setup bench
	@scripts/bench
	@scripts/benchmarks/samples
	@scripts/benchmarks/query

check:
	@swift format lint --strict --recursive --parallel Package.swift Sources Tests
	@swift build --explicit-target-dependency-import-check error
	@swift test --filter ArchitectureTests

install: build
	@scripts/install $(PREFIX)

clean:
	rm -rf .build .oracles
