package nativeflow

// #include <nativeflow.h>
import "C"

import (
	"context"
	"runtime"
	"runtime/cgo"
	"sync"
	"time"
)

// Client gets tokens from one service. It is many clients of C: a call has one to itself, for C cancels all calls of a
// client at once, and a context must end its own call only.
type Client struct {
	lock      sync.Mutex     // held for moments only: C functions that take their time run without it
	options   *C.nf_options  // nil: freed. There while a call is counted
	log       cgo.Handle     // the same; 0: none
	idle      []*C.nf_client // for calls to come, with the connections that they keep
	running   int            // calls that are counted: see enter
	cancelled chan struct{}  // closed to end the calls that got it
	closed    bool
}

// As many as C keeps connections.
const mostIdle = 8

// NewClient makes a client, to be closed when it is used no more. It fails with ErrInvalidOption when an option has a value
// that cannot be used.
func NewClient(options Options) (*Client, error) {
	c := &Client{options: C.nf_options_new(), cancelled: make(chan struct{})}
	runtime.SetFinalizer(c, (*Client).Close) // a net for who forgets it
	var err error
	c.log, err = options.apply(c.options)
	if err == nil {
		var first *C.nf_client
		if first, _, err = c.enter(context.Background()); err == nil {
			c.leave(first)
		}
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// GetToken gets an access token for a user. login and secret are zeros when it returns, whatever happened; secret may be nil
// for a user without password. The login is sent once, and never again by itself.
//
// It blocks until ctx is done, or for the client's timeout; it returns within 10 ms of either. A call that ctx has ended
// fails with ErrCancelled and ctx.Err() both, and the server may have issued a token that nobody has received.
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
	if err := unbegun(ctx, nil); err != nil {
		return nil, err
	}
	client, cancelled, err := c.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer c.leave(client)
	if err := unbegun(ctx, cancelled); err != nil {
		return nil, err
	}
	stop := watch(ctx, cancelled, client)
	var got *C.nf_token
	failed := C.nf_client_get_token(client, key.start, cLogin.start, cSecret.start, &got)
	stop()
	if failed != nil {
		err := takeError(failed)
		if err.Code == ErrCancelled {
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
	if !c.closed {
		close(c.cancelled)
		c.cancelled = make(chan struct{})
	}
}

// Close frees the client. Calls that are running end with ErrCancelled within 10 ms, and nobody waits for them. Tokens stay
// as they are. Closing twice is fine.
func (c *Client) Close() {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.closed {
		return
	}
	c.closed = true
	runtime.SetFinalizer(c, nil)
	close(c.cancelled)
	for _, client := range c.idle {
		C.nf_client_free(client)
	}
	c.idle = nil
	c.freeWhenUnused()
}

// unbegun tells whether ctx is done or cancelled closed, and the call is therefore not to begin.
func unbegun(ctx context.Context, cancelled <-chan struct{}) error {
	select {
	case <-ctx.Done():
	case <-cancelled:
	default:
		return nil
	}
	return &Error{
		Code:    ErrCancelled,
		Message: "The call was cancelled before it began",
		Remedy:  "Ignore this if it was intended. No Concur credentials were sent.",
		context: ctx.Err(),
	}
}

// enter counts a call in. It gives what the call has to itself until it leaves, and what is closed to end it. It fails when
// one of the two ends the call before there is a C client for it.
func (c *Client) enter(ctx context.Context) (client *C.nf_client, cancelled <-chan struct{}, err error) {
	client, cancelled, err = c.begin()
	if err != nil || client != nil {
		return client, cancelled, err
	}
	// C reads the system's root certificates, which takes longer than a call may go on after its end: it does not wait.
	type result struct {
		client *C.nf_client
		err    error
	}
	made, abandoned := make(chan result), make(chan struct{})
	go func() {
		var own result
		beforeNew()
		own.err = check(C.nf_client_new(c.options, &own.client))
		select {
		case made <- own:
		case <-abandoned:
			c.leave(own.client)
		}
	}()
	select {
	case own := <-made:
		if own.err != nil {
			c.leave(nil)
		}
		return own.client, cancelled, own.err
	case <-ctx.Done():
	case <-cancelled:
	}
	close(abandoned)
	return nil, nil, unbegun(ctx, cancelled)
}

// beforeNew is for tests.
var beforeNew = func() {}

// begin counts a call in, and gives it a C client if one is idle.
func (c *Client) begin() (client *C.nf_client, cancelled <-chan struct{}, err error) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.closed {
		return nil, nil, &Error{
			Code:    ErrInvalidArgument,
			Message: "The client is closed",
			Remedy:  "Correct the calling program: close a client after its last call.",
		}
	}
	if last := len(c.idle) - 1; last >= 0 {
		client, c.idle = c.idle[last], c.idle[:last]
	}
	c.running++
	return client, c.cancelled, nil
}

// leave counts a call out. client is the one that it had, or nil.
func (c *Client) leave(client *C.nf_client) {
	c.lock.Lock()
	c.running--
	if client != nil && !c.closed && len(c.idle) < mostIdle {
		c.idle = append(c.idle, client)
		client = nil
	}
	c.freeWhenUnused()
	c.lock.Unlock()
	if client != nil {
		C.nf_client_free(client)
	}
}

// freeWhenUnused lets go of the options and the log when no call needs them any more.
func (c *Client) freeWhenUnused() {
	if !c.closed || c.running > 0 {
		return
	}
	C.nf_options_free(c.options)
	c.options = nil
	if c.log != 0 {
		c.log.Delete()
		c.log = 0
	}
}

// watch cancels the call on client when ctx is done or cancelled is closed. To be stopped when the call has returned, before
// client gets another.
func watch(ctx context.Context, cancelled <-chan struct{}, client *C.nf_client) (stop func()) {
	returned, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		select {
		case <-ctx.Done():
		case <-cancelled:
		case <-returned:
			return
		}
		// C cancels running calls only, and this one may not have begun yet: again and again, until it has returned.
		for {
			C.nf_client_cancel(client)
			select {
			case <-time.After(time.Millisecond):
			case <-returned:
				return
			}
		}
	}()
	return func() {
		close(returned)
		<-stopped
	}
}
