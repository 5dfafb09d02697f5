# The only commands a newcomer types. Each installs what it needs first (see .ci/setup).
.DEFAULT_GOAL := run
.PHONY: run test lint bench package setup ui

run: ## open the window on the practice workspace; a screenshot where there is no display
	@.ci/setup build screen
	@$(MAKE) --no-print-directory ui
	cargo build --locked -p hallmark-desktop
	@node .ci/open.mjs

test: ## every test, also against real servers and in the real window
	@.ci/setup build screen servers
	@$(MAKE) --no-print-directory ui
	@node .ci/test.mjs

lint: ## format, clippy, types, dependencies, packaging files
	@.ci/setup build checks
	@$(MAKE) --no-print-directory ui
	@.ci/lint

bench: ## the window's start and copies, beside others; `make bench ONLY=copy` for a part
	@.ci/setup build screen servers
	@node .ci/bench.mjs $(ONLY)

package: ## the Debian package
	@.ci/setup build package
	@$(MAKE) --no-print-directory ui
	@.ci/package

setup: ## install everything that any of these needs, and nothing else
	@.ci/setup

# The window's files are part of its program, so they come first.
ui:
	@npm run --silent --prefix ui build
