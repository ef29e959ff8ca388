// Package nativeflow gets an access token for SAP Concur from a user's login, and leaves no trace of the login behind. It is
// the C library nativeflow, which pkg-config must find when a program is built and the loader when it runs.
//
//	client, err := nativeflow.NewClient(nativeflow.Options{BaseURL: "https://eu1.concursolutions.com"})
//	if err != nil {
//		return err
//	}
//	defer client.Close()
//	token, err := client.GetToken(ctx, consumerKey, login, secret) // zeros login and secret
//	if err != nil {
//		return err // an *Error: code, message, remedy
//	}
//	defer token.Close()
//	request.Header.Set("Authorization", token.Authorization())
//
// # Secrets
//
// Login and secret are []byte and zeros when a call returns, whatever happened; they are moved to memory of C, which ends
// zeroed too. What Go has copied before cannot be found again and stays: a string, the old block of a slice that append has
// grown, the buffer of a bufio.Reader. So read a secret into a slice of its full size, as examples/get_token does.
//
// # Threads
//
// Everything here may be used by any number of goroutines at once. A call that runs takes up a thread of the system.
//
// What is not said here stands in nativeflow.h, at the C function of the same name.
package nativeflow

/*
#cgo pkg-config: nativeflow
#include <nativeflow.h>
*/
import "C"

import "context"

// HeaderVersionNumber is the version that this was compiled with, 0xMMmmpp; to compare with VersionNumber.
const HeaderVersionNumber = uint32(C.NF_VERSION_NUMBER)

// Version returns the version of the C library that is running, such as "0.1.0".
func Version() string { return C.GoString(C.nf_version()) }

// VersionNumber returns the version of the C library that is running as one number, 0xMMmmpp.
func VersionNumber() uint32 { return uint32(C.nf_version_number()) }

// GetToken gets a token from Concur's production host with the default options: one client, one call. See Client.GetToken.
func GetToken(ctx context.Context, consumerKey string, login, secret []byte) (*Token, error) {
	client, err := NewClient(Options{})
	if err != nil {
		Wipe(login)
		Wipe(secret)
		return nil, err
	}
	defer client.Close()
	return client.GetToken(ctx, consumerKey, login, secret)
}
