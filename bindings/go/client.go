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
// nil for a user without a password. The login is sent once; the library never sends it again.
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
	share, err := c.share(limit(ctx))
	if err != nil {
		return nil, err
	}
	defer c.free(share)
	defer watch(ctx, share)()
	var got *C.nf_token
	if failed := C.nf_client_get_token(share, key.start, cLogin.start, cSecret.start, &got); failed != nil {
		err := takeError(failed)
		if err.Code == ErrCancelled || err.Code == ErrTimeout {
			err.context = ctx.Err()
		}
		return nil, err
	}
	return newToken(got), nil
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
