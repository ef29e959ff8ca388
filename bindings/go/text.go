package nativeflow

// #include <stdlib.h>
import "C"

import "unsafe"

// Wipe overwrites bytes with zeros. For copies of a token; GetToken does it with its login and secret.
func Wipe(bytes []byte) {
	for i := range bytes {
		bytes[i] = 0
	}
}

// copyBytes is copy, byte by byte: copy and append take vector registers, and a signal, by which Go preempts, saves those to
// a stack that nobody wipes.
func copyBytes[T string | []byte](to []byte, from T) {
	for i := 0; i < len(from); i++ {
		to[i] = from[i]
	}
}

// untilNUL gives C's own bytes. It counts them itself, for strlen takes vector registers too.
func untilNUL(from *C.char) []byte {
	size := 0
	for *(*byte)(unsafe.Add(unsafe.Pointer(from), size)) != 0 {
		size++
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(from)), size)
}

// text is a copy in C's memory with the NUL behind it that C needs and that a slice has no room for.
type text struct {
	start *C.char // nil: nothing was given
	size  int
}

// newText copies; a NUL inside, which C would take for the end, is an error. Free it in either case.
func newText[T string | []byte](from T) (text, error) {
	to := text{(*C.char)(C.malloc(C.size_t(len(from) + 1))), len(from)}
	bytes := to.bytes()
	var err error
	copyBytes(bytes, from)
	for _, b := range bytes[:len(from)] {
		if b == 0 {
			err = &Error{
				Code:    ErrInvalidArgument,
				Message: "A text holds a NUL character",
				Remedy:  "Correct the calling program: pass the text without it.",
			}
		}
	}
	bytes[len(from)] = 0
	return to, err
}

// moveText copies and zeros what it was given; nil stays nil.
func moveText(from []byte) (text, error) {
	if from == nil {
		return text{}, nil
	}
	defer Wipe(from)
	return newText(from)
}

// free zeros all of it: the library goes no further than the first NUL, and is not reached on every path.
func (t text) free() {
	if t.start != nil {
		Wipe(t.bytes())
		C.free(unsafe.Pointer(t.start))
	}
}

func (t text) bytes() []byte { return unsafe.Slice((*byte)(unsafe.Pointer(t.start)), t.size+1) }
