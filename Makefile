# The commands of the house. `make test` is the promise; the long ones have their own names.
.PHONY: build test format lint test-peers bench docs clean

build:
	swift build -c release --product kelvin

# Everything that CI checks of behaviour; under 20 minutes from a clean clone on two cores.
test:
	swift build --build-tests
	swift test --skip-build --parallel
	Tests/CommandLine/run

format:
	swift format --in-place --parallel --recursive Package.swift Sources Tests Benchmarks

lint:
	swift format lint --strict --parallel --recursive Package.swift Sources Tests Benchmarks

# Outside judges from PyPI, in a virtual environment outside the tree.
test-peers:
	Tests/Peers/run

bench:
	Benchmarks/run

docs:
	swift package generate-documentation --target Kernel --warnings-as-errors
