package nativeflow

// #include <stdlib.h>
import "C"

import "unsafe"

// Wipe overwrites bytes with zeros. Use it for copies of a token. GetToken wipes login and secret itself.
func Wipe(bytes []byte) {
	for i := range bytes {
		bytes[i] = 0
	}
}

// copyBytes copies byte by byte. copy and append use vector registers, and the signals that preempt goroutines save these to a
// stack that is never wiped.
func copyBytes[T string | []byte](to []byte, from T) {
	for i := 0; i < len(from); i++ {
		to[i] = from[i]
	}
}

// untilNUL returns the bytes of a C text without a copy. It counts them itself, because strlen uses vector registers too.
func untilNUL(from *C.char) []byte {
	size := 0
	for *(*byte)(unsafe.Add(unsafe.Pointer(from), size)) != 0 {
		size++
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(from)), size)
}

// text is a copy in C memory, with a NUL at its end.
type text struct {
	start *C.char // nil: there is no text
	size  int
}

// newText copies a text. It fails if the text contains a NUL, because that would be its end in C. Free the copy in either case.
func newText[T string | []byte](from T) (text, error) {
	to := text{(*C.char)(C.malloc(C.size_t(len(from) + 1))), len(from)}
	bytes := to.bytes()
	var err error
	copyBytes(bytes, from)
	for _, b := range bytes[:len(from)] {
		if b == 0 {
			err = &Error{
				Code:    ErrInvalidArgument,
				Message: "Invalid text (contains a NUL character)",
				Remedy:  "Fix the calling program: pass the text without it.",
			}
		}
	}
	bytes[len(from)] = 0
	return to, err
}

// moveText copies a text and zeros the original. nil stays nil. It fails if another call has zeroed the text: zeros would be a
// wrong password.
func moveText(from []byte) (text, error) {
	if from == nil {
		return text{}, nil
	}
	defer Wipe(from)
	if isUsed(from) {
		return text{}, &Error{
			Code:    ErrInvalidArgument,
			Message: "Invalid login, secret or token (used before; a call overwrites it with zeros)",
			Remedy:  "Fix the calling program: make a new one for each call.",
		}
	}
	return newText(from)
}

// isUsed reports whether a call has zeroed a text. An empty text was not zeroed.
func isUsed(from []byte) bool {
	for _, b := range from {
		if b != 0 {
			return false
		}
	}
	return len(from) > 0
}

// free zeros all bytes and frees them. The library zeros only up to the first NUL, and is not called on every path.
func (t text) free() {
	if t.start != nil {
		Wipe(t.bytes())
		C.free(unsafe.Pointer(t.start))
	}
}

func (t text) bytes() []byte { return unsafe.Slice((*byte)(unsafe.Pointer(t.start)), t.size+1) }
