// Gets an access token and prints it.
//
//	get_token BASE_URL CONSUMER_KEY LOGIN [CA_FILE]
//
// The secret (password) is the first line of standard input: other users of the machine can read a command line.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"nativeflow.example/nativeflow"
)

// readSecret reads up to the end of the line directly into buffer. A bufio.Reader would keep a copy, and so would a slice that
// grows.
func readSecret(buffer []byte) ([]byte, error) {
	for n := range buffer {
		_, err := os.Stdin.Read(buffer[n : n+1])
		if err == io.EOF || err == nil && buffer[n] == '\n' {
			return bytes.TrimRight(buffer[:n], "\r"), nil
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("the secret is longer than %d bytes", len(buffer)-1)
}

func printToken(token *nativeflow.Token) {
	expires := "unknown"
	if at, known := token.ExpiresAt(); known {
		expires = at.Format("2006-01-02 15:04:05 UTC")
	}
	value := token.AppendValue(nil) // bytes without fmt, because fmt makes copies that cannot be wiped
	defer nativeflow.Wipe(value)
	os.Stdout.WriteString("token:    ")
	os.Stdout.Write(value)
	fmt.Printf("\nexpires:  %s\ninstance: %s\n", expires, token.InstanceURL())
}

func run(baseURL, consumerKey, login, caFile string) error {
	client, err := nativeflow.NewClient(nativeflow.Options{BaseURL: baseURL, CAFile: caFile})
	if err != nil {
		return err
	}
	defer client.Close()
	buffer := make([]byte, 512)
	defer nativeflow.Wipe(buffer)
	secret, err := readSecret(buffer)
	if err != nil {
		return err
	}
	token, err := client.GetToken(context.Background(), consumerKey, []byte(login), secret) // zeros login and secret
	if err != nil {
		return err
	}
	defer token.Close()
	printToken(token)
	return nil
}

func main() {
	if len(os.Args) < 4 || len(os.Args) > 5 {
		fmt.Fprintf(os.Stderr, "usage: %s BASE_URL CONSUMER_KEY LOGIN [CA_FILE]\n", os.Args[0])
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3], append(os.Args, "")[4]); err != nil {
		var failed *nativeflow.Error
		if errors.As(err, &failed) {
			fmt.Fprintf(os.Stderr, "%s: %s.\n%s\n", failed.Name(), failed.Message, failed.Remedy)
		} else {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1)
	}
}
