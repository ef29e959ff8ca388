package nativeflow_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"nativeflow.example/nativeflow"
)

// Ten thousand calls are cancelled: before they enter C, at about the time when they enter it, and when their request is sent.
func TestCancelledCallsDoNotEndAnother(t *testing.T) {
	site := newSite(t)
	options := site.options
	options.KeepAlive = time.Minute
	var atRequest atomic.Pointer[context.CancelFunc]
	options.Log = func(_ nativeflow.Level, line string) {
		if cancel := atRequest.Load(); cancel != nil && strings.Contains(line, "] request") {
			(*cancel)()
		}
	}
	client := newClient(t, options)
	other := site.hold(context.Background(), t, client)
	mustEnd := func(err error) {
		t.Helper()
		mustBe(t, err, nativeflow.ErrCancelled)
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}

	requests, connections := site.requests.Load(), site.connections.Load()
	for i := 0; i < 4000; i++ {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, err := getToken(ctx, t, client, key, silentLogin, secret)
		mustEnd(err)
	}
	if site.requests.Load() != requests || site.connections.Load() != connections {
		t.Error(site.requests.Load()-requests, "requests were sent, over", site.connections.Load()-connections, "connections")
	}

	for i := 0; i < 4000; i++ {
		ctx, cancel := context.WithCancel(context.Background())
		ended := silent(ctx, t, client)
		for j := 0; j < i%100; j++ {
			runtime.Gosched()
		}
		cancel()
		mustEnd(end(t, ended))
	}

	requests = site.requests.Load()
	for i := 0; i < 2000; i++ {
		ctx, cancel := context.WithCancel(context.Background())
		atRequest.Store(&cancel)
		mustEnd(end(t, silent(ctx, t, client)))
	}
	atRequest.Store(nil)
	if site.requests.Load() == requests {
		t.Error("no call has sent its request")
	}

	mustRun(t, other)
	site.release()
	if err := end(t, other); err != nil {
		t.Error(err)
	}
}

// Cancel and Close end calls that have started in Go and not yet in C.
func TestCancelAndCloseEndEveryCall(t *testing.T) {
	site := newSite(t)
	for i := 0; i < 500; i++ {
		client := newClient(t, site.options)
		ended := make(chan error, 1)
		entered := &whenAsked{Context: context.Background(), do: client.Cancel}
		if i%2 == 1 {
			entered.do = client.Close
		}
		go func() {
			_, err := getToken(entered, t, client, key, silentLogin, secret)
			ended <- err
		}()
		mustBe(t, end(t, ended), nativeflow.ErrCancelled)
		client.Close()
	}
	if requests := site.requests.Load(); requests > 0 {
		t.Error(requests, "requests were sent")
	}
}

// whenAsked runs do when a call asks for Done: after the call has started, before it enters C.
type whenAsked struct {
	context.Context
	do func()
}

func (c *whenAsked) Done() <-chan struct{} {
	c.do()
	return c.Context.Done()
}

// The calls use one connection, and leave no goroutine although their context is not done.
func TestEndedCallsLeaveNoConnectionOrGoroutine(t *testing.T) {
	site := newSite(t)
	site.release()
	options := site.options
	options.KeepAlive = time.Minute
	client := newClient(t, options)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	call := func() {
		t.Helper()
		token, err := getToken(ctx, t, client, key, login, secret)
		if err != nil {
			t.Fatal(err)
		}
		token.Close()
	}
	call()
	goroutines := runtime.NumGoroutine()
	for i := 0; i < 20; i++ {
		call()
	}
	if connections := site.connections.Load(); connections != 1 {
		t.Error(connections, "connections")
	}
	if left := runtime.NumGoroutine() - goroutines; left > 10 { // the site has some too
		t.Error(left, "goroutines are left")
	}
}

// A call that Close has cancelled still writes to the log. After that, the log is released once: a second release would panic.
func TestLogIsReleasedAfterTheLastCall(t *testing.T) {
	freed := make(chan struct{})
	connected, goOn := make(chan struct{}), make(chan struct{})
	var last atomic.Value
	client := func() *nativeflow.Client {
		held := new([64]byte)
		runtime.SetFinalizer(held, func(*[64]byte) { close(freed) })
		options := stub(t, "silence-after-tls")
		options.Log = func(_ nativeflow.Level, line string) {
			held[0]++
			last.Store(line)
			if strings.Contains(line, "] connect") {
				connected <- struct{}{}
				<-goOn
			}
		}
		return newClient(t, options)
	}()
	ended := stuck(context.Background(), t, client)
	<-connected
	client.Close()
	for i := 0; i < 3; i++ {
		runtime.GC()
	}
	select {
	case <-freed:
		t.Fatal("released while a call runs")
	case <-time.After(10 * time.Millisecond):
	}
	close(goOn)
	mustBe(t, end(t, ended), nativeflow.ErrCancelled)
	if line := last.Load().(string); !strings.Contains(line, "] failed") {
		t.Error("the last line is", line)
	}
	collect(t, freed)
}

func TestLogIsReleasedIfOptionsAreInvalid(t *testing.T) {
	freed := make(chan struct{})
	func() {
		held := new([64]byte)
		runtime.SetFinalizer(held, func(*[64]byte) { close(freed) })
		_, err := nativeflow.NewClient(nativeflow.Options{
			BaseURL: "ftp://localhost",
			Log:     func(nativeflow.Level, string) { held[0]++ },
		})
		mustBe(t, err, nativeflow.ErrInvalidOption)
	}()
	collect(t, freed)
}
