package nativeflow_test

import (
	"context"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"nativeflow.example/nativeflow"
)

func TestTokenHasAllProperties(t *testing.T) {
	client := newClient(t, stub(t, ""))
	token, err := getToken(context.Background(), t, client, key, login, secret)
	if err != nil {
		t.Fatal(err)
	}
	value := token.Value()
	if value == "" || token.Scheme() != "OAuth" || token.Authorization() != "OAuth "+value {
		t.Error("value, scheme and authorization do not match")
	}
	if string(token.AppendValue([]byte("a "))) != "a "+value || string(token.AppendAuthorization(nil)) != "OAuth "+value {
		t.Error("the appended bytes differ")
	}
	room := make([]byte, 2, 2+len(value))
	if into := token.AppendValue(room); &into[0] != &room[0] || string(into[2:]) != value {
		t.Error("moved, although there was room")
	}
	if into := token.AppendValue(room[:2:2]); &into[0] == &room[0] || string(into[2:]) != value {
		t.Error("not moved, although there was no room")
	}
	if token.RefreshToken() == "" || string(token.AppendRefreshToken(nil)) != token.RefreshToken() {
		t.Error("no refresh token")
	}
	if !strings.HasPrefix(token.InstanceURL(), "https://localhost:") {
		t.Error("instance URL:", token.InstanceURL())
	}
	at, known := token.ExpiresAt()
	if times := token.Timings(); times.Connect < 0 || times.Server <= 0 || times.Total <= times.Server || token.RemoteAddress() == "" {
		t.Errorf("%+v", times)
	}
	if !known || at.Before(time.Now()) || at.Location() != time.UTC || token.ExpirationDate() == "" {
		t.Error("expiry:", at, known)
	}
	client.Close()
	if token.Value() != value {
		t.Error("closing the client has changed the token")
	}
	token.Close()
	token.Close()
	_, known = token.ExpiresAt()
	if token.Value() != "" || len(token.AppendValue(nil)) != 0 || token.InstanceURL() != "" || known {
		t.Error("not empty after Close")
	}
}

func TestExpiryIsUnknownWithoutDate(t *testing.T) {
	token, err := getToken(context.Background(), t, newClient(t, stub(t, "no-date")), key, login, secret)
	if err != nil {
		t.Fatal(err)
	}
	defer token.Close()
	if at, known := token.ExpiresAt(); known {
		t.Error("known:", at)
	}
}

func TestRemedyNamesNoFunctionOfC(t *testing.T) {
	options := stub(t, "")
	options.CAFile = ""
	_, err := getToken(context.Background(), t, newClient(t, options), key, login, secret)
	failed := mustBe(t, err, nativeflow.ErrTLSUntrusted)
	if !strings.Contains(failed.Remedy, "Options.CAFile") || strings.Contains(failed.Remedy, "nf_") {
		t.Error(failed.Remedy)
	}
}

func TestRejectionHasMessageAndRemedy(t *testing.T) {
	client := newClient(t, stub(t, ""))
	_, err := getToken(context.Background(), t, client, key, login, "another secret")
	failed := mustBe(t, err, nativeflow.ErrDenied)
	if failed.Name() != "NF_DENIED" || failed.HTTPStatus != 403 || failed.RetryAfter != 0 || failed.ServerCode != -1 {
		t.Errorf("%+v", failed)
	}
	if failed.Message == "" || failed.Remedy == "" || failed.ServerMessage == "" || failed.CallID == "" {
		t.Errorf("%+v", failed)
	}
	if times := failed.Timings; times.Connect < 0 || times.TLS <= 0 || times.Server <= 0 || times.Total <= times.Server {
		t.Errorf("%+v", times)
	}
	if err.Error() != "NF_DENIED: "+failed.Message+". "+failed.Remedy {
		t.Error(err)
	}
}

func TestBusyServerSetsRetryAfter(t *testing.T) {
	_, err := getToken(context.Background(), t, newClient(t, stub(t, "busy")), key, login, secret)
	if failed := mustBe(t, err, nativeflow.ErrBusy); failed.RetryAfter != 2*time.Minute {
		t.Error(failed.RetryAfter)
	}
}

func TestSecretsAreZeroedIfArgumentsAreInvalid(t *testing.T) {
	client := newClient(t, stub(t, ""))
	for _, wrong := range []struct {
		key, login, secret string
		code               nativeflow.Code
	}{
		{"a\x00b", login, secret, nativeflow.ErrInvalidArgument},
		{key, "a\x00b", secret, nativeflow.ErrInvalidArgument},
		{key, login, "a\x00b", nativeflow.ErrInvalidArgument},
		{key, "a\x00b", "a\x00b", nativeflow.ErrInvalidArgument},
		{key, "a:b", secret, nativeflow.ErrInvalidArgument},
		{key, login, "\xff", nativeflow.ErrInvalidUTF8},
		{"", login, secret, nativeflow.ErrInvalidArgument},
	} {
		_, err := getToken(context.Background(), t, client, wrong.key, wrong.login, wrong.secret)
		mustBe(t, err, wrong.code)
	}
	_, err := client.GetToken(context.Background(), key, nil, nil)
	mustBe(t, err, nativeflow.ErrInvalidArgument)
	_, err = client.GetToken(context.Background(), key, []byte(login), nil) // a user without a password, who does not exist
	mustBe(t, err, nativeflow.ErrDenied)
}

// To the server, zeros would be a wrong password, which counts as a failed login.
func TestUsedLoginAndSecretAreNamedAsSuch(t *testing.T) {
	client := newClient(t, stub(t, ""))
	usedLogin, usedSecret := []byte(login), []byte(secret)
	token, err := client.GetToken(context.Background(), key, usedLogin, usedSecret)
	if err != nil {
		t.Fatal(err)
	}
	token.Close()
	for _, again := range [][2][]byte{
		{usedLogin, usedSecret}, {[]byte(login), usedSecret}, {usedLogin, []byte(secret)}, {usedLogin, nil},
	} {
		_, err := client.GetToken(context.Background(), key, again[0], again[1])
		failed := mustBe(t, err, nativeflow.ErrInvalidArgument)
		if !strings.Contains(failed.Message, "used before; a call overwrites it with zeros") ||
			!strings.Contains(failed.Remedy, "make a new one for each call") {
			t.Error(failed)
		}
	}
	_, err = client.GetToken(context.Background(), key, []byte(login), []byte("a\x00b"))
	if failed := mustBe(t, err, nativeflow.ErrInvalidArgument); strings.Contains(failed.Message, "used before") {
		t.Error(failed)
	}
}

func TestCallsRunConcurrently(t *testing.T) {
	options := stub(t, "")
	options.KeepAlive = time.Minute
	client := newClient(t, options)
	var all sync.WaitGroup
	for i := 0; i < 16; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for j := 0; j < 8; j++ {
				token, err := getToken(context.Background(), t, client, key, login, secret)
				if err != nil {
					t.Error(err)
					return
				}
				for k := 0; k < 2; k++ {
					all.Add(1)
					go func() {
						defer all.Done()
						token.Authorization()
						token.Close()
					}()
				}
			}
		}()
	}
	all.Wait()
}

func TestCloseEndsRunningCalls(t *testing.T) {
	client := newClient(t, stub(t, "silence-after-tls"))
	first, second := stuck(context.Background(), t, client), stuck(context.Background(), t, client)
	mustRun(t, first)
	client.Close()
	client.Close()
	client.Cancel()
	mustBe(t, end(t, first), nativeflow.ErrCancelled)
	mustBe(t, end(t, second), nativeflow.ErrCancelled)
	_, err := getToken(context.Background(), t, client, key, login, secret)
	mustBe(t, err, nativeflow.ErrInvalidArgument)
}

// When a client is freed, its log function is freed too, with the data that the function refers to.
func TestUnclosedClientIsFreedByTheCollector(t *testing.T) {
	freed := make(chan struct{})
	func() {
		held := new([64]byte)
		runtime.SetFinalizer(held, func(*[64]byte) { close(freed) })
		options := stub(t, "")
		options.Log = func(nativeflow.Level, string) { held[0]++ }
		client, err := nativeflow.NewClient(options)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := getToken(context.Background(), t, client, key, login, secret); err != nil {
			t.Fatal(err)
		}
	}()
	collect(t, freed)
}

// collect runs the garbage collector until a finalizer has closed freed.
func collect(t *testing.T, freed <-chan struct{}) {
	t.Helper()
	for i := 0; i < 1000; i++ {
		runtime.GC()
		select {
		case <-freed:
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
	t.Fatal("it is not freed")
}
