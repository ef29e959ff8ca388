package nativeflow

// #include <nativeflow.h>
import "C"

import (
	"errors"
	"runtime/cgo"
	"unsafe"
)

// ErrNoSecret is the error of a SecretFunc if there is no secret. The call fails with ErrSecretNeeded; do not retry. After any
// other error of a SecretFunc, the call may be tried again in 30 seconds.
var ErrNoSecret = errors.New("there is no secret")

// SecretFunc returns the secret of a user when a session needs a login. It writes the secret to buffer, which has at least 2048
// bytes, and returns its length. buffer and login are C memory, which is wiped. Do not use them after the function has returned.
//
// lastCode is 0, or the code with which the server refused the last secret of this user. If it is not 0, read the secret again
// from where it is stored, not from a cache.
//
// The call waits for the function, and its context cannot interrupt it. The function never runs twice at the same time for the
// same user. It may use other clients and sessions; a call for the same user would wait until its timeout. A panic in it counts
// as an error.
type SecretFunc func(login []byte, lastCode Code, buffer []byte) (length int, err error)

//export nativeflowGoSecret
func nativeflowGoSecret(handle C.uintptr_t, login *C.char, lastCode C.int32_t, buffer *C.char, capacity C.size_t) C.int32_t {
	read := cgo.Handle(handle).Value().(SecretFunc)
	to := unsafe.Slice((*byte)(unsafe.Pointer(buffer)), int(capacity))
	result := C.int32_t(C.NF_SECRET_UNAVAILABLE)
	returned := make(chan struct{})
	// On another goroutine for the reason in nativeflowGoLog.
	go func() {
		defer close(returned)
		defer func() { _ = recover() }()
		switch length, err := read(untilNUL(login), Code(lastCode), to); {
		case err == nil && length >= 0 && length <= len(to):
			result = C.int32_t(length)
		case err == nil: // C fails with NF_INVALID_ARGUMENT
			result = C.int32_t(len(to) + 1)
		case errors.Is(err, ErrNoSecret):
			result = C.NF_SECRET_NONE
		}
	}()
	<-returned
	return result
}
