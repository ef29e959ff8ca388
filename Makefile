# nativeflow: `make` builds the library, `make demo` runs it, `make test` tests it. CONTRIBUTING.md lists the other
# targets.

CARGO ?= cargo
export CARGO
# Debian installs servers here, which is not in every user's PATH.
export PATH := $(PATH):/usr/sbin:/sbin
# cargo's target directory. The tests and the demo read from target.
BUILD = target
export CARGO_TARGET_DIR := $(CURDIR)/$(BUILD)
LIBRARY = $(BUILD)/release/libnativeflow
# cargo's static library contains a whole Rust runtime. Other static libraries in Rust define the same symbols.
STATIC = $(BUILD)/release/static/libnativeflow.a

all: library

library:
	$(CARGO) build --quiet --release
	ln -sf libnativeflow.so $(LIBRARY).so.0
	packaging/localize.sh $(LIBRARY).a abi/nativeflow.symbols $(STATIC)

# The directories of `make install`. DESTDIR is put before them when a package is built. LIBDIR is a directory in
# PREFIX, such as lib64.
PREFIX ?= /usr/local
LIBDIR ?= lib
DESTDIR ?=
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
INTO = $(DESTDIR)$(PREFIX)
LIB = $(INTO)/$(LIBDIR)
$(if $(filter /%,$(LIBDIR)),$(error LIBDIR must be a directory in PREFIX, such as lib64, not $(LIBDIR)))
# The path from LIBDIR to PREFIX. Installed files use relative paths.
UP := $(shell echo '$(LIBDIR)' | sed 's,[^/][^/]*,..,g')
# In bytes. The fifth byte of an ELF file is 1 for 32 bits and 2 for 64 bits.
POINTER_SIZE = $(shell echo $$((4 * $$(od -An -tu1 -j4 -N1 $(LIBRARY).so))))
CONFIGURE = sed 's,@VERSION@,$(VERSION),g; s,@LIBDIR@,$(LIBDIR),g; s,@UP@,$(UP),g; s,@POINTER_SIZE@,$(POINTER_SIZE),g'

install: library
	$(MAKE) --no-print-directory install-files

# Installs the files of an earlier build: `make`, then `sudo make install-files`.
install-files: install-texts
	install -m 755 $(LIBRARY).so "$(LIB)/libnativeflow.so.$(VERSION)"
	ln -sf libnativeflow.so.$(VERSION) "$(LIB)/libnativeflow.so.0"
	ln -sf libnativeflow.so.0 "$(LIB)/libnativeflow.so"
	install -m 644 $(STATIC) "$(LIB)"

# Installs everything except the libraries.
CMAKE_CONFIG = packaging/nativeflowConfig.cmake.in
install-texts:
	install -d "$(INTO)/include" "$(LIB)/pkgconfig" "$(LIB)/cmake/nativeflow" "$(INTO)/share/man/man3"
	install -m 644 include/nativeflow.h include/nativeflow.hpp "$(INTO)/include"
	$(CONFIGURE) packaging/nativeflow.pc.in >"$(LIB)/pkgconfig/nativeflow.pc"
	$(CONFIGURE) $(CMAKE_CONFIG) >"$(LIB)/cmake/nativeflow/nativeflowConfig.cmake"
	$(CONFIGURE) packaging/nativeflowConfigVersion.cmake.in >"$(LIB)/cmake/nativeflow/nativeflowConfigVersion.cmake"
	$(MAN) -v directory="$(INTO)/share/man/man3" include/nativeflow.h

# Removes the files that `make install` of this version has installed.
uninstall:
	rm -f "$(INTO)/include/nativeflow.h" "$(INTO)/include/nativeflow.hpp"
	rm -f "$(LIB)/pkgconfig/nativeflow.pc" "$(LIB)/libnativeflow.a"
	rm -f "$(LIB)/libnativeflow.so" "$(LIB)/libnativeflow.so.0" "$(LIB)/libnativeflow.so.$(VERSION)"
	rm -rf "$(LIB)/cmake/nativeflow"
	for page in $(PAGES); do rm -f "$(INTO)/share/man/man3/$$page.3"; done

# The manual pages, from the header. Their date is that of the last commit, so that builds are reproducible.
SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGELOG.md)
MAN = awk -f packaging/man.awk -v version=$(VERSION) -v date=$(shell date -u -d @$(SOURCE_DATE_EPOCH) +%F)
PAGES = nativeflow $$(grep '^nf_' abi/nativeflow.symbols)

man:
	rm -rf target/man
	mkdir -p target/man
	$(MAN) -v directory=target/man include/nativeflow.h

# Makes target/dist/nativeflow-VERSION-SYSTEM-PROCESSOR.tar.gz for Linux on this processor, or for another target
# (packaging/dist.sh): make dist TARGET=aarch64-unknown-linux-gnu
TARGET ?=
dist:
	packaging/dist.sh $(VERSION) $(SOURCE_DATE_EPOCH) $(TARGET)

# Makes Debian packages in target/deb.
MULTIARCH = $(shell dpkg-architecture -qDEB_HOST_MULTIARCH)
deb:
	rm -rf target/deb
	target= && . packaging/rust.sh && $(MAKE) install BUILD=target/reproducible DESTDIR="$(CURDIR)/target/deb/work/all" \
		PREFIX=/usr LIBDIR=lib/$(MULTIARCH)
	CARGO="$(CARGO)" packaging/deb.sh target/deb $(VERSION) $(SOURCE_DATE_EPOCH)

# Builds nativeflow.dll with its import library and header in target/windows. Builds it once per processor.
windows:
	packaging/windows.sh x86_64 target/windows/x86_64
	packaging/windows.sh i686 target/windows/i686

# Makes a package for .NET in target/nuget.
nuget:
	packaging/nuget.sh $(VERSION)

# Gets a token through C over TLS, then shows a rejected login.
demo: library
	CARGO="$(CARGO)" examples-c/demo.sh

# Each test appends a line for each tested item to a file in target/proved.
TEST = rm -rf target/proved && $(CARGO) test --workspace --quiet

# Takes a few minutes and installs nothing. Needs Rust, a C compiler and make. Omits slow tests, and tests whose tools
# are missing.
test: library
	$(TEST)
	tests/proved.sh target/proved

# Runs all tests.
test-all: export NATIVEFLOW_TEST = all
test-all: tools library
	$(TEST) -- --include-ignored
	tests/proved.sh target/proved

# Runs the tests whose names contain NAME, including slow ones. In tests with a table, runs only the rows whose names
# contain ONLY. PROFILE=dev uses a debug build of the library, which takes seconds to build.
NAME =
ONLY =
PROFILE =
check:
	@NATIVEFLOW_TEST=all NATIVEFLOW_ONLY='$(ONLY)' NATIVEFLOW_PROFILE='$(PROFILE)' tests/check.sh '$(NAME)'

# Prints all messages and remedies.
messages:
	@$(CARGO) test --quiet --lib messages_and_remedies -- --nocapture | grep -v '^running\|^test result\|^\.$$'

# Searches memory for secrets with a thousand calls on each path instead of a hundred.
residue: export NATIVEFLOW_TEST = all
residue: tools library
	NATIVEFLOW_RESIDUE_CALLS=1000 $(CARGO) test --quiet --test suite residue:: -- --include-ignored
	cat target/proved/residue-table

# Installs the tools of `make test-all` in addition to Rust, cc and make.
tools:
	tests/tools.sh

# Writes include/nativeflow.h from src/capi.
header:
	NATIVEFLOW_WRITE_HEADER=1 $(CARGO) test --quiet --test suite header_matches_the_sources

# Writes the tables of network faults and of hosts, and the output of diagnose, into docs/.
table: tools library
	NATIVEFLOW_TEST=all NATIVEFLOW_WRITE_TABLE=1 $(CARGO) test --quiet --test suite every_ -- --include-ignored network:: hosts::

# The checks that CI runs before the tests. Reports missing tools.
C_FILES = $(filter-out include/nativeflow.h,$(shell git ls-files '*.c' '*.h' '*.cpp' '*.hpp'))
SCRIPTS = .ci/run $(shell git ls-files '*.sh')
lint:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --quiet --workspace --all-targets -- --cfg test_panic --deny warnings
	RUSTDOCFLAGS='--deny warnings' $(CARGO) doc --quiet --workspace --no-deps --document-private-items
	clang-format --dry-run --Werror $(C_FILES)
	shellcheck --external-sources $(SCRIPTS)
	target/cargo-deny/bin/cargo-deny --log-level error check bans licenses sources
	tests/plain_words.sh

# Formats the files that `make lint` checks.
format:
	$(CARGO) fmt --all
	clang-format -i $(C_FILES)

# Compares nativeflow with libcurl, libxml2 and cJSON.
bench: library
	bench/run.sh

clean:
	$(CARGO) clean

.PHONY: all library install install-files install-texts uninstall man dist deb windows nuget demo test test-all messages check residue \
	tools header table lint format bench clean
