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

// Client gets tokens from one service. Each call has a share of it (nf_client_share), which a context cancels without
// touching other calls. All calls use the same connections.
type Client struct {
	lock    sync.Mutex                // held for moments only: no call that takes its time runs under it
	first   *C.nf_client              // nil: closed
	running map[*C.nf_client]struct{} // the shares of calls that run
}

// NewClient makes a client, to be closed when it is used no more. It fails with ErrInvalidOption when an option has a value
// that cannot be used.
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
	runtime.SetFinalizer(c, (*Client).Close) // a net for who forgets it
	return c, nil
}

// GetToken gets an access token for a user. login and secret are zeros when it returns, whatever happened; secret may be nil
// for a user without password. The login is sent once, and never again by itself.
//
// It blocks until ctx is done; if ctx has no deadline, for at most the client's timeout. It returns within 10 ms of either. A
// deadline of ctx may be later than the client's timeout. A call that ctx has ended fails with ErrCancelled and ctx.Err()
// both, and the server may have issued a token that nobody has received.
//
// It fails with ErrDenied when login, secret or key is refused: do not retry, the account may lock.
func (c *Client) GetToken(ctx context.Context, consumerKey string, login, secret []byte) (*Token, error) {
	// Both at once: an error with one must not leave the other.
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

// Cancel ends all calls that are running, with ErrCancelled. The client stays usable, and calls that begin later are not
// touched.
func (c *Client) Cancel() {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.cancelRunning()
}

// Close frees the client. Calls that are running end with ErrCancelled within 10 ms, and nobody waits for them. Tokens stay
// as they are. Closing twice is fine.
func (c *Client) Close() {
	c.lock.Lock()
	first := c.first
	c.first = nil
	c.cancelRunning()
	c.lock.Unlock()
	runtime.SetFinalizer(c, nil)
	C.nf_client_free(first)
}

// cancelRunning cancels shares, which stay cancelled: a call that has not reached C yet ends there at once. It is called with
// the lock held.
func (c *Client) cancelRunning() {
	for share := range c.running {
		C.nf_client_cancel(share)
	}
}

// limit is the timeout of a share in milliseconds: that of the client (0) unless ctx has a deadline. In that case ctx ends the
// call, so the limit of C is a second later. Otherwise it would be chance which of the two comes first.
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

// share gives a call a handle of its own, to be freed when the call has returned.
func (c *Client) share(limit C.uint32_t) (*C.nf_client, error) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.first == nil {
		return nil, &Error{
			Code:    ErrInvalidArgument,
			Message: "The client is closed",
			Remedy:  "Correct the calling program: close a client after its last call.",
		}
	}
	var share *C.nf_client
	if err := check(C.nf_client_share(c.first, limit, &share)); err != nil {
		return nil, err
	}
	c.running[share] = struct{}{}
	return share, nil
}

// free frees a share that has no call any more.
func (c *Client) free(share *C.nf_client) {
	c.lock.Lock()
	delete(c.running, share)
	c.lock.Unlock()
	C.nf_client_free(share)
}

// watch cancels share when ctx is done; if it is done now, before the call begins, so that nothing is sent. To be stopped when
// the call has returned, before share is freed.
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
