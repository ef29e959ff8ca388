package nativeflow

// #include <nativeflow.h>
import "C"

import (
	"context"
	"math"
	"runtime"
	"sync"
	"time"
)

// Client gets tokens from one service. Each call has its own share of it (nf_client_share): a context cancels the share, and
// no other call. All calls use the same connections.
type Client struct {
	lock    sync.Mutex                // held briefly: no blocking call runs under it
	first   *C.nf_client              // nil: closed
	running map[*C.nf_client]struct{} // the shares of running calls
}

// NewClient creates a client from options. Close it after its last call. NewClient fails with ErrInvalidOption if the value of
// an option is invalid.
func NewClient(options Options) (*Client, error) {
	made := C.nf_options_new()
	defer C.nf_options_free(made)
	if err := options.apply(made); err != nil {
		return nil, err
	}
	c := &Client{running: make(map[*C.nf_client]struct{})}
	if err := check(C.nf_client_new(made, &c.first)); err != nil {
		return nil, err
	}
	runtime.SetFinalizer(c, (*Client).Close) // in case the program does not close it
	return c, nil
}

// GetToken gets an access token for a user. login and secret are overwritten with zeros, on success and failure. secret may be
// nil for a user without a password. The login is sent once. Exception: if the OAuth 2.0 service answers that it has not checked
// the login, because the user belongs to another trusted host, it is sent there, once.
//
// GetToken blocks until ctx is done. If ctx has no deadline, it blocks for at most the client's timeout. It returns within 10
// ms of either. A deadline of ctx may be later than the client's timeout. A call that ctx ends fails with both ErrCancelled and
// ctx.Err(). The server may have issued a token that was not received.
//
// GetToken fails with ErrDenied if the server rejects the login, the secret or the key. Do not retry, because the account may
// be locked.
func (c *Client) GetToken(ctx context.Context, consumerKey string, login, secret []byte) (*Token, error) {
	// Both are moved before any error is returned: an error with one must not leave the other in memory.
	cLogin, loginErr := moveText(login)
	defer cLogin.free()
	cSecret, secretErr := moveText(secret)
	defer cSecret.free()
	key, err := newText(consumerKey)
	defer key.free()
	for _, failed := range []error{loginErr, secretErr, err} {
		if failed != nil {
			return nil, failed
		}
	}
	var got *C.nf_token
	err = c.call(ctx, func(share *C.nf_client) *C.nf_error {
		return C.nf_client_get_token(share, key.start, cLogin.start, cSecret.start, &got)
	})
	return tokenOf(got, err)
}

// RefreshToken gets another access token for the refresh token of token, which does not change. The client must use the service
// that issued token, with the client secret of the application. Store the refresh token of the new token: only that one may be
// valid. RefreshToken blocks as GetToken does. It fails with ErrRefreshExpired if the server rejects the refresh token.
func (c *Client) RefreshToken(ctx context.Context, consumerKey string, token *Token) (*Token, error) {
	key, err := newText(consumerKey)
	defer key.free()
	if err != nil {
		return nil, err
	}
	old, err := token.hold()
	if err != nil {
		return nil, err
	}
	defer token.release()
	var got *C.nf_token
	err = c.call(ctx, func(share *C.nf_client) *C.nf_error {
		return C.nf_client_refresh_token(share, key.start, old, &got)
	})
	return tokenOf(got, err)
}

// RevokeToken revokes a token. admin is nil, or in the Native Flow the token of an administrator; without one, a token revokes
// itself. The OAuth 2.0 service ends all refresh tokens of the token's user for the application. RevokeToken blocks as GetToken
// does. It does not close the token.
func (c *Client) RevokeToken(ctx context.Context, token, admin *Token) error {
	revoked, err := token.hold()
	if err != nil {
		return err
	}
	defer token.release()
	var by *C.nf_token
	if admin != nil {
		if by, err = admin.hold(); err != nil {
			return err
		}
		defer admin.release()
	}
	return c.call(ctx, func(share *C.nf_client) *C.nf_error { return C.nf_client_revoke_token(share, revoked, by) })
}

// GetApplicationToken gets an access token for the application itself, from the OAuth 2.0 service. It blocks as GetToken does.
func (c *Client) GetApplicationToken(ctx context.Context, clientID string) (*Token, error) {
	key, err := newText(clientID)
	defer key.free()
	if err != nil {
		return nil, err
	}
	var got *C.nf_token
	err = c.call(ctx, func(share *C.nf_client) *C.nf_error {
		return C.nf_client_get_application_token(share, key.start, &got)
	})
	return tokenOf(got, err)
}

// call runs a C function on a share of its own, which ctx cancels.
func (c *Client) call(ctx context.Context, run func(share *C.nf_client) *C.nf_error) error {
	share, err := c.share(limit(ctx))
	if err != nil {
		return err
	}
	defer c.free(share)
	defer watch(ctx, share)()
	if from := run(share); from != nil {
		failed := takeError(from)
		if failed.Code == ErrCancelled || failed.Code == ErrTimeout {
			failed.context = ctx.Err()
		}
		return failed
	}
	return nil
}

// Cancel cancels every running call: they fail with ErrCancelled. The client can still be used; calls that start later are not
// cancelled.
func (c *Client) Cancel() {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.cancelRunning()
}

// Close frees the client. Running calls fail with ErrCancelled within 10 ms; Close does not wait for them. Tokens do not
// change. A second Close does nothing.
func (c *Client) Close() {
	c.lock.Lock()
	first := c.first
	c.first = nil
	c.cancelRunning()
	c.lock.Unlock()
	runtime.SetFinalizer(c, nil)
	C.nf_client_free(first)
}

// cancelRunning cancels the shares. They stay cancelled, so a call that has not entered C yet fails there at once. The caller
// holds the lock.
func (c *Client) cancelRunning() {
	for share := range c.running {
		C.nf_client_cancel(share)
	}
}

// limit returns the timeout of a share in milliseconds. It is 0 (the client's timeout) unless ctx has a deadline. In that case
// ctx ends the call, and the timeout of C is one second later, so that it never comes first.
func limit(ctx context.Context) C.uint32_t {
	deadline, limited := ctx.Deadline()
	if !limited {
		return 0
	}
	left := time.Until(deadline)
	if left < 0 {
		left = 0
	}
	if left > longest-time.Second {
		return math.MaxUint32
	}
	return milliseconds(left + time.Second)
}

// share creates a handle for one call. Free it after the call has returned.
func (c *Client) share(limit C.uint32_t) (*C.nf_client, error) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.first == nil {
		return nil, &Error{
			Code:    ErrInvalidArgument,
			Message: "Invalid client (closed)",
			Remedy:  "Fix the calling program: close a client after its last call.",
		}
	}
	var share *C.nf_client
	if err := check(C.nf_client_share(c.first, limit, &share)); err != nil {
		return nil, err
	}
	c.running[share] = struct{}{}
	return share, nil
}

// free frees a share after its call.
func (c *Client) free(share *C.nf_client) {
	c.lock.Lock()
	delete(c.running, share)
	c.lock.Unlock()
	C.nf_client_free(share)
}

// watch cancels share when ctx is done. If ctx is done already, it cancels share before the call starts, so that nothing is
// sent. Call stop after the call has returned and before share is freed.
func watch(ctx context.Context, share *C.nf_client) (stop func()) {
	if ctx.Err() != nil {
		C.nf_client_cancel(share)
		return func() {}
	}
	if ctx.Done() == nil {
		return func() {}
	}
	returned, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		select {
		case <-ctx.Done():
			C.nf_client_cancel(share)
		case <-returned:
		}
	}()
	return func() {
		close(returned)
		<-stopped
	}
}
