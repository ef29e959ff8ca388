package nativeflow

// #include <stdint.h>
import "C"

import (
	"context"
	"math"
	"sync"
	"time"
)

// handles are the C handles of a client or a session: the first one, and a share for each running call. A context cancels the
// share of its call, and no other call.
type handles[H comparable] struct {
	c       functions[H]
	lock    sync.Mutex     // held briefly: no blocking call runs under it
	first   H              // nil: closed
	running map[H]struct{} // the shares of running calls
}

// functions are the C functions of a kind of handles.
type functions[H comparable] struct {
	name   string
	share  func(first H, limit C.uint32_t) (H, error)
	cancel func(H)
	free   func(H)
}

func newHandles[H comparable](c functions[H], first H) handles[H] {
	return handles[H]{c: c, first: first, running: make(map[H]struct{})}
}

// call runs a C function on a share of its own, which ctx cancels.
func (h *handles[H]) call(ctx context.Context, run func(share H) error) error {
	share, err := h.share(limit(ctx))
	if err != nil {
		return err
	}
	defer h.free(share)
	defer watch(ctx, func() { h.c.cancel(share) })()
	err = run(share)
	if failed, is := err.(*Error); is && (failed.Code == ErrCancelled || failed.Code == ErrTimeout) {
		failed.context = ctx.Err()
	}
	return err
}

// with runs a C function that does not block, on a share of its own too: a log function that it calls may call this package.
func (h *handles[H]) with(run func(share H) error) error {
	share, err := h.share(0)
	if err != nil {
		return err
	}
	defer h.free(share)
	return run(share)
}

// cancel cancels every running call. The shares stay cancelled, so a call that has not entered C yet fails there at once.
func (h *handles[H]) cancel() {
	h.lock.Lock()
	defer h.lock.Unlock()
	for share := range h.running {
		h.c.cancel(share)
	}
}

// close frees the first handle and cancels the running calls. A second close does nothing.
func (h *handles[H]) close() {
	h.lock.Lock()
	first := h.first
	var closed H
	h.first = closed
	h.lock.Unlock()
	h.cancel()
	h.c.free(first)
}

// share creates a handle for one call. Free it after the call has returned.
func (h *handles[H]) share(limit C.uint32_t) (H, error) {
	h.lock.Lock()
	defer h.lock.Unlock()
	var closed H
	if h.first == closed {
		return closed, &Error{
			Code:    ErrInvalidArgument,
			Message: "Invalid " + h.c.name + " (closed)",
			Remedy:  "Fix the calling program: close a " + h.c.name + " after its last call.",
		}
	}
	share, err := h.c.share(h.first, limit)
	if err == nil {
		h.running[share] = struct{}{}
	}
	return share, err
}

// free frees a share after its call.
func (h *handles[H]) free(share H) {
	h.lock.Lock()
	delete(h.running, share)
	h.lock.Unlock()
	h.c.free(share)
}

// limit returns the timeout of a share in milliseconds. It is 0 (the timeout of the first handle) unless ctx has a deadline. In
// that case ctx ends the call, and the timeout of C is one second later, so that it never comes first.
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

// watch calls cancel when ctx is done. If ctx is done already, it does so before the call starts, so that nothing is sent. Call
// stop after the call has returned and before its handle is freed.
func watch(ctx context.Context, cancel func()) (stop func()) {
	if ctx.Err() != nil {
		cancel()
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
			cancel()
		case <-returned:
		}
	}()
	return func() {
		close(returned)
		<-stopped
	}
}
