package nativeflow

// #include <nativeflow.h>
import "C"

import (
	"strings"
	"time"
)

// Error is why a call failed, and how to fix it. Every function of this package that fails returns one:
//
//	var failed *nativeflow.Error
//	if errors.As(err, &failed) {
//		log.Print(failed.Code, failed.Message, failed.Remedy)
//	}
//
// No field contains a secret.
type Error struct {
	Code    Code
	Message string // a description of the failure, as one line
	Remedy  string // the next step of an administrator, as one line

	HTTPStatus    int    // 0: there is no response
	ServerMessage string // do not trust this text; the server or a proxy wrote it
	ServerCode    int    // the error number of the OAuth 2.0 service; -1: there is none
	CorrelationID string // Concur's support asks for it

	CallID        string  // begins the lines of the call in the log, in brackets; "": there was no call
	RemoteAddress string  // IP address and port of the TCP connection; with a proxy, the proxy's; "": none was reached
	Timings       Timings // the time of a part that failed counts up to the failure

	// RetryAfter is the time to wait before a retry, from 5 seconds to one day. 0: do not retry until the cause is fixed.
	RetryAfter time.Duration

	context error // the error of the context, if it ended the call
}

// Error returns name, message and remedy, as one line for a log.
func (e *Error) Error() string {
	line := e.Name() + ": " + e.Message
	if e.context != nil {
		line += ": " + e.context.Error()
	}
	return line + ". " + e.Remedy
}

// Name returns the name of the code, such as "NF_DENIED".
func (e *Error) Name() string { return e.Code.Name() }

// Is reports whether target is the code of the error.
func (e *Error) Is(target error) bool { return target == e.Code }

// Unwrap returns context.Canceled or context.DeadlineExceeded if the context ended the call, otherwise nil.
func (e *Error) Unwrap() error { return e.context }

// ownNames replaces C functions in a remedy with fields of Options and methods.
var ownNames = strings.NewReplacer(
	"nf_options_set_base_url", "Options.BaseURL",
	"nf_options_use_oauth2", "Options.OAuth2",
	"nf_options_set_client_secret", "Options.ClientSecret",
	"nf_options_set_credential_type", "Options.CredentialType",
	"nf_options_allow_host", "Options.AllowedHosts",
	"nf_options_set_timeout_ms", "Options.Timeout",
	"nf_options_set_connect_timeout_ms", "Options.ConnectTimeout",
	"nf_options_set_keep_alive_ms", "Options.KeepAlive",
	"nf_options_set_user_agent", "Options.UserAgent",
	"nf_options_set_ca_file", "Options.CAFile",
	"nf_options_add_ca_pem", "Options.CAPEM",
	"nf_options_set_client_certificate", "Options.ClientCertificateFile",
	"nf_options_set_proxy_bypass", "Options.ProxyBypass", // before the name that it begins with
	"nf_options_set_proxy", "Options.Proxy",
	"nf_options_use_environment_proxy", "Options.EnvironmentProxy",
	"nf_options_set_log", "Options.Log",
	"nf_options_set_secret_callback", "Options.Secret",
	"nf_options_set_refresh_margin_ms", "Options.RefreshMargin",
	"nf_options_set_hold_back_ms", "Options.HoldBack",
	"nf_client_clear_hold", "Client.ClearHold",
	"nf_session_clear_hold", "Session.ClearHold",
	"nf_session_log_in", "Session.LogIn",
)

// takeError reads and frees the error that a C function has returned.
func takeError(from *C.nf_error) *Error {
	defer C.nf_error_free(from)
	failed := &Error{
		Code:          Code(C.nf_error_code(from)),
		Message:       C.GoString(C.nf_error_message(from)),
		Remedy:        ownNames.Replace(C.GoString(C.nf_error_remedy(from))),
		HTTPStatus:    int(C.nf_error_http_status(from)),
		ServerMessage: C.GoString(C.nf_error_server_message(from)),
		ServerCode:    int(C.nf_error_server_code(from)),
		CorrelationID: C.GoString(C.nf_error_correlation_id(from)),
		CallID:        C.GoString(C.nf_error_call_id(from)),
		RemoteAddress: C.GoString(C.nf_error_remote_address(from)),
		Timings:       readTimings(func(of C.int32_t) C.int64_t { return C.nf_error_timing_us(from, of) }),
	}
	if ms := int64(C.nf_error_retry_after_ms(from)); ms >= 0 {
		failed.RetryAfter = time.Duration(ms) * time.Millisecond
	}
	return failed
}

// check converts the result of a C function. NULL means success.
func check(from *C.nf_error) error {
	if from == nil {
		return nil
	}
	return takeError(from)
}
