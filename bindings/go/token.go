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
}

func newToken(c *C.nf_token) *Token {
	t := &Token{c: c}
	runtime.SetFinalizer(t, (*Token).Close) // in case the program does not close it
	return t
}

// Close wipes and frees the token. A second Close does nothing.
func (t *Token) Close() {
	t.lock.Lock()
	defer t.lock.Unlock()
	runtime.SetFinalizer(t, nil)
	C.nf_token_free(t.c)
	t.c = nil
}

// Value returns the access token. It is visible ASCII. A string cannot be wiped; see AppendValue.
func (t *Token) Value() string { return t.read(value) }

// AppendValue appends the token to dst, byte by byte. dst needs capacity for the token. Otherwise the content of dst moves to a
// new block, and the old block is not wiped.
func (t *Token) AppendValue(dst []byte) []byte { return t.append(dst, value) }

// Scheme returns the scheme of the Authorization header for this token, "OAuth".
func (t *Token) Scheme() string { return t.read(scheme) }

// Authorization returns "OAuth <value>", the complete value of an Authorization header. A string cannot be wiped.
func (t *Token) Authorization() string { return t.read(authorization) }

// AppendAuthorization appends the value of Authorization to dst, as AppendValue does.
func (t *Token) AppendAuthorization(dst []byte) []byte { return t.append(dst, authorization) }

// RefreshToken returns the refresh token, or "" if the server sent none. Store it: it is needed to renew the token and to
// migrate to the OAuth 2.0 service. A string cannot be wiped.
func (t *Token) RefreshToken() string { return t.read(refreshToken) }

// AppendRefreshToken appends the refresh token to dst, as AppendValue does.
func (t *Token) AppendRefreshToken(dst []byte) []byte { return t.append(dst, refreshToken) }

// InstanceURL returns the base URL for requests with this token, exactly as the server wrote it. It is "" if the server sent
// none, or one that a token must not be sent to.
func (t *Token) InstanceURL() string { return t.read(instanceURL) }

// ExpiresAt returns when the token expires, in UTC. known is false if the date is missing or not in the expected format.
func (t *Token) ExpiresAt() (at time.Time, known bool) {
	t.lock.RLock()
	defer t.lock.RUnlock()
	seconds := int64(C.nf_token_expires_at(t.c))
	if t.c == nil || seconds < 0 {
		return time.Time{}, false
	}
	return time.Unix(seconds, 0).UTC(), true
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
