package nativeflow

// #include <nativeflow.h>
import "C"

import (
	"runtime"
	"sync"
	"time"
)

// Token is an access token in C memory, which is locked and excluded from core dumps. Close wipes it. Its methods return copies.
// A string cannot be wiped, and stays in Go's memory until that is used again. Wipe the bytes that an Append method has
// written. After Close all methods return empty values.
type Token struct {
	lock sync.RWMutex
	c    *C.nf_token // nil: closed; the C functions accept NULL
	held *C.nf_token // what running calls use; the last of them frees it if the token is closed
	uses int         // the number of these calls
}

// TokenParts are the parts of a token that the program has stored. The zero value of a field means that the part is missing or
// unknown. Value or RefreshToken is needed. An empty InstanceURL means the base URL of the client that uses the token.
type TokenParts struct {
	Scheme           string // "OAuth": of the Native Flow; "Bearer": of the OAuth 2.0 service
	Value            []byte
	RefreshToken     []byte
	InstanceURL      string
	ExpiresAt        time.Time
	RefreshExpiresAt time.Time
}

// NewToken makes a token from parts that the program has stored, to refresh or revoke it. It sends nothing. Value and RefreshToken
// of parts are overwritten with zeros, on success and failure.
func NewToken(parts TokenParts) (*Token, error) {
	value, valueErr := moveText(parts.Value)
	defer value.free()
	refresh, refreshErr := moveText(parts.RefreshToken)
	defer refresh.free()
	scheme, schemeErr := newText(parts.Scheme)
	defer scheme.free()
	url, urlErr := newText(parts.InstanceURL)
	defer url.free()
	for _, failed := range []error{valueErr, refreshErr, schemeErr, urlErr} {
		if failed != nil {
			return nil, failed
		}
	}
	expires, refreshExpires := unixSeconds(parts.ExpiresAt), unixSeconds(parts.RefreshExpiresAt)
	var made *C.nf_token
	err := check(C.nf_token_new(scheme.start, value.start, refresh.start, url.start, expires, refreshExpires, &made))
	return tokenOf(made, err)
}

// unixSeconds converts a time for C. The zero time is unknown, -1.
func unixSeconds(at time.Time) C.int64_t {
	if at.IsZero() {
		return -1
	}
	return C.int64_t(at.Unix())
}

func newToken(c *C.nf_token) *Token {
	t := &Token{c: c}
	runtime.SetFinalizer(t, (*Token).Close) // in case the program does not close it
	return t
}

// tokenOf returns the token or the error of a C function.
func tokenOf(c *C.nf_token, err error) (*Token, error) {
	if err != nil {
		return nil, err
	}
	return newToken(c), nil
}

// Close wipes and frees the token. A call that uses it continues, and frees it at its end. A second Close does nothing.
func (t *Token) Close() {
	t.lock.Lock()
	defer t.lock.Unlock()
	runtime.SetFinalizer(t, nil)
	if t.uses == 0 {
		C.nf_token_free(t.c)
	}
	t.c = nil
}

// hold returns the C token for a call, which releases it. Close does not wait for the call, because the log of a call may close
// its token.
func (t *Token) hold() (*C.nf_token, error) {
	if t != nil {
		t.lock.Lock()
		defer t.lock.Unlock()
		if t.c != nil {
			t.held = t.c
			t.uses++
			return t.c, nil
		}
	}
	return nil, &Error{
		Code:    ErrInvalidArgument,
		Message: "Invalid token (nil or closed)",
		Remedy:  "Fix the calling program: close a token after its last use.",
	}
}

func (t *Token) release() {
	t.lock.Lock()
	defer t.lock.Unlock()
	t.uses--
	if t.uses == 0 && t.c == nil {
		C.nf_token_free(t.held)
	}
}

// Value returns the access token. It is visible ASCII. A string cannot be wiped; see AppendValue.
func (t *Token) Value() string { return t.read(value) }

// AppendValue appends the token to dst, byte by byte. dst needs capacity for the token. Otherwise the content of dst moves to a
// new block, and the old block is not wiped.
func (t *Token) AppendValue(dst []byte) []byte { return t.append(dst, value) }

// Scheme returns the scheme of the Authorization header for this token: "OAuth" for the Native Flow, "Bearer" for the OAuth 2.0
// service.
func (t *Token) Scheme() string { return t.read(scheme) }

// Authorization returns scheme and value, the complete value of an Authorization header, or "" for a token without a value. A
// string cannot be wiped.
func (t *Token) Authorization() string { return t.read(authorization) }

// AppendAuthorization appends the value of Authorization to dst, as AppendValue does.
func (t *Token) AppendAuthorization(dst []byte) []byte { return t.append(dst, authorization) }

// RefreshToken returns the refresh token, or "" if the server sent none. Store it: it is needed to renew the token. A
// string cannot be wiped.
func (t *Token) RefreshToken() string { return t.read(refreshToken) }

// AppendRefreshToken appends the refresh token to dst, as AppendValue does.
func (t *Token) AppendRefreshToken(dst []byte) []byte { return t.append(dst, refreshToken) }

// InstanceURL returns the base URL for requests with this token. It is "" if the server sent none, or one that a token must not
// be sent to.
func (t *Token) InstanceURL() string { return t.read(instanceURL) }

// ExpiresAt returns when the token expires, in UTC. known is false if the date is missing or not in the expected format.
func (t *Token) ExpiresAt() (at time.Time, known bool) {
	return t.time(func(c *C.nf_token) C.int64_t { return C.nf_token_expires_at(c) })
}

// RefreshExpiresAt returns when the refresh token expires, in UTC. known is false if the server sent no such time.
func (t *Token) RefreshExpiresAt() (at time.Time, known bool) {
	return t.time(func(c *C.nf_token) C.int64_t { return C.nf_token_refresh_expires_at(c) })
}

// ExpirationDate returns the expiry date exactly as the server wrote it. Use it only for display.
func (t *Token) ExpirationDate() string { return t.read(expirationDate) }

// RemoteAddress returns IP address and port of the TCP connection of the call, such as "192.0.2.1:443"; with a proxy, the proxy's.
func (t *Token) RemoteAddress() string { return t.read(remoteAddress) }

// Timings returns the times of the call.
func (t *Token) Timings() Timings {
	t.lock.RLock()
	defer t.lock.RUnlock()
	return readTimings(func(of C.int32_t) C.int64_t { return C.nf_token_timing_us(t.c, of) })
}

// In Go, a C function cannot be used as a value. These functions can.
func value(c *C.nf_token) *C.char          { return C.nf_token_value(c) }
func scheme(c *C.nf_token) *C.char         { return C.nf_token_scheme(c) }
func authorization(c *C.nf_token) *C.char  { return C.nf_token_authorization(c) }
func refreshToken(c *C.nf_token) *C.char   { return C.nf_token_refresh_token(c) }
func instanceURL(c *C.nf_token) *C.char    { return C.nf_token_instance_url(c) }
func expirationDate(c *C.nf_token) *C.char { return C.nf_token_expiration_date(c) }
func remoteAddress(c *C.nf_token) *C.char  { return C.nf_token_remote_address(c) }

// read and append hold the lock until C's text has been copied, so that Close does not free the token before.
func (t *Token) read(what func(*C.nf_token) *C.char) string {
	t.lock.RLock()
	defer t.lock.RUnlock()
	return C.GoString(what(t.c))
}

func (t *Token) time(what func(*C.nf_token) C.int64_t) (at time.Time, known bool) {
	t.lock.RLock()
	defer t.lock.RUnlock()
	seconds := int64(what(t.c))
	if t.c == nil || seconds < 0 {
		return time.Time{}, false
	}
	return time.Unix(seconds, 0).UTC(), true
}

func (t *Token) append(dst []byte, what func(*C.nf_token) *C.char) []byte {
	t.lock.RLock()
	defer t.lock.RUnlock()
	from := untilNUL(what(t.c))
	all := len(dst) + len(from)
	if cap(dst) < all {
		grown := make([]byte, len(dst), all)
		copyBytes(grown, dst)
		dst = grown
	}
	copyBytes(dst[len(dst):all], from)
	return dst[:all]
}
