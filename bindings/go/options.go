package nativeflow

/*
#include <nativeflow.h>

void nativeflowGoLog(uintptr_t handle, int32_t level, char *line);
void nativeflowGoRelease(uintptr_t handle);
int32_t nativeflowGoSecret(uintptr_t handle, char *login, int32_t last_code, char *buffer, size_t capacity);

static void nativeflow_go_log(void *user, int32_t level, const char *line)
{
	nativeflowGoLog((uintptr_t)user, level, (char *)line);
}

static int32_t nativeflow_go_secret(void *user, const char *login, int32_t last_code, char *buffer, size_t capacity)
{
	return nativeflowGoSecret((uintptr_t)user, (char *)login, last_code, buffer, capacity);
}

static void nativeflow_go_release(void *user)
{
	nativeflowGoRelease((uintptr_t)user);
}

// A handle is a number. It is not passed as a pointer, because Go's garbage collector would misinterpret it.
static nf_error *nativeflow_go_on_release(nf_options *options, uintptr_t handle)
{
	return nf_options_on_release(options, nativeflow_go_release, (void *)handle);
}

static nf_error *nativeflow_go_set_log(nf_options *options, uintptr_t handle)
{
	return nf_options_set_log(options, nativeflow_go_log, (void *)handle);
}

static nf_error *nativeflow_go_set_secret(nf_options *options, uintptr_t handle)
{
	return nf_options_set_secret_callback(options, nativeflow_go_secret, (void *)handle);
}
*/
import "C"

import (
	"math"
	"runtime/cgo"
	"time"
	"unsafe"
)

// longest is the longest time that C accepts.
const longest = math.MaxUint32 * time.Millisecond

// milliseconds converts a time for C, rounded up.
func milliseconds(span time.Duration) C.uint32_t {
	return C.uint32_t((span + time.Millisecond - 1) / time.Millisecond)
}

// Options are the settings that a client is created from. The zero value of each field means its default. Times are rounded up
// to milliseconds, at most 4294967295.
type Options struct {
	BaseURL        string        // the base URL of Concur; default: production in the United States
	Timeout        time.Duration // of a whole call, unless its context has a deadline; default: 60 seconds
	ConnectTimeout time.Duration // of each attempt to connect to one address; default: 10 seconds
	KeepAlive      time.Duration // how long a connection may stay idle between two calls; default: a new one for each call
	UserAgent      string        // the name of your product, such as "my-erp/4.2"

	OAuth2         bool           // uses the OAuth 2.0 service instead of the Native Flow; it needs a client secret
	ClientSecret   []byte         // of the application; wipe it when the client has been created
	CredentialType CredentialType // what login and secret are; default: a user's login ID and password
	AllowedHosts   []string       // further trusted hosts, such as "eu2.api.concursolutions.com" or "gateway.example:8443"

	CAFile string // file of trusted root certificates, PEM or DER; they replace the operating system's
	CAPEM  []byte // trusted root certificates as bytes, in addition to those of CAFile

	ClientCertificateFile string // certificate chain, PEM or DER, presented to a server that requests one
	ClientKeyFile         string // the private key of the client's certificate

	Proxy            []byte // such as "http://user:password@proxy.example:3128"; wipe it when the client has been created
	ProxyBypass      string // hosts that are reached without the proxy, in the syntax of NO_PROXY
	EnvironmentProxy bool   // reads both from environment variables; Proxy and ProxyBypass override them

	Secret        SecretFunc    // returns the secret of a user when a session needs a login
	RefreshMargin time.Duration // how long before its expiry a session renews a token; default: a tenth of the lifetime
	HoldBack      time.Duration // how long a refused secret is not sent again; default: 20 hours; negative: GetToken is not held

	Log LogFunc // receives one line for each step of every call
}

// CredentialType is what login and secret of a call are.
type CredentialType int32

const (
	CredentialPassword  CredentialType = C.NF_CREDENTIAL_PASSWORD  // a user's login ID and password
	CredentialAuthToken CredentialType = C.NF_CREDENTIAL_AUTHTOKEN // the UUID of a company and its request token
)

// apply sets the C options.
func (o *Options) apply(to *C.nf_options) error {
	for _, set := range []func(*C.nf_options) error{
		o.applyLog, o.applySecret, o.applyTexts, o.applyService, o.applyTimes, o.applyTrust, o.applyProxy,
	} {
		if err := set(to); err != nil {
			return err
		}
	}
	return nil
}

func (o *Options) applyLog(to *C.nf_options) error {
	if o.Log == nil {
		return nil
	}
	return pass(to, o.Log, func(handle C.uintptr_t) *C.nf_error { return C.nativeflow_go_set_log(to, handle) })
}

func (o *Options) applySecret(to *C.nf_options) error {
	if o.Secret == nil {
		return nil
	}
	return pass(to, o.Secret, func(handle C.uintptr_t) *C.nf_error { return C.nativeflow_go_set_secret(to, handle) })
}

// pass passes a handle of a function to C. C passes it to nativeflowGoRelease when no callback can run any more.
func pass(to *C.nf_options, function any, set func(C.uintptr_t) *C.nf_error) error {
	handle := cgo.NewHandle(function)
	if err := check(C.nativeflow_go_on_release(to, C.uintptr_t(handle))); err != nil {
		handle.Delete()
		return err
	}
	return check(set(C.uintptr_t(handle)))
}

func (o *Options) applyTexts(to *C.nf_options) error {
	if err := with(o.BaseURL, func(url *C.char) *C.nf_error { return C.nf_options_set_base_url(to, url) }); err != nil {
		return err
	}
	return with(o.UserAgent, func(product *C.char) *C.nf_error { return C.nf_options_set_user_agent(to, product) })
}

func (o *Options) applyService(to *C.nf_options) error {
	if o.OAuth2 {
		if err := check(C.nf_options_use_oauth2(to)); err != nil {
			return err
		}
	}
	if err := check(C.nf_options_set_credential_type(to, C.int32_t(o.CredentialType))); err != nil {
		return err
	}
	for _, host := range o.AllowedHosts {
		given, err := newText(host)
		if err == nil {
			err = check(C.nf_options_allow_host(to, given.start))
		}
		given.free()
		if err != nil {
			return err
		}
	}
	size := C.size_t(len(o.ClientSecret))
	return with(o.ClientSecret, func(secret *C.char) *C.nf_error { return C.nf_options_set_client_secret(to, secret, size) })
}

func (o *Options) applyTimes(to *C.nf_options) error {
	holdBack := o.HoldBack
	if holdBack < 0 {
		if err := check(C.nf_options_set_hold_back_ms(to, 0)); err != nil {
			return err
		}
		holdBack = 0
	}
	for _, limit := range []struct {
		time time.Duration
		set  func(C.uint32_t) *C.nf_error
	}{
		{o.Timeout, func(ms C.uint32_t) *C.nf_error { return C.nf_options_set_timeout_ms(to, ms) }},
		{o.ConnectTimeout, func(ms C.uint32_t) *C.nf_error { return C.nf_options_set_connect_timeout_ms(to, ms) }},
		{o.KeepAlive, func(ms C.uint32_t) *C.nf_error { return C.nf_options_set_keep_alive_ms(to, ms) }},
		{o.RefreshMargin, func(ms C.uint32_t) *C.nf_error { return C.nf_options_set_refresh_margin_ms(to, ms) }},
		{holdBack, func(ms C.uint32_t) *C.nf_error { return C.nf_options_set_hold_back_ms(to, ms) }},
	} {
		if limit.time < 0 || limit.time > longest {
			return &Error{
				Code:    ErrInvalidOption,
				Message: "Invalid time (negative, or longer than 49 days)",
				Remedy:  "Set 0 to 4294967295 milliseconds.",
			}
		}
		if limit.time > 0 {
			if err := check(limit.set(milliseconds(limit.time))); err != nil {
				return err
			}
		}
	}
	return nil
}

func (o *Options) applyTrust(to *C.nf_options) error {
	if err := with(o.CAFile, func(path *C.char) *C.nf_error { return C.nf_options_set_ca_file(to, path) }); err != nil {
		return err
	}
	if len(o.CAPEM) > 0 {
		pem, size := (*C.char)(unsafe.Pointer(&o.CAPEM[0])), C.size_t(len(o.CAPEM))
		if err := check(C.nf_options_add_ca_pem(to, pem, size)); err != nil {
			return err
		}
	}
	if o.ClientCertificateFile == "" && o.ClientKeyFile == "" {
		return nil
	}
	key, err := newText(o.ClientKeyFile)
	defer key.free()
	if err != nil {
		return err
	}
	chain, err := newText(o.ClientCertificateFile)
	defer chain.free()
	if err != nil {
		return err
	}
	return check(C.nf_options_set_client_certificate(to, chain.start, key.start))
}

func (o *Options) applyProxy(to *C.nf_options) error {
	if o.EnvironmentProxy {
		if err := check(C.nf_options_use_environment_proxy(to)); err != nil {
			return err
		}
	}
	if err := with(o.Proxy, func(url *C.char) *C.nf_error { return C.nf_options_set_proxy(to, url) }); err != nil {
		return err
	}
	return with(o.ProxyBypass, func(hosts *C.char) *C.nf_error { return C.nf_options_set_proxy_bypass(to, hosts) })
}

// with calls set with value, unless value is empty.
func with[T string | []byte](value T, set func(*C.char) *C.nf_error) error {
	if len(value) == 0 {
		return nil
	}
	given, err := newText(value)
	defer given.free()
	if err != nil {
		return err
	}
	return check(set(given.start))
}
