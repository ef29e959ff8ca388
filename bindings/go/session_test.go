package nativeflow_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"nativeflow.example/nativeflow"
)

// vault is a SecretFunc that counts its calls.
type vault struct {
	secret   string
	err      error
	calls    atomic.Int32
	lastCode atomic.Int32
}

func (v *vault) read(login []byte, lastCode nativeflow.Code, buffer []byte) (int, error) {
	if len(login) == 0 || len(buffer) < 2048 {
		panic("wrong arguments")
	}
	v.calls.Add(1)
	v.lastCode.Store(int32(lastCode))
	return copy(buffer, v.secret), v.err
}

// newSession creates a session of the demo user. Its client is closed already.
func newSession(t *testing.T, secrets nativeflow.SecretFunc) *nativeflow.Session {
	t.Helper()
	options := stub(t, "")
	options.Secret, options.RefreshMargin = secrets, time.Minute
	client := newClient(t, options)
	session, err := client.NewSession(key, []byte(login))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(session.Close)
	client.Close()
	return session
}

func mustGet(t *testing.T, session *nativeflow.Session) *nativeflow.Token {
	t.Helper()
	token, err := session.GetToken(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(token.Close)
	return token
}

func TestSessionAsksOnceForAllGoroutines(t *testing.T) {
	from := &vault{secret: secret}
	session := newSession(t, from.read)
	values := make([]string, 16)
	var all sync.WaitGroup
	for i := range values {
		all.Add(1)
		go func(i int) {
			defer all.Done()
			values[i] = mustGet(t, session).Value()
		}(i)
	}
	all.Wait()
	for _, value := range values {
		if value == "" || value != values[0] {
			t.Fatal("the goroutines have got different tokens")
		}
	}
	if from.calls.Load() != 1 {
		t.Error(from.calls.Load(), "logins")
	}
}

func TestSessionRenewsARejectedTokenAndLogsOut(t *testing.T) {
	from := &vault{secret: secret}
	session := newSession(t, from.read)
	first := mustGet(t, session)
	for i := 0; i < 2; i++ {
		if err := session.RejectToken(first); err != nil {
			t.Fatal(err)
		}
		if second := mustGet(t, session); second.Value() == first.Value() || from.calls.Load() != 2 {
			t.Error("no other token, or more than one")
		}
	}
	if err := session.SetToken(first); err != nil {
		t.Error(err)
	}
	mustHaveState(t, session, "fresh")
	if err := session.LogOut(context.Background()); err != nil {
		t.Error(err)
	}
	mustHaveState(t, session, "none")
	session.Close()
	_, err := session.GetToken(context.Background())
	if failed := mustBe(t, err, nativeflow.ErrInvalidArgument); failed.Message != "Invalid session (closed)" {
		t.Error(failed)
	}
}

func mustHaveState(t *testing.T, session *nativeflow.Session, state string) {
	t.Helper()
	if text, err := session.Status(); err != nil || !strings.Contains(string(text), `"state":"`+state+`"`) {
		t.Error(string(text), err)
	}
}

func TestRefusedSecretIsHeldBack(t *testing.T) {
	from := &vault{secret: "a wrong secret of the session"}
	session := newSession(t, from.read)
	_, err := session.GetToken(context.Background())
	mustBe(t, err, nativeflow.ErrDenied)
	_, err = session.GetToken(context.Background())
	failed := mustBe(t, err, nativeflow.ErrHeldBack)
	if strings.Contains(failed.Remedy, "nf_") || failed.RetryAfter != 0 || from.lastCode.Load() != int32(nativeflow.ErrDenied) {
		t.Errorf("%+v", failed)
	}
	mustHaveState(t, session, "held")
	if err := session.ClearHold(); err != nil {
		t.Error(err)
	}
	from.secret = secret
	mustGet(t, session)
}

func TestSessionWithoutSecretAsksForOne(t *testing.T) {
	for _, test := range []struct {
		secrets  nativeflow.SecretFunc
		code     nativeflow.Code
		canRetry bool
	}{
		{nil, nativeflow.ErrSecretNeeded, false},
		{(&vault{err: nativeflow.ErrNoSecret}).read, nativeflow.ErrSecretNeeded, false},
		{(&vault{err: errors.New("the vault does not answer")}).read, nativeflow.ErrSecretNeeded, true},
		{func([]byte, nativeflow.Code, []byte) (int, error) { panic("is ignored") }, nativeflow.ErrSecretNeeded, true},
		{func(_ []byte, _ nativeflow.Code, b []byte) (int, error) { return len(b) + 1, nil }, nativeflow.ErrInvalidArgument, false},
		{func([]byte, nativeflow.Code, []byte) (int, error) { return -1, nil }, nativeflow.ErrInvalidArgument, false},
	} {
		_, err := newSession(t, test.secrets).GetToken(context.Background())
		if failed := mustBe(t, err, test.code); (failed.RetryAfter != 0) != test.canRetry || strings.Contains(failed.Remedy, "nf_") {
			t.Errorf("%+v", failed)
		}
	}

	session, wanted := newSession(t, nil), []byte(secret)
	token, err := session.LogIn(context.Background(), wanted)
	if err != nil {
		t.Fatal(err)
	}
	token.Close()
	mustBeZero(t, "secret", wanted)
	_, err = session.LogIn(context.Background(), wanted)
	mustBe(t, err, nativeflow.ErrInvalidArgument)
}

func TestContextEndsACallOfASession(t *testing.T) {
	options := stub(t, "silence-after-tls")
	options.Secret = (&vault{secret: secret}).read
	client := newClient(t, options)
	session, err := client.NewSession(key, []byte(login))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(session.Close)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		_, err := session.GetToken(ctx)
		ended <- err
	}()
	mustRun(t, ended)
	cancel()
	err = end(t, ended)
	mustBe(t, err, nativeflow.ErrCancelled)
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := client.NewSession(key, []byte("a:b")); !errors.Is(err, nativeflow.ErrInvalidArgument) {
		t.Error(err)
	}
	if err := client.ClearHold(key, []byte(login)); err != nil {
		t.Error(err)
	}
}
