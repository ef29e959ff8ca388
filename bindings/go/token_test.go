package nativeflow

import "testing"

func TestClosedTokenIsNotFreedDuringItsCalls(t *testing.T) {
	token, err := NewToken(TokenParts{Scheme: "Bearer", Value: []byte("value")})
	if err != nil {
		t.Fatal(err)
	}
	inCall, err := token.hold()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := token.hold(); err != nil {
		t.Fatal(err)
	}
	token.Close()
	token.Close()
	token.release()
	if string(untilNUL(value(inCall))) != "value" || token.Value() != "" {
		t.Error("freed during a call, or not closed")
	}
	if _, err := token.hold(); err == nil {
		t.Error("a closed token can be used")
	}
	token.release()
}
