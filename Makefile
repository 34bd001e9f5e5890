# Two commands do everything on a fresh machine: `make demo` and `make test`. `make help` lists the rest.
SHELL := /bin/bash
SWIFT ?= swift
BUILD := $(SWIFT) build -c release
BINARY := .build/release/sluice
KILLS ?= 1000
SEED ?= 7
DAMAGED ?= 10000
SECONDS ?= 600

.PHONY: help setup setup-demo setup-s3 setup-test setup-bench build demo demo-s3 demo-audit test bench bench-s3 torture damage fuzz docs lint format install clean

help:                    ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /  make \1\t/p' Makefile | expand -t 22

setup:                   ## install what building needs
	@scripts/setup build

setup-demo:
	@scripts/setup build demo

setup-s3:                ## install what the S3 example needs as well
	@scripts/setup build s3

setup-test:              ## install what the tests need as well
	@scripts/setup build test

setup-bench:             ## install what the benchmarks need as well
	@scripts/setup build bench

build: setup             ## build the release binary
	$(BUILD) --product sluice

demo: setup-demo build    ## drop log files into a bucket and watch them become clean objects
	@scripts/demo $(BINARY)

demo-s3: setup-s3 build   ## the same from bucket to bucket of an S3 store, which it starts itself
	@fixtures/s3-etl/run $(BINARY) .build/demo-s3

demo-audit: setup-demo build ## a question over a year of access logs (2 GB of gzip, made once), answered in seconds
	@fixtures/audit/run $(BINARY) .build/demo-audit

test: setup-test         ## build everything and run all tests
	$(BUILD) --build-tests
	$(SWIFT) test -c release --skip-build --disable-xctest \
		--experimental-maximum-parallelization-width 8

bench: setup-bench       ## measure speed and memory of the release build
	$(BUILD)
	@Benchmarks/run $(BINARY)
	@Benchmarks/compare $(BINARY)
	@Benchmarks/audit $(BINARY)
	@Benchmarks/s3 $(BINARY)

bench-s3: setup-bench    ## measure only what S3 buckets cost
	$(BUILD)
	@Benchmarks/s3 $(BINARY)

torture: setup-test build ## kill the service many times (KILLS=1000 SEED=7) and check that nothing is lost
	@scripts/torture --binary $(BINARY) --kills $(KILLS) --seed $(SEED)

fuzz: setup-test         ## fuzz everything that reads untrusted bytes (SECONDS=600 for each target)
	@scripts/fuzz --seconds $(SECONDS)

damage: setup-test build ## read many damaged files (DAMAGED=10000 SEED=7) and check that none passes for whole
	@Tests/Scenarios/damage $(BINARY) --count $(DAMAGED) --seed $(SEED)

docs: build              ## make the reference pages from the components
	$(BINARY) reference docs

lint:                    ## check the format of the sources
	swift format lint --strict --recursive Sources Tests Benchmarks Package.swift

format:                  ## format the sources
	swift format --in-place --recursive Sources Tests Benchmarks Package.swift

PREFIX ?= /usr/local
install: build           ## install the binary below PREFIX (/usr/local) and the systemd unit
	install -D -m 0755 $(BINARY) $(DESTDIR)$(PREFIX)/bin/sluice
	install -D -m 0644 deploy/sluice.service $(DESTDIR)/etc/systemd/system/sluice.service

clean:                   ## remove everything that was built
	rm -rf .build
