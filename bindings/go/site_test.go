package nativeflow_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"nativeflow.example/nativeflow"
)

// silentLogin gets no response from a site.
const silentLogin = "silent@example.com"

// site is a server in front of the mock server. It counts connections and requests. It never responds to silentLogin. It
// forwards other requests when it is released.
type site struct {
	options               nativeflow.Options // with the base URL of this server
	connections, requests atomic.Int64
	released              chan struct{}
}

func newSite(t *testing.T) *site {
	t.Helper()
	of := stub(t, "")
	target, err := url.Parse(of.BaseURL)
	if err != nil {
		t.Fatal(err)
	}
	pem, err := os.ReadFile(of.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	forward := httputil.NewSingleHostReverseProxy(target)
	forward.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true}

	s := &site{released: make(chan struct{})}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		until := s.released
		if user, _, _ := r.BasicAuth(); user == silentLogin {
			until = nil
		}
		select {
		case <-until:
			r.Host = target.Host
			forward.ServeHTTP(w, r)
		case <-r.Context().Done():
		}
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.connections.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	// The tests cancel calls whose requests were sent, again and again.
	s.options = nativeflow.Options{BaseURL: server.URL, HoldBack: -1}
	return s
}

func (s *site) release() { close(s.released) }

// hold starts a call that gets its token when the site is released. It returns when the request has arrived.
func (s *site) hold(ctx context.Context, t *testing.T, client *nativeflow.Client) <-chan error {
	t.Helper()
	before := s.requests.Load()
	ended := stuck(ctx, t, client)
	for i := 0; s.requests.Load() == before; i++ {
		if i == 10_000 {
			t.Fatal("no request arrives")
		}
		time.Sleep(time.Millisecond)
	}
	return ended
}

// silent starts a call that gets no response from a site.
func silent(ctx context.Context, t *testing.T, client *nativeflow.Client) <-chan error {
	t.Helper()
	ended := make(chan error, 1)
	go func() {
		_, err := getToken(ctx, t, client, key, silentLogin, secret)
		ended <- err
	}()
	return ended
}
