package nativeflow

// #include <nativeflow.h>
import "C"

import (
	"context"
	"runtime"
)

// Client gets tokens from one service. Each call has its own share of it (nf_client_share): a context cancels the share, and
// no other call. All calls use the same connections.
type Client struct {
	handles handles[*C.nf_client]
}

var clientFunctions = functions[*C.nf_client]{
	name: "client",
	share: func(first *C.nf_client, limit C.uint32_t) (share *C.nf_client, err error) {
		err = check(C.nf_client_share(first, limit, &share))
		return share, err
	},
	cancel: func(client *C.nf_client) { C.nf_client_cancel(client) },
	free:   func(client *C.nf_client) { C.nf_client_free(client) },
}

// NewClient creates a client from options. Close it after its last call. NewClient fails with ErrInvalidOption if the value of
// an option is invalid.
func NewClient(options Options) (*Client, error) {
	made := C.nf_options_new()
	defer C.nf_options_free(made)
	if err := options.apply(made); err != nil {
		return nil, err
	}
	var first *C.nf_client
	if err := check(C.nf_client_new(made, &first)); err != nil {
		return nil, err
	}
	c := &Client{newHandles(clientFunctions, first)}
	runtime.SetFinalizer(c, (*Client).Close) // in case the program does not close it
	return c, nil
}

// GetToken gets an access token for a user. login and secret are overwritten with zeros, on success and failure. secret may be
// nil for a user without a password. The login is sent once. Exception: if the OAuth 2.0 service answers that it has not checked
// the login, because the user belongs to another trusted host, it is sent there, once.
//
// GetToken blocks until ctx is done. If ctx has no deadline, it blocks for at most the client's timeout. It returns within 10
// ms of either. A deadline of ctx may be later than the client's timeout. A call that ctx ends fails with both ErrCancelled and
// ctx.Err(). The server may have issued a token that was not received.
//
// GetToken fails with ErrDenied if the server rejects the login, the secret or the key. Do not retry, because the account may
// be locked.
func (c *Client) GetToken(ctx context.Context, consumerKey string, login, secret []byte) (*Token, error) {
	// Both are moved before any error is returned: an error with one must not leave the other in memory.
	cLogin, loginErr := moveText(login)
	defer cLogin.free()
	cSecret, secretErr := moveText(secret)
	defer cSecret.free()
	key, err := newText(consumerKey)
	defer key.free()
	for _, failed := range []error{loginErr, secretErr, err} {
		if failed != nil {
			return nil, failed
		}
	}
	var got *C.nf_token
	err = c.call(ctx, func(share *C.nf_client) *C.nf_error {
		return C.nf_client_get_token(share, key.start, cLogin.start, cSecret.start, &got)
	})
	return tokenOf(got, err)
}

// RefreshToken gets another access token for the refresh token of token, which does not change. The client must use the service
// that issued token, with the client secret of the application. Store the refresh token of the new token: only that one may be
// valid. RefreshToken blocks as GetToken does. It fails with ErrRefreshExpired if the server rejects the refresh token.
func (c *Client) RefreshToken(ctx context.Context, consumerKey string, token *Token) (*Token, error) {
	key, err := newText(consumerKey)
	defer key.free()
	if err != nil {
		return nil, err
	}
	old, err := token.hold()
	if err != nil {
		return nil, err
	}
	defer token.release()
	var got *C.nf_token
	err = c.call(ctx, func(share *C.nf_client) *C.nf_error {
		return C.nf_client_refresh_token(share, key.start, old, &got)
	})
	return tokenOf(got, err)
}

// RevokeToken revokes a token. admin is nil, or in the Native Flow the token of an administrator; without one, a token revokes
// itself. The OAuth 2.0 service ends all refresh tokens of the token's user for the application. RevokeToken blocks as GetToken
// does. It does not close the token.
func (c *Client) RevokeToken(ctx context.Context, token, admin *Token) error {
	revoked, err := token.hold()
	if err != nil {
		return err
	}
	defer token.release()
	var by *C.nf_token
	if admin != nil {
		if by, err = admin.hold(); err != nil {
			return err
		}
		defer admin.release()
	}
	return c.call(ctx, func(share *C.nf_client) *C.nf_error { return C.nf_client_revoke_token(share, revoked, by) })
}

// GetApplicationToken gets an access token for the application itself, from the OAuth 2.0 service. It blocks as GetToken does.
func (c *Client) GetApplicationToken(ctx context.Context, clientID string) (*Token, error) {
	key, err := newText(clientID)
	defer key.free()
	if err != nil {
		return nil, err
	}
	var got *C.nf_token
	err = c.call(ctx, func(share *C.nf_client) *C.nf_error {
		return C.nf_client_get_application_token(share, key.start, &got)
	})
	return tokenOf(got, err)
}

// ClearHold lifts the hold of a user: the next call may send the login once, also with a secret that was refused. It sends
// nothing, and does not wipe login.
func (c *Client) ClearHold(consumerKey string, login []byte) error {
	return withUser(consumerKey, login, func(key, login *C.char) error {
		return c.handles.with(func(share *C.nf_client) error { return check(C.nf_client_clear_hold(share, key, login)) })
	})
}

// withUser calls run with copies of a key and a login.
func withUser(consumerKey string, login []byte, run func(key, login *C.char) error) error {
	key, keyErr := newText(consumerKey)
	defer key.free()
	of, err := newText(login)
	defer of.free()
	if keyErr != nil {
		err = keyErr
	}
	if err != nil {
		return err
	}
	return run(key.start, of.start)
}

// call runs a C function on a share of its own, which ctx cancels.
func (c *Client) call(ctx context.Context, run func(share *C.nf_client) *C.nf_error) error {
	return c.handles.call(ctx, func(share *C.nf_client) error { return check(run(share)) })
}

// Cancel cancels every running call: they fail with ErrCancelled. The client can still be used; calls that start later are not
// cancelled.
func (c *Client) Cancel() { c.handles.cancel() }

// Close frees the client. Running calls fail with ErrCancelled within 10 ms; Close does not wait for them. Tokens and sessions
// do not change. A second Close does nothing.
func (c *Client) Close() {
	runtime.SetFinalizer(c, nil)
	c.handles.close()
}
