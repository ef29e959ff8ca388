//go:build !cgo

package nativeflow

// This file is a part of the package only if cgo is off. It does not compile, and the compiler's message contains the text.
const _ uint = "nativeflow needs cgo: install a C compiler, and set CGO_ENABLED=1"
