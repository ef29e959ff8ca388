package nativeflow_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"nativeflow.example/nativeflow"
)

func TestContextEndsOnlyItsOwnCall(t *testing.T) {
	client := newClient(t, stub(t, "silence-after-tls"))
	ctx, cancel := context.WithCancel(context.Background())
	other, cancelOther := context.WithCancel(context.Background())
	defer cancelOther()
	first, second, third := stuck(ctx, t, client), stuck(other, t, client), stuck(context.Background(), t, client)
	mustRun(t, first)
	cancel()
	err := end(t, first)
	mustBe(t, err, nativeflow.ErrCancelled)
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	mustRun(t, second)
	mustRun(t, third)
	client.Cancel()
	for _, ended := range []<-chan error{second, third} {
		err := end(t, ended)
		mustBe(t, err, nativeflow.ErrCancelled)
		if errors.Is(err, context.Canceled) {
			t.Error("no context ended this:", err)
		}
	}
}

func TestClientIsUsableAfterCancel(t *testing.T) {
	client := newClient(t, stub(t, ""))
	client.Cancel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := getToken(ctx, t, client, key, login, secret)
	mustBe(t, err, nativeflow.ErrCancelled)
	token, err := getToken(context.Background(), t, client, key, login, secret)
	if err != nil {
		t.Fatal(err)
	}
	token.Close()
}

func TestDeadlineEndsItsCall(t *testing.T) {
	client := newClient(t, stub(t, "silence-after-tls"))
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	err := end(t, stuck(ctx, t, client))
	mustBe(t, err, nativeflow.ErrCancelled)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

func TestClientTimeoutIsNotAContextError(t *testing.T) {
	options := stub(t, "silence-after-tls")
	options.Timeout = 100 * time.Millisecond
	err := end(t, stuck(context.Background(), t, newClient(t, options)))
	mustBe(t, err, nativeflow.ErrTimeout)
	if errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

// A call with a deadline continues when a call without one has reached the client's timeout.
func TestDeadlineMayBeLaterThanTheTimeout(t *testing.T) {
	site := newSite(t)
	options := site.options
	options.Timeout = 100 * time.Millisecond
	client := newClient(t, options)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	held := site.hold(ctx, t, client)
	mustBe(t, end(t, silent(context.Background(), t, client)), nativeflow.ErrTimeout)
	mustRun(t, held)
	site.release()
	if err := end(t, held); err != nil {
		t.Error(err)
	}
}

func TestDoneContextSendsNothing(t *testing.T) {
	client := newClient(t, stub(t, ""))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := getToken(ctx, t, client, key, login, secret)
	mustBe(t, err, nativeflow.ErrCancelled)
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
