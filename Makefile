# nativeflow: `make` builds the library, `make demo` shows it, `make test` tests it. CONTRIBUTING.md lists the rest.

CARGO ?= cargo
export CARGO
# Where Debian has servers, which not every user's PATH includes.
export PATH := $(PATH):/usr/sbin:/sbin
# Where cargo builds. The tests and the demo look in target.
BUILD = target
export CARGO_TARGET_DIR := $(CURDIR)/$(BUILD)
LIBRARY = $(BUILD)/release/libnativeflow
# cargo's own contains a whole Rust runtime, with symbols that other static libraries in Rust define too.
STATIC = $(BUILD)/release/static/libnativeflow.a

all: library

library:
	$(CARGO) build --quiet --release
	ln -sf libnativeflow.so $(LIBRARY).so.0
	packaging/localise.sh $(LIBRARY).a abi/nativeflow.symbols $(STATIC)

# Where `make install` puts it; DESTDIR stands before that, for packages. LIBDIR is a folder of PREFIX, such as lib64.
PREFIX ?= /usr/local
LIBDIR ?= lib
DESTDIR ?=
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
INTO = $(DESTDIR)$(PREFIX)
LIB = $(INTO)/$(LIBDIR)
$(if $(filter /%,$(LIBDIR)),$(error LIBDIR is a folder of PREFIX, such as lib64, and not $(LIBDIR)))
# From LIBDIR to PREFIX: what is installed finds its way from itself.
UP := $(shell echo '$(LIBDIR)' | sed 's,[^/][^/]*,..,g')
# In bytes: a file of ELF has 1 or 2 in its fifth byte, for 32 or 64 bits.
POINTER_SIZE = $(shell echo $$((4 * $$(od -An -tu1 -j4 -N1 $(LIBRARY).so))))
CONFIGURE = sed 's,@VERSION@,$(VERSION),g; s,@LIBDIR@,$(LIBDIR),g; s,@UP@,$(UP),g; s,@POINTER_SIZE@,$(POINTER_SIZE),g'

install: library
	$(MAKE) --no-print-directory install-files

# The same with what was built before: `make`, then `sudo make install-files`.
install-files: install-texts
	install -m 755 $(LIBRARY).so "$(LIB)/libnativeflow.so.$(VERSION)"
	ln -sf libnativeflow.so.$(VERSION) "$(LIB)/libnativeflow.so.0"
	ln -sf libnativeflow.so.0 "$(LIB)/libnativeflow.so"
	install -m 644 $(STATIC) "$(LIB)"

# All but the libraries.
CMAKE_CONFIG = packaging/nativeflowConfig.cmake.in
install-texts:
	install -d "$(INTO)/include" "$(LIB)/pkgconfig" "$(LIB)/cmake/nativeflow" "$(INTO)/share/man/man3"
	install -m 644 include/nativeflow.h include/nativeflow.hpp "$(INTO)/include"
	$(CONFIGURE) packaging/nativeflow.pc.in >"$(LIB)/pkgconfig/nativeflow.pc"
	$(CONFIGURE) $(CMAKE_CONFIG) >"$(LIB)/cmake/nativeflow/nativeflowConfig.cmake"
	$(CONFIGURE) packaging/nativeflowConfigVersion.cmake.in >"$(LIB)/cmake/nativeflow/nativeflowConfigVersion.cmake"
	$(MAN) -v directory="$(INTO)/share/man/man3" include/nativeflow.h

# Removes what `make install` of this version has put there.
uninstall:
	rm -f "$(INTO)/include/nativeflow.h" "$(INTO)/include/nativeflow.hpp"
	rm -f "$(LIB)/pkgconfig/nativeflow.pc" "$(LIB)/libnativeflow.a"
	rm -f "$(LIB)/libnativeflow.so" "$(LIB)/libnativeflow.so.0" "$(LIB)/libnativeflow.so.$(VERSION)"
	rm -rf "$(LIB)/cmake/nativeflow"
	for page in $(PAGES); do rm -f "$(INTO)/share/man/man3/$$page.3"; done

# The manual pages, from the header. Their date is that of the last change: every build of it gives the same.
SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGELOG.md)
MAN = awk -f packaging/man.awk -v version=$(VERSION) -v date=$(shell date -u -d @$(SOURCE_DATE_EPOCH) +%F)
PAGES = nativeflow $$(grep '^nf_' abi/nativeflow.symbols)

man:
	rm -rf target/man
	mkdir -p target/man
	$(MAN) -v directory=target/man include/nativeflow.h

# target/dist/nativeflow-VERSION-SYSTEM-PROCESSOR.tar.gz for this processor's Linux, or for another (packaging/dist.sh):
# make dist TARGET=aarch64-unknown-linux-gnu
TARGET ?=
dist:
	packaging/dist.sh $(VERSION) $(SOURCE_DATE_EPOCH) $(TARGET)

# Debian packages, in target/deb.
MULTIARCH = $(shell dpkg-architecture -qDEB_HOST_MULTIARCH)
deb:
	rm -rf target/deb
	target= && . packaging/rust.sh && $(MAKE) install BUILD=target/reproducible DESTDIR="$(CURDIR)/target/deb/work/all" \
		PREFIX=/usr LIBDIR=lib/$(MULTIARCH)
	CARGO="$(CARGO)" packaging/deb.sh target/deb $(VERSION) $(SOURCE_DATE_EPOCH)

# nativeflow.dll with its import library and header, for both kinds of processors, in target/windows.
windows:
	packaging/windows.sh x86_64 target/windows/x86_64
	packaging/windows.sh i686 target/windows/i686

# A package for .NET, in target/nuget.
nuget:
	packaging/nuget.sh $(VERSION)

# A token through C over TLS, and a refused login.
demo: library
	CARGO="$(CARGO)" examples-c/demo.sh

# The tests note what they have run, one line each, in target/proved.
TEST = rm -rf target/proved && $(CARGO) test --workspace --quiet

# In a few minutes: needs Rust, a C compiler and make, installs nothing, and leaves out what is slow or lacks its tools.
test: library
	$(TEST)
	tests/proved.sh target/proved

# Everything.
test-all: export NATIVEFLOW_TEST = all
test-all: tools library
	$(TEST) -- --include-ignored
	tests/proved.sh target/proved

# The tests whose names contain NAME, slow ones too; of those with a table, only the rows whose names contain ONLY. With
# PROFILE=dev against a debug build of the library, which takes seconds to build.
NAME =
ONLY =
PROFILE =
check:
	@NATIVEFLOW_TEST=all NATIVEFLOW_ONLY='$(ONLY)' NATIVEFLOW_PROFILE='$(PROFILE)' tests/check.sh '$(NAME)'

# All messages and remedies, to be read in a row.
messages:
	@$(CARGO) test --quiet --lib messages_and_remedies -- --nocapture | grep -v '^running\|^test result\|^\.$$'

# The search for residue with a thousand calls on each path instead of a hundred.
residue: export NATIVEFLOW_TEST = all
residue: tools library
	NATIVEFLOW_RESIDUE_CALLS=1000 $(CARGO) test --quiet --test suite residue:: -- --include-ignored
	cat target/proved/residue-table

# Installs what `make test-all` needs in addition to Rust, cc and make.
tools:
	tests/tools.sh

# Writes include/nativeflow.h from src/capi.
header:
	NATIVEFLOW_WRITE_HEADER=1 $(CARGO) test --quiet --test suite header_has_not_drifted

# Writes the tables of network faults and of hosts, and the output of diagnose, into docs/.
table: tools library
	NATIVEFLOW_TEST=all NATIVEFLOW_WRITE_TABLE=1 $(CARGO) test --quiet --test suite every_ -- --include-ignored network:: hosts::

# What CI checks before the tests. Tools that are missing are named.
C_FILES = $(filter-out include/nativeflow.h,$(shell git ls-files '*.c' '*.h' '*.cpp' '*.hpp'))
SCRIPTS = .ci/run $(shell git ls-files '*.sh')
lint:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --quiet --workspace --all-targets -- --cfg test_panic --deny warnings
	RUSTDOCFLAGS='--deny warnings' $(CARGO) doc --quiet --workspace --no-deps --document-private-items
	clang-format --dry-run --Werror $(C_FILES)
	shellcheck --external-sources $(SCRIPTS)
	target/cargo-deny/bin/cargo-deny --log-level error check bans licenses sources

# Formats what `make lint` checks.
format:
	$(CARGO) fmt --all
	clang-format -i $(C_FILES)

# Side by side with libcurl and libxml2.
bench: library
	bench/run.sh

clean:
	$(CARGO) clean

.PHONY: all library install install-files install-texts uninstall man dist deb windows nuget demo test test-all messages check residue \
	tools header table lint format bench clean
