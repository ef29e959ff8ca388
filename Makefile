# nativeflow: `make` builds the library, `make demo` runs it, `make test` tests it. `make help` lists the other targets.

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

# The programs that are installed with the library, and the licenses of all crates in them.
STUB = $(BUILD)/release/nativeflow-stub
DIAGNOSE = $(BUILD)/release/nativeflow-diagnose
NOTICES = $(BUILD)/release/NOTICES
# Prints a line about a step that begins.
STEP = @packaging/step.sh
# A build depends on these files in addition to its sources.
CRATE = Cargo.toml Cargo.lock build.rs
# Names all missing tools before anything starts.
NEEDS = @packaging/needs.sh
# A terminal shows cargo's progress.
export CARGO_TERM_QUIET := $(shell [ -t 2 ] && echo false || echo true)

all: library programs
	$(STEP) "Built in $(BUILD)/release: libnativeflow.so, static/libnativeflow.a, nativeflow-stub, nativeflow-diagnose"

# Prints the list in CONTRIBUTING.md.
help:
	@sed -n 's/^    \(make .*\)/\1/p' CONTRIBUTING.md

library:
	$(NEEDS) make '' rust cc:gcc
	$(STEP) "Building the library: 1 or 2 minutes on a new machine" $(LIBRARY).so $(CRATE) src
	@$(CARGO) build --release
	@ln -sf libnativeflow.so $(LIBRARY).so.0
	@packaging/localize.sh $(LIBRARY).a abi/nativeflow.symbols $(STATIC)

stub:
	$(NEEDS) make '' rust cc:gcc
	$(STEP) "Building nativeflow-stub, the mock server: 1 minute on a new machine" $(STUB) $(CRATE) stub/Cargo.toml stub/src
	@$(CARGO) build --release --package nativeflow-stub

programs: library stub $(NOTICES)
	@$(CC) -std=c11 -O2 -s -Iinclude examples-c/diagnose.c $(STATIC) -lutil -lrt -lpthread -lm -ldl -lc -o $(DIAGNOSE)

$(NOTICES): Cargo.lock packaging/licenses.sh
	@mkdir -p $(@D)
	@packaging/licenses.sh "$$(rustc -vV | sed -n 's/^host: //p')" nativeflow nativeflow-stub >$@

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

install: library programs
	@$(MAKE) --no-print-directory install-files

# Installs the files of an earlier build: `make`, then `sudo make install-files`.
install-files: install-texts
	@install -m 755 "$(LIBRARY).so" "$(LIB)/libnativeflow.so.$(VERSION)"
	@ln -sf libnativeflow.so.$(VERSION) "$(LIB)/libnativeflow.so.0"
	@ln -sf libnativeflow.so.0 "$(LIB)/libnativeflow.so"
	@install -m 644 "$(STATIC)" "$(LIB)"
	@install -d "$(INTO)/bin"
	@install -m 755 "$(STUB)" "$(DIAGNOSE)" "$(INTO)/bin"
	$(STEP) "Installed in $(INTO)"
	@[ -n "$(DESTDIR)" ] || packaging/loader.sh "$(LIB)"

# Installs everything except libraries and programs.
CMAKE_CONFIG = packaging/nativeflowConfig.cmake.in
DOC = $(INTO)/share/doc/nativeflow
MAN_PAGES = $(INTO)/share/man
install-texts:
	@install -d "$(INTO)/include" "$(LIB)/pkgconfig" "$(LIB)/cmake/nativeflow" "$(MAN_PAGES)/man1" "$(MAN_PAGES)/man3" "$(DOC)/examples"
	@install -m 644 include/nativeflow.h include/nativeflow.hpp "$(INTO)/include"
	@$(CONFIGURE) packaging/nativeflow.pc.in >"$(LIB)/pkgconfig/nativeflow.pc"
	@$(CONFIGURE) $(CMAKE_CONFIG) >"$(LIB)/cmake/nativeflow/nativeflowConfig.cmake"
	@$(CONFIGURE) packaging/nativeflowConfigVersion.cmake.in >"$(LIB)/cmake/nativeflow/nativeflowConfigVersion.cmake"
	@$(MAN) -v directory="$(MAN_PAGES)/man3" include/nativeflow.h
	@for page in $(PROGRAM_PAGES); do sed 's/@VERSION@/$(VERSION)/; s/@DATE@/$(DATE)/' $$page >"$(MAN_PAGES)/man1/$${page##*/}" || exit 1; done
	@install -m 644 LICENSE-APACHE LICENSE-MIT "$(NOTICES)" "$(DOC)"
	@install -m 644 examples-c/*.[ch] "$(DOC)/examples"

# Removes the files that `make install` of this version has installed.
uninstall:
	@rm -f "$(INTO)/include/nativeflow.h" "$(INTO)/include/nativeflow.hpp"
	@rm -f "$(LIB)/pkgconfig/nativeflow.pc" "$(LIB)/libnativeflow.a"
	@rm -f "$(LIB)/libnativeflow.so" "$(LIB)/libnativeflow.so.0" "$(LIB)/libnativeflow.so.$(VERSION)"
	@rm -f "$(INTO)/bin/nativeflow-stub" "$(INTO)/bin/nativeflow-diagnose"
	@rm -rf "$(LIB)/cmake/nativeflow" "$(DOC)"
	@for page in $(PAGES); do rm -f "$(MAN_PAGES)/man3/$$page.3"; done
	@for page in $(PROGRAM_PAGES); do rm -f "$(MAN_PAGES)/man1/$${page##*/}"; done

# The manual pages, from the header. Their date is that of the last commit, so that builds are reproducible.
SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGELOG.md)
DATE := $(shell date -u -d @$(SOURCE_DATE_EPOCH) +%F)
MAN = awk -f packaging/man.awk -v version=$(VERSION) -v date=$(DATE) -v examples=packaging/man
# Functions, types and callbacks.
PAGES = nativeflow $$(grep '^nf_' abi/nativeflow.symbols) \
	$$(sed -n 's/^typedef struct [a-z_]* \([a-z_]*\);/\1/p; s/^typedef [a-z0-9_]* (NF_CALL \*\([a-z_]*\)).*/\1/p' include/nativeflow.h)
PROGRAM_PAGES = packaging/man/nativeflow-stub.1 packaging/man/nativeflow-diagnose.1

man:
	rm -rf target/man
	mkdir -p target/man
	$(MAN) -v directory=target/man include/nativeflow.h

# Makes target/dist/nativeflow-VERSION-SYSTEM-PROCESSOR.tar.gz for Linux on this processor, or for another target
# (packaging/dist.sh): make dist TARGET=aarch64-unknown-linux-gnu
TARGET ?=
dist:
	@packaging/dist.sh $(VERSION) $(SOURCE_DATE_EPOCH) $(TARGET)

# Makes Debian packages in target/deb.
MULTIARCH = $(shell dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null)
deb:
	$(NEEDS) "make deb" "3 minutes on a new machine, otherwise 1" rust cc:gcc dpkg-gensymbols:dpkg-dev
	@rm -rf target/deb
	@target= && . packaging/rust.sh && $(MAKE) --no-print-directory install BUILD=target/reproducible \
		DESTDIR="$(CURDIR)/target/deb/work/all" PREFIX=/usr LIBDIR=lib/$(MULTIARCH)
	$(STEP) "Making the packages in target/deb"
	@CARGO="$(CARGO)" packaging/deb.sh target/deb $(VERSION) $(SOURCE_DATE_EPOCH)

# Builds nativeflow.dll with its import library and header, nativeflow-stub.exe and nativeflow-diagnose.exe in target/windows. Builds
# them once per processor.
windows:
	$(NEEDS) "make windows" "5 minutes on a new machine" rust mingw:x86_64 mingw:i686 std:x86_64-win7-windows-gnu std:i686-win7-windows-gnu
	@packaging/windows.sh x86_64 target/windows/x86_64 programs
	@packaging/windows.sh i686 target/windows/i686 programs

# Makes a package for .NET in target/nuget.
nuget:
	@packaging/nuget.sh $(VERSION)

# Gets a token through C over TLS, then shows a rejected login.
demo: library stub
	@STUB=$(STUB) examples-c/demo.sh

# Each test appends a line for each tested item to a file in target/proved.
TEST = @rm -rf target/proved && packaging/step.sh "Building the tests: 2 minutes on a new machine" && \
	$(CARGO) test --workspace --no-run && packaging/step.sh "Running the tests: $(DURATION)" && $(CARGO) test --workspace --quiet
test: DURATION = less than 5 minutes
test-all: DURATION = a test that takes more than a minute is named

# Takes a few minutes and installs nothing. Needs Rust, a C compiler and make. Omits slow tests, and tests whose tools
# are missing.
test: library
	$(TEST)
	@tests/proved.sh target/proved

# Runs all tests.
test-all: export NATIVEFLOW_TEST = all
test-all: tools library
	$(TEST) -- --include-ignored
	@tests/proved.sh target/proved

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

.DELETE_ON_ERROR:

.PHONY: all help library stub programs install install-files install-texts uninstall man dist deb windows nuget demo test test-all messages check residue \
	tools header table lint format bench clean
