# Two commands are all that a newcomer needs: `make demo` and `make test`. `make help` lists the rest.

PRODUCT := .build/release/starling

.DEFAULT_GOAL := help
.PHONY: help demo test build bench interop fuzz lint fixtures clean dependencies

help: ## Show this list
	@echo "Starling: headless WebRTC callers, and the server they call through."
	@echo
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r target text; do printf '%-18s%s\n' "$$target" "$$text"; done

demo: ## Install what is missing, build, and make a call between four bots
	@scripts/demo

test: dependencies ## Run every test on the release build, then the lint
	swift test -c release --disable-testable-imports --disable-xctest --experimental-maximum-parallelization-width 4
	@scripts/lint

build: dependencies ## Build the program, .build/release/starling
	@scripts/build-release

bench: build ## Measure what a call costs beside Pion, and a room's message beside python-socketio, on the same work
	@Benchmarks/run
	@Benchmarks/rooms

interop: build ## Call what others wrote (browsers, Pion, aiortc, GStreamer, coturn, Janus, Socket.IO), and print what worked
	@scripts/install-interop
	@scripts/install-fronts
	@scripts/install-store
	@echo "building starling-peer, starling-room-bench and starling-store-check; the compiler's own words go to .build/interop-build.log"
	@(for product in starling-peer starling-room-bench starling-store-check; do swift build -c release --product $$product || exit 1; done) >.build/interop-build.log 2>&1 || { tail -n 25 .build/interop-build.log >&2; exit 1; }
	@interop/all

fuzz: dependencies ## Search for inputs that break a promise, a minute in each parser and machine
	@scripts/fuzz

lint: ## Check the format, the purity of the machines and the house rules
	@scripts/lint

fixtures: build ## Make all media files in fixtures/, also those that are not kept
	@$(PRODUCT) fixtures --out fixtures

clean: ## Remove what was built and what the demo left
	rm -rf .build reports/demo

dependencies:
	@scripts/install-dependencies
