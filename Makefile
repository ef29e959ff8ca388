# nativeflow: `make` builds the library, `make demo` shows it, `make test` proves it.

CARGO ?= cargo
export CARGO
# Where the tests and the demo look.
export CARGO_TARGET_DIR := $(CURDIR)/target
LIBRARY = target/release/libnativeflow
# cargo's own holds a whole Rust runtime under names that others have too.
STATIC = target/release/static/libnativeflow.a

all: library

# Both kinds of C library from one build. Not `cargo build`: a crate that is built as an rlib too loses its link-time
# optimisation without a word.
library:
	target= && . packaging/rust.sh && NATIVEFLOW_C_LIBRARY=1 $(CARGO) rustc --quiet --release --lib --crate-type cdylib,staticlib
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
CONFIGURE = sed 's,@VERSION@,$(VERSION),g; s,@LIBDIR@,$(LIBDIR),g; s,@UP@,$(UP),g'

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
	$(MAN) -v folder="$(INTO)/share/man/man3" include/nativeflow.h

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
	$(MAN) -v folder=target/man include/nativeflow.h

# target/dist/nativeflow-VERSION-SYSTEM-PROCESSOR.tar.gz for this processor's Linux, or for another (packaging/dist.sh):
# make dist TARGET=aarch64-unknown-linux-gnu
TARGET ?=
dist:
	packaging/dist.sh $(VERSION) $(SOURCE_DATE_EPOCH) $(TARGET)

# Debian packages, in target/deb.
MULTIARCH = $(shell dpkg-architecture -qDEB_HOST_MULTIARCH)
deb:
	rm -rf target/deb
	$(MAKE) install DESTDIR="$(CURDIR)/target/deb/work/all" PREFIX=/usr LIBDIR=lib/$(MULTIARCH)
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

# Everything that proves the project. The tests leave what they have proved, one line each, in target/proved.
test: tools library
	rm -rf target/proved
	NATIVEFLOW_ALL_HOSTS=1 $(CARGO) test --workspace --quiet
	tests/proved.sh target/proved

# The search for residue with a thousand calls on each path in place of a hundred.
residue: tools library
	NATIVEFLOW_RESIDUE_CALLS=1000 $(CARGO) test --quiet --test suite residue::
	cat target/proved/residue-table

# What the tests need beside Rust, cc and make; installed where that can be done.
tools:
	tests/tools.sh

# Writes include/nativeflow.h from src/capi.
header:
	NATIVEFLOW_WRITE_HEADER=1 $(CARGO) test --quiet --test suite header_has_not_drifted

# Writes the tables of network faults and of hosts into README.md.
table: tools library
	NATIVEFLOW_WRITE_TABLE=1 $(CARGO) test --quiet --test suite network::
	NATIVEFLOW_WRITE_TABLE=1 NATIVEFLOW_ALL_HOSTS=1 $(CARGO) test --quiet --test suite hosts::

# What CI checks before the tests.
lint:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --quiet --workspace --all-targets --features test-panic -- --deny warnings

# Side by side with libcurl and libxml2.
bench: library
	bench/run.sh

clean:
	$(CARGO) clean

.PHONY: all library install install-files install-texts uninstall man dist deb windows nuget demo test residue tools header table lint bench clean
