package nativeflow_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"nativeflow.example/nativeflow"
)

// The demo application and the demo company of nativeflow-stub.
const (
	clientSecret = "c5Gk/demo+Client=Secret"
	company      = "5f0c1d2e-8a4b-4c6d-9e7f-0a1b2c3d4e5f"
	requestToken = "at-request+token/of=company"
)

// oauth2 returns options for a scenario of the OAuth 2.0 service.
func oauth2(t *testing.T, scenario string) nativeflow.Options {
	t.Helper()
	options := stub(t, scenario)
	options.OAuth2, options.ClientSecret = true, []byte(clientSecret)
	return options
}

// fromParts makes a token, and checks that its secrets are zeros afterwards.
func fromParts(t *testing.T, parts nativeflow.TokenParts) (*nativeflow.Token, error) {
	t.Helper()
	token, err := nativeflow.NewToken(parts)
	mustBeZero(t, "value", parts.Value)
	mustBeZero(t, "refresh token", parts.RefreshToken)
	return token, err
}

func TestOAuth2TokenIsRefreshedAndRevoked(t *testing.T) {
	ctx := context.Background()
	client := newClient(t, oauth2(t, ""))
	token, err := getToken(ctx, t, client, key, login, secret)
	if err != nil {
		t.Fatal(err)
	}
	defer token.Close()
	if token.Scheme() != "Bearer" || token.Authorization() != "Bearer "+token.Value() || token.ExpirationDate() != "" {
		t.Error("scheme:", token.Scheme())
	}
	until, known := token.RefreshExpiresAt()
	if at, hasExpiry := token.ExpiresAt(); !known || !hasExpiry || !until.After(at) {
		t.Error("expiry:", at, "refresh expiry:", until)
	}

	stored, err := fromParts(t, nativeflow.TokenParts{
		Scheme: token.Scheme(), RefreshToken: []byte(token.RefreshToken()), InstanceURL: token.InstanceURL(), RefreshExpiresAt: until,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer stored.Close()
	if at, _ := stored.RefreshExpiresAt(); stored.Value() != "" || stored.Authorization() != "" || !at.Equal(until) {
		t.Error("a token without a value has one, or another expiry:", at)
	}
	mustBe(t, client.RevokeToken(ctx, stored, nil), nativeflow.ErrInvalidArgument)
	refreshed, err := client.RefreshToken(ctx, key, stored)
	if err != nil {
		t.Fatal(err)
	}
	defer refreshed.Close()
	if refreshed.Value() == "" || refreshed.Value() == token.Value() || refreshed.RefreshToken() == token.RefreshToken() {
		t.Error("the token is not new")
	}

	mustBe(t, client.RevokeToken(ctx, refreshed, token), nativeflow.ErrInvalidArgument)
	if err := client.RevokeToken(ctx, refreshed, nil); err != nil {
		t.Fatal(err)
	}
	_, err = client.RefreshToken(ctx, key, refreshed)
	if failed := mustBe(t, err, nativeflow.ErrRefreshExpired); failed.ServerCode != 108 {
		t.Error(failed.ServerCode)
	}
}

func TestNativeFlowTokenIsRefreshedAndRevoked(t *testing.T) {
	ctx := context.Background()
	options := stub(t, "")
	options.ClientSecret = []byte(clientSecret)
	client := newClient(t, options)
	token, err := getToken(ctx, t, client, key, login, secret)
	if err != nil {
		t.Fatal(err)
	}
	defer token.Close()
	if at, known := token.RefreshExpiresAt(); known {
		t.Error("known:", at)
	}
	refreshed, err := client.RefreshToken(ctx, key, token)
	if err != nil {
		t.Fatal(err)
	}
	defer refreshed.Close()
	if refreshed.Value() == token.Value() || refreshed.RefreshToken() != token.RefreshToken() {
		t.Error("the value is old, or the refresh token is new")
	}
	if err := client.RevokeToken(ctx, token, refreshed); err != nil {
		t.Error(err)
	}
	if err := client.RevokeToken(ctx, refreshed, nil); err != nil {
		t.Error(err)
	}
	_, err = client.GetApplicationToken(ctx, key)
	mustBe(t, err, nativeflow.ErrInvalidOption)
}

func TestErrorHasServerCode(t *testing.T) {
	_, err := getToken(context.Background(), t, newClient(t, oauth2(t, "oauth2-code-14")), key, login, secret)
	if failed := mustBe(t, err, nativeflow.ErrAccountLocked); failed.ServerCode != 14 || failed.RetryAfter != 0 {
		t.Errorf("%+v", failed)
	}
}

func TestApplicationAndCompanyGetTokens(t *testing.T) {
	options := oauth2(t, "")
	options.CredentialType = nativeflow.CredentialAuthToken
	client := newClient(t, options)
	token, err := getToken(context.Background(), t, client, key, company, requestToken)
	if err != nil {
		t.Fatal(err)
	}
	token.Close()
	token, err = client.GetApplicationToken(context.Background(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer token.Close()
	if token.Value() == "" || token.RefreshToken() != "" {
		t.Error("no value, or a refresh token")
	}
}

func TestOAuth2OptionsAreChecked(t *testing.T) {
	for name, options := range map[string]nativeflow.Options{
		"no client secret":   {OAuth2: true},
		"long client secret": {ClientSecret: []byte(strings.Repeat("x", 2049))},
		"request token":      {CredentialType: nativeflow.CredentialAuthToken},
		"credential type":    {CredentialType: 7},
		"host":               {AllowedHosts: []string{"localhost:8443", "https://localhost"}},
	} {
		client, err := nativeflow.NewClient(options)
		if client != nil {
			t.Error(name, "is accepted")
		}
		t.Log(name, mustBe(t, err, nativeflow.ErrInvalidOption))
	}
	_, err := nativeflow.NewClient(nativeflow.Options{ClientSecret: make([]byte, 8)})
	mustBe(t, err, nativeflow.ErrInvalidArgument)
}

// The first host is trusted only if it is allowed: the base URL names the mock server as localhost.
func TestAllowedHostGetsTheLogin(t *testing.T) {
	options := oauth2(t, "oauth2-elsewhere")
	_, err := getToken(context.Background(), t, newClient(t, options), key, login, secret)
	failed := mustBe(t, err, nativeflow.ErrWrongHost)
	at := strings.Index(failed.Message, "127.0.0.1:")
	if at < 0 || failed.ServerCode != 16 {
		t.Fatal(failed.Message, failed.ServerCode)
	}
	port := strings.FieldsFunc(failed.Message[at+len("127.0.0.1:"):], func(r rune) bool { return r < '0' || r > '9' })[0]
	options.AllowedHosts = []string{"127.0.0.1:" + port}
	token, err := getToken(context.Background(), t, newClient(t, options), key, login, secret)
	if err != nil {
		t.Fatal(err)
	}
	token.Close()
}

func TestInvalidTokensAreRejected(t *testing.T) {
	now := time.Now()
	for name, parts := range map[string]nativeflow.TokenParts{
		"scheme": {Scheme: "Basic", Value: []byte("v"), RefreshToken: []byte("r")},
		"empty":  {Scheme: "Bearer", ExpiresAt: now},
		"used":   {Scheme: "Bearer", Value: make([]byte, 4), RefreshToken: []byte("r")},
		"space":  {Scheme: "OAuth", Value: []byte("v"), RefreshToken: []byte("a b")},
		"url":    {Scheme: "OAuth", Value: []byte("v"), InstanceURL: "http://example.com"},
		"before": {Scheme: "OAuth", Value: []byte("v"), ExpiresAt: time.Unix(-2, 0)},
		"nul":    {Scheme: "OAuth\x00", Value: []byte("v"), RefreshToken: []byte("r")},
	} {
		token, err := fromParts(t, parts)
		if token != nil {
			t.Error(name, "is accepted")
		}
		mustBe(t, err, nativeflow.ErrInvalidArgument)
	}

	ctx := context.Background()
	client := newClient(t, oauth2(t, ""))
	open, err := fromParts(t, nativeflow.TokenParts{Scheme: "Bearer", Value: []byte("v")})
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	closed, err := fromParts(t, nativeflow.TokenParts{Scheme: "Bearer", Value: []byte("v"), RefreshToken: []byte("r")})
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	for _, token := range []*nativeflow.Token{closed, nil, open} { // open has no refresh token
		_, err := client.RefreshToken(ctx, key, token)
		mustBe(t, err, nativeflow.ErrInvalidArgument)
	}
	mustBe(t, client.RevokeToken(ctx, nil, nil), nativeflow.ErrInvalidArgument)
	mustBe(t, client.RevokeToken(ctx, open, closed), nativeflow.ErrInvalidArgument)
}

// The log of a call closes the token that the call uses. The token is freed after the call.
func TestTokenMayBeClosedDuringItsCall(t *testing.T) {
	var token *nativeflow.Token
	options := oauth2(t, "")
	options.Log = func(nativeflow.Level, string) {
		if token != nil {
			token.Close()
		}
	}
	client := newClient(t, options)
	got, err := getToken(context.Background(), t, client, key, login, secret)
	if err != nil {
		t.Fatal(err)
	}
	token = got
	refreshed, err := client.RefreshToken(context.Background(), key, token)
	if err != nil {
		t.Fatal(err)
	}
	refreshed.Close()
	if token.Value() != "" {
		t.Error("not closed")
	}
}

func TestContextEndsEachKindOfCall(t *testing.T) {
	client := newClient(t, oauth2(t, "silence-after-tls"))
	token, err := fromParts(t, nativeflow.TokenParts{Scheme: "Bearer", Value: []byte("v"), RefreshToken: []byte("r")})
	if err != nil {
		t.Fatal(err)
	}
	defer token.Close()
	for _, call := range []func(context.Context) error{
		func(ctx context.Context) error { _, err := client.RefreshToken(ctx, key, token); return err },
		func(ctx context.Context) error { return client.RevokeToken(ctx, token, nil) },
		func(ctx context.Context) error { _, err := client.GetApplicationToken(ctx, key); return err },
	} {
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		mustBe(t, call(ctx), nativeflow.ErrCancelled)
		cancel()
	}
}
