package nativeflow_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"nativeflow.example/nativeflow"
)

func TestInvalidOptionsAreRejected(t *testing.T) {
	nowhere := filepath.Join(t.TempDir(), "nowhere.pem")
	for name, options := range map[string]nativeflow.Options{
		"base URL":        {BaseURL: "ftp://localhost"},
		"user agent":      {UserAgent: "\n"},
		"timeout":         {Timeout: -1},
		"connect timeout": {ConnectTimeout: 1 << 62},
		"keep alive":      {KeepAlive: -time.Second},
		"CA file":         {CAFile: nowhere},
		"CA PEM":          {CAPEM: []byte("none")},
		"certificate":     {ClientCertificateFile: nowhere, ClientKeyFile: nowhere},
		"key alone":       {ClientKeyFile: nowhere},
		"proxy":           {Proxy: []byte("gopher://localhost")},
		"bypass":          {ProxyBypass: "10.0.0.0/99"},
	} {
		client, err := nativeflow.NewClient(options)
		if client != nil {
			t.Error(name, "is accepted")
		}
		t.Log(name, mustBe(t, err, nativeflow.ErrInvalidOption))
	}
	_, err := nativeflow.NewClient(nativeflow.Options{BaseURL: "https://local\x00host"})
	mustBe(t, err, nativeflow.ErrInvalidArgument)
}

func TestEachOptionTakesEffect(t *testing.T) {
	options := stub(t, "")
	pem, err := os.ReadFile(options.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	options.CAFile, options.CAPEM = "", pem
	options.UserAgent = "my-erp/4.2"
	options.Timeout, options.ConnectTimeout, options.KeepAlive = time.Minute, time.Nanosecond+time.Second, time.Second
	// The option and the environment set proxies that cannot be reached. The bypass avoids both.
	t.Setenv("https_proxy", "http://localhost:9")
	options.EnvironmentProxy = true
	options.Proxy = []byte("http://user:password@localhost:9")
	_, err = getToken(context.Background(), t, newClient(t, options), key, login, secret)
	mustBe(t, err, nativeflow.ErrProxy)
	options.ProxyBypass = "localhost"
	token, err := getToken(context.Background(), t, newClient(t, options), key, login, secret)
	if err != nil {
		t.Fatal(err)
	}
	token.Close()
}

func TestLogReceivesEachStep(t *testing.T) {
	options := stub(t, "")
	var lock sync.Mutex
	var lines []string
	options.Log = func(level nativeflow.Level, line string) {
		lock.Lock()
		defer lock.Unlock()
		if level == nativeflow.LevelInfo {
			lines = append(lines, line)
		}
	}
	token, err := getToken(context.Background(), t, newClient(t, options), key, login, secret)
	if err != nil {
		t.Fatal(err)
	}
	token.Close()
	all := strings.Join(lines, "\n")
	for _, step := range []string{"lookup", "connect", "tls", "request", "response", "token"} {
		if !strings.Contains(all, step) {
			t.Error("no", step)
		}
	}
}

func TestFailingLogDoesNotFailTheCall(t *testing.T) {
	for name, fail := range map[string]func(){"panic": func() { panic("in a log") }, "Goexit": runtime.Goexit} {
		fail := fail
		options := stub(t, "")
		options.Log = func(nativeflow.Level, string) { fail() }
		token, err := getToken(context.Background(), t, newClient(t, options), key, login, secret)
		if err != nil {
			t.Error(name, err)
			continue
		}
		token.Close()
	}
}

// A log may close its own client.
func TestLogMayEndItsCall(t *testing.T) {
	options := stub(t, "silence-after-tls")
	made := make(chan *nativeflow.Client, 1)
	options.Log = func(_ nativeflow.Level, line string) {
		if strings.Contains(line, "] connect") {
			(<-made).Close()
		}
	}
	client := newClient(t, options)
	made <- client
	mustBe(t, end(t, stuck(context.Background(), t, client)), nativeflow.ErrCancelled)
}
