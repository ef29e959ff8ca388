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

// C reads the system's root certificates for each client that it makes, and that takes its time.
func TestNothingWaitsForAClientThatIsBeingMade(t *testing.T) {
	client := newClient(t, stub(t, "silence-after-tls"))
	running := stuck(context.Background(), t, client) // has the first C client
	mustRun(t, running)
	making, goOn := make(chan struct{}), make(chan struct{})
	defer close(goOn)
	nativeflow.BeforeNew(t, func() {
		making <- struct{}{}
		<-goOn
	})
	waiting := func(ctx context.Context) <-chan error {
		ended := stuck(ctx, t, client)
		select {
		case <-making:
		case <-time.After(10 * time.Second):
			t.Fatal("no client is made")
		}
		return ended
	}

	ctx, cancel := context.WithCancel(context.Background())
	first, second := waiting(ctx), waiting(context.Background())
	cancel()
	err := end(t, first)
	mustBe(t, err, nativeflow.ErrCancelled)
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	client.Cancel()
	mustBe(t, end(t, second), nativeflow.ErrCancelled)
	mustBe(t, end(t, running), nativeflow.ErrCancelled)

	running = stuck(context.Background(), t, client) // has the first C client again
	mustRun(t, running)
	last := waiting(context.Background())
	client.Close()
	mustBe(t, end(t, last), nativeflow.ErrCancelled)
	mustBe(t, end(t, running), nativeflow.ErrCancelled)
}
