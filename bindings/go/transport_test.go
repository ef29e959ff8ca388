package nativeflow_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"nativeflow.example/nativeflow"
)

// api answers with the statuses in turn, and keeps the Authorization and the body of each request.
type api struct {
	statuses       []int
	tokens, bodies []string
	server         *httptest.Server
	client         *http.Client
	transport      *nativeflow.Transport
}

func newAPI(t *testing.T, session *nativeflow.Session, statuses ...int) *api {
	a := &api{statuses: statuses}
	a.server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		a.tokens, a.bodies = append(a.tokens, r.Header.Get("Authorization")), append(a.bodies, string(body))
		status := a.statuses[0]
		a.statuses = a.statuses[1:]
		w.Header().Set("Location", "https://localhost:1/")
		w.WriteHeader(status)
	}))
	t.Cleanup(a.server.Close)
	at, err := url.Parse(a.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	a.transport = &nativeflow.Transport{Session: session, Base: a.server.Client().Transport, Host: at.Host}
	a.client = &http.Client{Transport: a.transport}
	return a
}

func (a *api) post(t *testing.T, body io.Reader, status int) {
	t.Helper()
	response, err := a.client.Post(a.server.URL, "text/plain", body)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != status || len(a.statuses) > 0 {
		t.Error(response.StatusCode, "and these were not asked for:", a.statuses)
	}
}

func TestTransportRepeatsARejectedRequestOnce(t *testing.T) {
	for _, rejection := range []int{401, 403} {
		from := &vault{secret: secret}
		session := newSession(t, from.read)
		first := mustGet(t, session).Authorization()
		a := newAPI(t, session, rejection, 200)
		a.post(t, strings.NewReader("the body"), 200)
		if a.bodies[1] != "the body" || a.tokens[0] != first || a.tokens[1] == first || !strings.HasPrefix(a.tokens[1], "OAuth ") {
			t.Error("not repeated with another token: ", a.bodies)
		}
		a.statuses = []int{rejection} // the token is a minute old at most: no third one
		a.post(t, nil, rejection)
		if from.calls.Load() != 2 {
			t.Error(from.calls.Load(), "logins")
		}
	}
}

// The API of nativeflow-stub answers 403 if the token was revoked. Its host is that of the token's instance URL.
func TestTransportReplacesARevokedToken(t *testing.T) {
	from := &vault{secret: secret}
	session, client := newSession(t, from.read), newClient(t, stub(t, ""))
	roots := x509.NewCertPool()
	if pem, err := os.ReadFile(os.Getenv("NATIVEFLOW_TEST_CA_FILE")); err != nil || !roots.AppendCertsFromPEM(pem) {
		t.Fatal("the CA file cannot be read", err)
	}
	base := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	defer base.CloseIdleConnections()
	api := http.Client{Transport: &nativeflow.Transport{Session: session, Base: base}}
	reports := os.Getenv("NATIVEFLOW_TEST_URL") + "/api/v3.0/expense/reports"
	for logins := int32(1); logins <= 2; logins++ {
		response, err := api.Get(reports)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != 200 || from.calls.Load() != logins {
			t.Error(response.StatusCode, "after", from.calls.Load(), "logins")
		}
		if err := client.RevokeToken(context.Background(), mustGet(t, session), nil); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTransportDoesNotRepeatOtherRequests(t *testing.T) {
	session := newSession(t, (&vault{secret: secret}).read)
	newAPI(t, session, 500).post(t, nil, 500)
	newAPI(t, session, 401).post(t, io.MultiReader(strings.NewReader("read once")), 401)
}

func TestTransportSendsTokensToOneHostOnly(t *testing.T) {
	session := newSession(t, (&vault{secret: secret}).read)
	a := newAPI(t, session, 307)
	_, err := a.client.Get(a.server.URL)
	if !errors.Is(err, nativeflow.ErrWrongHost) {
		t.Error(err)
	}
	a.transport.Host = "" // the host of the instance URL
	if _, err = a.client.Get(a.server.URL); !errors.Is(err, nativeflow.ErrWrongHost) {
		t.Error(err)
	}
	if len(a.tokens) != 1 {
		t.Error(len(a.tokens), "requests")
	}
	a.transport.Session = newSession(t, nil)
	if _, err = a.client.Get(a.server.URL); !errors.Is(err, nativeflow.ErrSecretNeeded) {
		t.Error(err)
	}
}
