package nativeflow_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"nativeflow.example/nativeflow"
)

func TestAContextEndsItsOwnCallOnly(t *testing.T) {
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

func TestAClientIsUsableAfterCancel(t *testing.T) {
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

func TestADeadlineEndsACall(t *testing.T) {
	client := newClient(t, stub(t, "silence-after-tls"))
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	err := end(t, stuck(ctx, t, client))
	mustBe(t, err, nativeflow.ErrCancelled)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

func TestTheTimeoutOfAClientIsNoContexts(t *testing.T) {
	options := stub(t, "silence-after-tls")
	options.Timeout = 100 * time.Millisecond
	err := end(t, stuck(context.Background(), t, newClient(t, options)))
	mustBe(t, err, nativeflow.ErrTimeout)
	if errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

func TestAContextThatIsDoneSendsNothing(t *testing.T) {
	client := newClient(t, stub(t, ""))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := getToken(ctx, t, client, key, login, secret)
	mustBe(t, err, nativeflow.ErrCancelled)
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// C cancels only what runs: a context that ends while a call is about to begin must end it all the same.
func TestNoCancelIsLost(t *testing.T) {
	client := newClient(t, stub(t, "silence-after-tls"))
	for i := 0; i < 300; i++ {
		ctx, cancel := context.WithCancel(context.Background())
		ended := stuck(ctx, t, client)
		time.Sleep(time.Duration(i) * time.Microsecond)
		cancel()
		mustBe(t, end(t, ended), nativeflow.ErrCancelled)
	}
}
