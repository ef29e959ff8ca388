package nativeflow

// #include <nativeflow.h>
import "C"

import (
	"context"
	"runtime"
	"unsafe"
)

// Session keeps a token of one user valid. Many goroutines may use it. Sessions of one client with the same key and login are one: they
// have the same token and ask for it once. Each call has its own share of it (nf_session_share), as the calls of a Client have.
type Session struct {
	handles handles[*C.nf_session]
}

var sessionFunctions = functions[*C.nf_session]{
	name: "session",
	share: func(first *C.nf_session, limit C.uint32_t) (share *C.nf_session, err error) {
		err = check(C.nf_session_share(first, limit, &share))
		return share, err
	},
	cancel: func(session *C.nf_session) { C.nf_session_cancel(session) },
	free:   func(session *C.nf_session) { C.nf_session_free(session) },
}

// NewSession creates a session of a user. It sends nothing, and does not wipe login. Close the session after its last call. The
// client may be closed first.
func (c *Client) NewSession(consumerKey string, login []byte) (*Session, error) {
	var first *C.nf_session
	err := withUser(consumerKey, login, func(key, login *C.char) error {
		return c.handles.with(func(share *C.nf_client) error { return check(C.nf_session_new(share, key, login, &first)) })
	})
	if err != nil {
		return nil, err
	}
	s := &Session{newHandles(sessionFunctions, first)}
	runtime.SetFinalizer(s, (*Session).Close) // in case the program does not close it
	return s, nil
}

// GetToken returns a valid token, and gets one if necessary: with the refresh token, or by a login with the secret from
// Options.Secret. Close the token. GetToken blocks as Client.GetToken does.
//
// GetToken fails with ErrSecretNeeded if a login is needed and there is no secret, and with ErrHeldBack if the secret was refused
// before. After a failure the session pauses: until the pause is over, calls return the same error and send nothing.
func (s *Session) GetToken(ctx context.Context) (*Token, error) {
	var got *C.nf_token
	err := s.handles.call(ctx, func(share *C.nf_session) error { return check(C.nf_session_get_token(share, &got)) })
	return tokenOf(got, err)
}

// LogIn does the same, and uses secret if a login is needed. secret is overwritten with zeros, on success and failure. It may be
// nil for a user without a password.
func (s *Session) LogIn(ctx context.Context, secret []byte) (*Token, error) {
	cSecret, err := moveText(secret)
	defer cSecret.free()
	if err != nil {
		return nil, err
	}
	var got *C.nf_token
	err = s.handles.call(ctx, func(share *C.nf_session) error {
		return check(C.nf_session_log_in(share, cSecret.start, &got))
	})
	return tokenOf(got, err)
}

// SetToken gives the session a token that the program has stored. The session takes it if it has none, or if its own was rejected
// or expires earlier. SetToken does not close the token.
func (s *Session) SetToken(token *Token) error {
	return s.withToken(token, func(share *C.nf_session, token *C.nf_token) *C.nf_error {
		return C.nf_session_set_token(share, token)
	})
}

// RejectToken reports that the API has rejected token as not valid any more. The next call gets another one. A
// token that is not the session's current one changes nothing. RejectToken does not close the token.
func (s *Session) RejectToken(token *Token) error {
	return s.withToken(token, func(share *C.nf_session, token *C.nf_token) *C.nf_error {
		return C.nf_session_reject_token(share, token)
	})
}

func (s *Session) withToken(token *Token, run func(*C.nf_session, *C.nf_token) *C.nf_error) error {
	held, err := token.hold()
	if err != nil {
		return err
	}
	defer token.release()
	return s.handles.with(func(share *C.nf_session) error { return check(run(share, held)) })
}

// ClearHold lifts the hold of the user, and ends a pause: the next call may send the login once. It sends nothing.
func (s *Session) ClearHold() error {
	return s.handles.with(func(share *C.nf_session) error { return check(C.nf_session_clear_hold(share)) })
}

// LogOut revokes the token at the service, and forgets it, also if the call fails. It blocks as GetToken does.
func (s *Session) LogOut(ctx context.Context) error {
	return s.handles.call(ctx, func(share *C.nf_session) error { return check(C.nf_session_log_out(share)) })
}

// Status returns the state as JSON, without a secret. nf_session_status in nativeflow.h lists its keys.
func (s *Session) Status() ([]byte, error) {
	text, length := make([]byte, 1024), C.size_t(0)
	for {
		err := s.handles.with(func(share *C.nf_session) error {
			return check(C.nf_session_status(share, (*C.char)(unsafe.Pointer(&text[0])), C.size_t(len(text)), &length))
		})
		if err != nil {
			return nil, err
		}
		if int(length) < len(text) {
			return text[:length], nil
		}
		text = make([]byte, length+1)
	}
}

// Cancel cancels every running call of this session. The session can still be used.
func (s *Session) Cancel() { s.handles.cancel() }

// Close frees the session. Running calls fail with ErrCancelled. The token is forgotten, and not revoked. A second Close does
// nothing.
func (s *Session) Close() {
	runtime.SetFinalizer(s, nil)
	s.handles.close()
}
