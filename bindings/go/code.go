package nativeflow

// #include <nativeflow.h>
import "C"

// Code is the error code of an Error: errors.Is(err, nativeflow.ErrDenied). Handle an unknown code by its group. 1 to 19:
// invalid call; 20 to 39: credentials rejected (do not retry); 40 to 59: server; 60 to 79: network; 80 to 99: response; from
// 100: internal error.
type Code int32

// The codes of this version. nativeflow.h describes each.
const (
	ErrInvalidArgument Code = C.NF_INVALID_ARGUMENT
	ErrInvalidUTF8     Code = C.NF_INVALID_UTF8
	ErrInvalidOption   Code = C.NF_INVALID_OPTION

	ErrDenied          Code = C.NF_DENIED
	ErrAccountLocked   Code = C.NF_ACCOUNT_LOCKED
	ErrAccountDisabled Code = C.NF_ACCOUNT_DISABLED
	ErrPasswordExpired Code = C.NF_PASSWORD_EXPIRED
	ErrNotAllowed      Code = C.NF_NOT_ALLOWED
	ErrBadClient       Code = C.NF_BAD_CLIENT
	ErrRefreshExpired  Code = C.NF_REFRESH_EXPIRED
	ErrHeldBack        Code = C.NF_HELD_BACK
	ErrWrongHost       Code = C.NF_WRONG_HOST
	ErrSecretNeeded    Code = C.NF_SECRET_NEEDED

	ErrBusy        Code = C.NF_BUSY
	ErrMaintenance Code = C.NF_MAINTENANCE
	ErrServerError Code = C.NF_SERVER_ERROR

	ErrDNS          Code = C.NF_DNS
	ErrConnect      Code = C.NF_CONNECT
	ErrTLS          Code = C.NF_TLS
	ErrTLSUntrusted Code = C.NF_TLS_UNTRUSTED
	ErrProxy        Code = C.NF_PROXY
	ErrProxyDenied  Code = C.NF_PROXY_DENIED
	ErrTimeout      Code = C.NF_TIMEOUT
	ErrCancelled    Code = C.NF_CANCELLED
	ErrDisconnected Code = C.NF_DISCONNECTED

	ErrEndpointGone Code = C.NF_ENDPOINT_GONE
	ErrRedirected   Code = C.NF_REDIRECTED
	ErrNotConcur    Code = C.NF_NOT_CONCUR
	ErrMalformed    Code = C.NF_MALFORMED
	ErrTooLarge     Code = C.NF_TOO_LARGE

	ErrPanic    Code = C.NF_PANIC
	ErrInternal Code = C.NF_INTERNAL
)

// Name returns the name of the code, such as "NF_DENIED", or "NF_UNKNOWN" if the C library does not know it.
func (c Code) Name() string { return C.GoString(C.nf_code_name(C.int32_t(c))) }

// Error returns the name of the code.
func (c Code) Error() string { return c.Name() }
