package nativeflow

// #include <nativeflow.h>
import "C"

import "time"

// Error is why a call failed, and what to do about it. Everything here that fails returns one:
//
//	var failed *nativeflow.Error
//	if errors.As(err, &failed) {
//		log.Print(failed.Code, failed.Message, failed.Remedy)
//	}
//
// No field holds a secret.
type Error struct {
	Code    Code
	Message string // what happened: one line
	Remedy  string // what an administrator does next: one line

	HTTPStatus    int    // 0: there was no answer
	ServerMessage string // untrusted: whoever answered wrote it
	ServerCode    int    // the modern service's error number; -1: none
	CorrelationID string // for Concur's support

	// RetryAfter is how long to wait before the next try, from 5 seconds to a day. 0: do not retry before somebody has
	// changed something.
	RetryAfter time.Duration

	context error // what ended the call, if a context did
}

// Error returns name, message and remedy: a line for a log.
func (e *Error) Error() string {
	line := e.Name() + ": " + e.Message
	if e.context != nil {
		line += ": " + e.context.Error()
	}
	return line + ". " + e.Remedy
}

// Name returns the name of the code, such as "NF_DENIED".
func (e *Error) Name() string { return e.Code.Name() }

// Is tells whether target is the code.
func (e *Error) Is(target error) bool { return target == e.Code }

// Unwrap returns context.Canceled or context.DeadlineExceeded when that ended the call.
func (e *Error) Unwrap() error { return e.context }

// takeError reads and frees what a C function has returned.
func takeError(from *C.nf_error) *Error {
	defer C.nf_error_free(from)
	failed := &Error{
		Code:          Code(C.nf_error_code(from)),
		Message:       C.GoString(C.nf_error_message(from)),
		Remedy:        C.GoString(C.nf_error_remedy(from)),
		HTTPStatus:    int(C.nf_error_http_status(from)),
		ServerMessage: C.GoString(C.nf_error_server_message(from)),
		ServerCode:    int(C.nf_error_server_code(from)),
		CorrelationID: C.GoString(C.nf_error_correlation_id(from)),
	}
	if ms := int64(C.nf_error_retry_after_ms(from)); ms >= 0 {
		failed.RetryAfter = time.Duration(ms) * time.Millisecond
	}
	return failed
}

// check is takeError where NULL is success.
func check(from *C.nf_error) error {
	if from == nil {
		return nil
	}
	return takeError(from)
}
