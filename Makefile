# The commands of the house. `make test` is the promise; the long ones have their own names.
.PHONY: build test test-chaos format lint test-peers bench bench-hostile bench-kernel bench-service docs clean fuzz fuzz-long bench-session bench-doors test-clients

build:
	swift build -c release --product kelvin

# Everything that CI checks of behaviour; under 20 minutes from a clean clone on two cores. Floors 1 to 3 first;
# the service last and by itself, so that its deadlines do not wait for other rooms' arithmetic.
test:
	.ci/install
	swift build --build-tests
	swift test --skip-build --filter \
		'CircuitsTests|LanguagesTests|HardwareTests|SimulatorsTests|CompilerTests|DriversTests|MitigationTests|LanguageServerTests'
	swift test --skip-build --filter 'KernelTests|FleetSimulationTests|CharacterisationTests|StorageTests|CommandLineTests|ConformanceTests'
	swift test --skip-build --filter '^ServerTests'

# Random schedules at length, real processes killed at every point of the journal, and the service under attack: daemons and
# workers killed, connections cut, disks filled, clocks set wrong, and a hundred
# thousand requests that mean it harm. CHAOS_ROUNDS=n for fewer than 200 rounds a store.
test-chaos:
	.ci/install faketime
	swift build --build-tests
	KELVIN_CHAOS_STEPS=1000000 swift test --skip-build --filter 'ChaosTests|CrashTests'
	KELVIN_ATTACKS=100000 swift test --skip-build --filter AttackTests
	python3 Tests/Chaos/service.py sqlite $(or $(CHAOS_ROUNDS),200)
	python3 Tests/Chaos/service.py postgresql $(or $(CHAOS_ROUNDS),200)

format:
	swift format --in-place --parallel --recursive Package.swift Sources Tests Benchmarks Fuzz/Sources

lint:
	swift format lint --strict --parallel --recursive Package.swift Sources Tests Benchmarks Fuzz/Sources

# Outside judges from PyPI, in a virtual environment outside the tree.
test-peers:
	Tests/Peers/run
	Tests/Peers/service/run

# The clients that people have, each with pinned versions in a virtual environment outside the tree.
test-clients:
	Tests/Clients/run

# Coverage-guided and structure-aware; Fuzz/run tells more. The short one looks for what a change broke.
fuzz:
	Fuzz/run -runs=2000

fuzz-long:
	Fuzz/run -runs=1500000

bench:
	Benchmarks/run

# What 100 MB of nested text cost: an error within 2 s and 500 MB, whatever is nested.
bench-hostile: build
	python3 Benchmarks/Scripts/hostile.py .build/release/kelvin

# Docs/benchmarks/kernel.md with its plots, all in virtual time; SEEDS=n for fewer than ten seeds.
bench-kernel:
	swift build --package-path Benchmarks -c release --product kelvin-kernel-benchmarks
	mkdir -p Docs/benchmarks/kernel-parts
	Benchmarks/.build/release/kelvin-kernel-benchmarks Docs/benchmarks Benchmarks/Devices $(PARTS)

# Docs/benchmarks/service.md: jobs and reads a second, latency, a million finished jobs.
bench-service:
	./kelvin serve --help >/dev/null
	swift build --package-path Benchmarks -c release --product kelvin-service-benchmarks
	KELVIND=.build/release/kelvind LOAD=Benchmarks/.build/release/kelvin-service-benchmarks \
		python3 Benchmarks/Scripts/service.py

# Docs/benchmarks/doors.md: what each front door adds to a job, in the environment of the IBM client's tests.
bench-doors:
	./kelvin serve --help >/dev/null
	Tests/Clients/run --prepare ibm
	KELVIND=$(or $(KELVIND),.build/release/kelvind) \
		"$${KELVIN_CLIENTS:-$${XDG_CACHE_HOME:-$$HOME/.cache}/kelvin/clients}/ibm/bin/python" Benchmarks/Scripts/doors.py

# What an iteration of a VQE loop costs beyond its shots in a session, and against a job of its own; JSON.
bench-session:
	swift run --package-path Benchmarks -c release kelvin-benchmarks session

docs:
	swift package generate-documentation --target Circuits --target Languages --target Hardware --target Simulators \
		--target Compiler --target Drivers --target Characterisation --target Mitigation --target Kernel
