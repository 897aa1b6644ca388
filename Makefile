# Two commands do everything: `make demo` shows redan on its own example, `make test` checks the whole project.
# Both work from a fresh clone on a machine with Rust; what else they need they install by name.

CARGO ?= cargo
DEMO  := demo

# How long each fuzz target runs.
FUZZ_SECONDS ?= 60

.PHONY: demo test lint fmt fuzz docs pdf pdf-test clean

demo:
	$(CARGO) build --release --locked --bin redan
	@mkdir -p $(DEMO)
	target/release/redan check examples/web-login/web-login.tm.yaml --today 2025-11-12 || true
	target/release/redan threats examples/web-login/web-login.tm.yaml --today 2025-11-12
	target/release/redan report examples/web-login/web-login.tm.yaml --today 2025-11-12 -o $(DEMO)/web-login.html
	target/release/redan diagram examples/web-login/web-login.tm.yaml -o $(DEMO)/web-login.svg
	@echo
	@echo "Report:  $(DEMO)/web-login.html   (open it in a browser)"
	@echo "Diagram: $(DEMO)/web-login.svg"

test: lint
	@command -v cargo-nextest >/dev/null 2>&1 || $(CARGO) install --locked cargo-nextest
	@[ -n "$$REDAN_CORPUS" ] || echo "REDAN_CORPUS is not set: tests over files of other tools are skipped"
	$(CARGO) nextest run --workspace --exclude redan-pdf --locked

lint:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --exclude redan-pdf --all-targets --locked -- -D warnings

fmt:
	$(CARGO) fmt --all

fuzz:
	FUZZ_SECONDS=$(FUZZ_SECONDS) fuzz/run

docs:
	@command -v mdbook >/dev/null 2>&1 || $(CARGO) install --locked mdbook
	mdbook build docs

# PDF is a step of its own: its library takes longer to build than everything else together.
pdf:
	$(CARGO) build --release --locked --bin redan --features pdf

pdf-test:
	@command -v cargo-nextest >/dev/null 2>&1 || $(CARGO) install --locked cargo-nextest
	$(CARGO) clippy -p redan-pdf --all-targets --locked -- -D warnings
	$(CARGO) nextest run -p redan-pdf --locked

clean:
	$(CARGO) clean
	rm -rf $(DEMO)
