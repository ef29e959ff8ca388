// Package nativeflow gets an SAP Concur access token from a user's login and password, and wipes both from memory. It uses the
// C library nativeflow: pkg-config must find it when a program is built, and the loader when the program runs.
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
// Login and secret are []byte. A call moves them to C memory. It overwrites both the slices and the C memory with zeros, on
// success and failure. Copies that Go made before stay in memory: a string, the old block of a slice that append has grown, the
// buffer of a bufio.Reader. Therefore read a secret into a slice of its full size, as examples/get_token does.
//
// # Threads
//
// Several goroutines may use everything in this package at the same time. A running call occupies a thread of the system.
//
// nativeflow.h describes all details, at the C function of the same name.
package nativeflow

/*
#cgo pkg-config: nativeflow
#include <nativeflow.h>
*/
import "C"

import "context"

// HeaderVersionNumber is the version of the header that this package was compiled with, 0xMMmmpp. Compare it with
// VersionNumber.
const HeaderVersionNumber = uint32(C.NF_VERSION_NUMBER)

// Version returns the version of the loaded C library, such as "0.1.0".
func Version() string { return C.GoString(C.nf_version()) }

// VersionNumber returns the version of the loaded C library as one number, 0xMMmmpp.
func VersionNumber() uint32 { return uint32(C.nf_version_number()) }

// GetToken gets an access token from Concur's production host with the default options. It creates a client, makes one call and
// closes the client. See Client.GetToken.
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
