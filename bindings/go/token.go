package nativeflow

// #include <nativeflow.h>
import "C"

import (
	"runtime"
	"sync"
	"time"
)

// Token is an access token in memory of C, which is locked, left out of core dumps and wiped by Close. What is read from it
// is a copy: a string stays in Go's memory until that happens to be used again, and what an Append function has written is
// yours to Wipe. After Close everything is empty.
type Token struct {
	lock sync.RWMutex
	c    *C.nf_token // nil: closed, which the C functions take
}

func newToken(c *C.nf_token) *Token {
	t := &Token{c: c}
	runtime.SetFinalizer(t, (*Token).Close) // a net for who forgets it
	return t
}

// Close wipes and frees the token. Closing twice is fine.
func (t *Token) Close() {
	t.lock.Lock()
	defer t.lock.Unlock()
	runtime.SetFinalizer(t, nil)
	C.nf_token_free(t.c)
	t.c = nil
}

// Value returns the token itself: visible ASCII. A string cannot be wiped; see AppendValue.
func (t *Token) Value() string { return t.read(value) }

// AppendValue appends the token to dst, byte by byte. For no copy to be left dst needs the capacity for it: without, what dst
// holds moves to a new block, and the old one stays as it is.
func (t *Token) AppendValue(dst []byte) []byte { return t.append(dst, value) }

// Scheme returns the word that stands before the token in a request, "OAuth".
func (t *Token) Scheme() string { return t.read(scheme) }

// Authorization returns "OAuth <value>", ready to be the value of an Authorization header. A string cannot be wiped.
func (t *Token) Authorization() string { return t.read(authorization) }

// AppendAuthorization appends the same to dst, as AppendValue does.
func (t *Token) AppendAuthorization(dst []byte) []byte { return t.append(dst, authorization) }

// RefreshToken returns the refresh token; empty when the server sent none. Keep it: it is needed to renew the token and to
// migrate to the modern service. A string cannot be wiped.
func (t *Token) RefreshToken() string { return t.read(refreshToken) }

// AppendRefreshToken appends the same to dst, as AppendValue does.
func (t *Token) AppendRefreshToken(dst []byte) []byte { return t.append(dst, refreshToken) }

// InstanceURL returns the base URL that the token is to be used at, as the server spelt it; empty when the server named none,
// or one that a token must not be sent to.
func (t *Token) InstanceURL() string { return t.read(instanceURL) }

// ExpiresAt returns when the token expires, in UTC; false when the server's date cannot be read beyond doubt.
func (t *Token) ExpiresAt() (at time.Time, known bool) {
	t.lock.RLock()
	defer t.lock.RUnlock()
	seconds := int64(C.nf_token_expires_at(t.c))
	if t.c == nil || seconds < 0 {
		return time.Time{}, false
	}
	return time.Unix(seconds, 0).UTC(), true
}

// ExpirationDate returns the server's own text of that date, for a person to read.
func (t *Token) ExpirationDate() string { return t.read(expirationDate) }

// A C function has no value in Go, so each has one here.
func value(c *C.nf_token) *C.char          { return C.nf_token_value(c) }
func scheme(c *C.nf_token) *C.char         { return C.nf_token_scheme(c) }
func authorization(c *C.nf_token) *C.char  { return C.nf_token_authorization(c) }
func refreshToken(c *C.nf_token) *C.char   { return C.nf_token_refresh_token(c) }
func instanceURL(c *C.nf_token) *C.char    { return C.nf_token_instance_url(c) }
func expirationDate(c *C.nf_token) *C.char { return C.nf_token_expiration_date(c) }

// read and append hold the lock, and so the token, until C's text has been copied.
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
