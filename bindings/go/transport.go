package nativeflow

import (
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Transport is an http.RoundTripper that authorizes each request with a token of a session. If the API rejects the token (401, or
// 403 in the Native Flow), it gets another one and repeats the request once, if the request has no body or has GetBody.
//
//	api := http.Client{Transport: &nativeflow.Transport{Session: session}}
type Transport struct {
	Session *Session
	Base    http.RoundTripper // default: http.DefaultTransport

	// Host is the only host (with its port, unless that is 443) that receives tokens. A request to another host, such as after a
	// redirect, fails with ErrWrongHost. Default: the host of the token's instance URL.
	Host string
}

// RoundTrip implements http.RoundTripper.
func (t *Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	response, token, err := t.try(request, request.Body)
	if token == nil {
		return response, err
	}
	defer token.Close()
	isRejected := err == nil && (response.StatusCode == http.StatusUnauthorized ||
		response.StatusCode == http.StatusForbidden && token.Scheme() == "OAuth")
	if !isRejected {
		return response, err
	}
	_ = t.Session.RejectToken(token)
	body := request.Body
	if body != nil && body != http.NoBody {
		if request.GetBody == nil {
			return response, nil
		}
		if body, err = request.GetBody(); err != nil {
			return response, nil
		}
	}
	again, second, err := t.try(request, body)
	if second == nil { // no other token: the caller gets the answer of the API
		return response, nil
	}
	second.Close()
	response.Body.Close()
	return again, err
}

// try sends the request with this body and a token, and closes the body. It returns no token if it has sent nothing.
func (t *Transport) try(request *http.Request, body io.ReadCloser) (*http.Response, *Token, error) {
	token, err := t.Session.GetToken(request.Context())
	if err == nil {
		if err = t.checkHost(request.URL, token); err != nil {
			token.Close()
		}
	}
	if err != nil {
		if body != nil {
			body.Close()
		}
		return nil, nil, err
	}
	authorized := request.Clone(request.Context())
	authorized.Body = body
	authorized.Header.Set("Authorization", token.Authorization())
	base := t.Base
	if base == nil {
		base = http.DefaultTransport
	}
	response, err := base.RoundTrip(authorized)
	return response, token, err
}

func (t *Transport) checkHost(to *url.URL, token *Token) error {
	host := t.Host
	if at, err := url.Parse(token.InstanceURL()); host == "" && err == nil {
		host = at.Host
	}
	if to.Scheme == "https" && host != "" && strings.TrimSuffix(to.Host, ":443") == strings.TrimSuffix(host, ":443") {
		return nil
	}
	return &Error{
		Code:    ErrWrongHost,
		Message: "Request to a host that must not receive the token: " + to.Host,
		Remedy:  "Send requests to the instance URL of the token by https, or set Transport.Host.",
	}
}
