package nativeflow_test

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"nativeflow.example/nativeflow"
)

// The demo user of nativeflow-stub.
const key, login, secret = "kX3demoConsumerKey0123", "john_developer@hotmail.com", "Travel&Expense$2012"

// stub returns options for a scenario of the mock server at NATIVEFLOW_TEST_URL, whose CA certificate is in
// NATIVEFLOW_TEST_CA_FILE. If these are not set, the test is skipped, or fails if NATIVEFLOW_TEST_REQUIRED is set.
func stub(t *testing.T, scenario string) nativeflow.Options {
	t.Helper()
	url, ca := os.Getenv("NATIVEFLOW_TEST_URL"), os.Getenv("NATIVEFLOW_TEST_CA_FILE")
	if url == "" || ca == "" {
		skip(t, "NATIVEFLOW_TEST_URL or NATIVEFLOW_TEST_CA_FILE is not set")
	}
	if scenario != "" {
		url += "/scenario/" + scenario
	}
	options := nativeflow.Options{BaseURL: url, CAFile: ca}
	if scenario == "silence-after-tls" { // the tests cancel calls whose requests were sent
		options.HoldBack = -1
	}
	return options
}

func skip(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("NATIVEFLOW_TEST_REQUIRED") != "" {
		t.Fatal(why)
	}
	t.Skip(why)
}

func newClient(t *testing.T, options nativeflow.Options) *nativeflow.Client {
	t.Helper()
	client, err := nativeflow.NewClient(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	if err := client.ClearHold(key, []byte(login)); err != nil { // of another test
		t.Fatal(err)
	}
	return client
}

// getToken calls GetToken with copies of login and secret, and checks that they are zeros afterwards.
func getToken(ctx context.Context, t *testing.T, client *nativeflow.Client, key, login, secret string) (*nativeflow.Token, error) {
	t.Helper()
	loginBytes, secretBytes := []byte(login), []byte(secret)
	token, err := client.GetToken(ctx, key, loginBytes, secretBytes)
	mustBeZero(t, "login", loginBytes)
	mustBeZero(t, "secret", secretBytes)
	if (token == nil) == (err == nil) {
		t.Error("expected either a token or an error")
	}
	return token, err
}

func mustBeZero(t *testing.T, what string, bytes []byte) {
	t.Helper()
	for _, b := range bytes {
		if b != 0 {
			t.Fatalf("%s is not zero", what)
		}
	}
}

// mustBe fails unless err is an *Error with this code.
func mustBe(t *testing.T, err error, code nativeflow.Code) *nativeflow.Error {
	t.Helper()
	var failed *nativeflow.Error
	if !errors.As(err, &failed) || !errors.Is(err, code) || failed.Code != code {
		t.Fatalf("%v is not %v", err, code)
	}
	return failed
}

// stuck starts a call that never ends by itself. The channel receives its error when the call has ended.
func stuck(ctx context.Context, t *testing.T, client *nativeflow.Client) <-chan error {
	t.Helper()
	ended := make(chan error, 1)
	go func() {
		_, err := getToken(ctx, t, client, key, login, secret)
		ended <- err
	}()
	return ended
}

// end waits for the error of a call that must end now.
func end(t *testing.T, ended <-chan error) error {
	t.Helper()
	select {
	case err := <-ended:
		return err
	case <-time.After(10 * time.Second):
		t.Fatal("the call still runs")
		return nil
	}
}

// mustRun fails if a call has ended.
func mustRun(t *testing.T, ended <-chan error) {
	t.Helper()
	select {
	case err := <-ended:
		t.Fatalf("the call has ended: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
}
