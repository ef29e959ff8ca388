// Gets a token for each user of a list, at night, without locking their accounts. The project's docs/batch.md gives the reasons.
//
//	batch BASE_URL CONSUMER_KEY MAX_WAIT_SECONDS [CA_FILE] < list
//
// A line of the list is LOGIN,PASSWORD. The password is everything after the first comma. MAX_WAIT_SECONDS limits how long one
// user waits for retries. Exit code: 0 each user has a token, 1 some have none, 2 nothing was sent, 3 stopped early.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"nativeflow.example/nativeflow"
)

const (
	workers           = 4 // each running call occupies a thread
	maxFailuresInARow = 3 // more users in a row than have a wrong password by chance
)

type batch struct {
	client  *nativeflow.Client
	key     string
	maxWait time.Duration

	stopped   context.Context // done when several users in a row have failed
	stop      context.CancelFunc
	stoppedBy nativeflow.Code // the code of the last of them

	lock                                    sync.Mutex // of standard input, standard output, and what follows
	lines, tokens, failures, failuresInARow int
	isAtEnd                                 bool
}

// readLine reads the next line directly into buffer, because a bufio.Reader would keep copies of the secrets. It returns nil if
// the line is too long.
func (b *batch) readLine(buffer []byte) []byte {
	size := 0
	for {
		next := buffer[size : size+1]
		if n, _ := os.Stdin.Read(next); n == 0 || next[0] == '\n' {
			b.isAtEnd = n == 0
			break
		}
		if size < len(buffer)-1 { // otherwise the rest of the line overwrites the last byte
			size++
		}
	}
	if size == len(buffer)-1 {
		return nil
	}
	return bytes.TrimSuffix(buffer[:size], []byte("\r"))
}

// clone copies byte by byte: append and copy use vector registers, which nothing wipes.
func clone(from []byte) []byte {
	to := make([]byte, len(from))
	for i, next := range from {
		to[i] = next
	}
	return to
}

// getToken tries again after the time that an error asks for. Each call gets copies, because a call zeroes the slices that it
// gets, and a retry needs login and password again.
func (b *batch) getToken(login, secret []byte) (*nativeflow.Token, error) {
	for left := b.maxWait; ; {
		token, err := b.client.GetToken(context.Background(), b.key, clone(login), clone(secret))
		var failed *nativeflow.Error
		if !errors.As(err, &failed) || failed.RetryAfter == 0 || failed.RetryAfter > left {
			return token, err
		}
		left -= failed.RetryAfter
		select {
		case <-time.After(failed.RetryAfter):
		case <-b.stopped.Done():
			return nil, err
		}
	}
}

// report prints the result of a line. The line and not the login identifies the user: the output may go to a log.
func (b *batch) report(line int, token *nativeflow.Token, err error) {
	b.lock.Lock()
	defer b.lock.Unlock()
	if err == nil {
		// A program stores the token here.
		when := "at an unknown time"
		if at, known := token.ExpiresAt(); known {
			when = at.Format("2006-01-02 15:04:05 MST")
		}
		fmt.Printf("line %d: token, expires %s\n", line, when)
		b.tokens++
		b.failuresInARow = 0
		return
	}
	fmt.Printf("line %d: %v\n", line, err)
	b.failures++
	var failed *nativeflow.Error
	if errors.As(err, &failed) && failed.Code >= nativeflow.ErrDenied { // others were not sent: the line is invalid
		if b.failuresInARow++; b.failuresInARow == maxFailuresInARow {
			b.stoppedBy = failed.Code
			b.stop()
		}
	}
}

var (
	errLine    = errors.New("not LOGIN,PASSWORD")
	errTooLong = errors.New("longer than its buffer")
)

// nextUser handles the next line. It returns false if there is none, or if the batch has stopped.
func (b *batch) nextUser() bool {
	buffer := make([]byte, 1024)
	defer nativeflow.Wipe(buffer)
	b.lock.Lock()
	isOver := b.isAtEnd || b.stopped.Err() != nil
	var text []byte
	if !isOver {
		b.lines++
		text = b.readLine(buffer)
	}
	line := b.lines
	b.lock.Unlock()
	if isOver || text != nil && len(text) == 0 {
		return !isOver
	}
	comma := bytes.IndexByte(text, ',')
	switch {
	case text == nil:
		b.report(line, nil, errTooLong)
		return true
	case comma < 0 || comma == len(text)-1:
		b.report(line, nil, errLine)
		return true
	}
	token, err := b.getToken(text[:comma], text[comma+1:])
	if err == nil {
		defer token.Close()
	}
	b.report(line, token, err)
	return true
}

// run handles all lines. One user at a time until the first token: a wrong key costs three failed logins, and not more in other
// goroutines.
func (b *batch) run() {
	for b.tokens == 0 && b.nextUser() {
	}
	var group sync.WaitGroup
	for n := 0; n < workers; n++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for b.nextUser() {
			}
		}()
	}
	group.Wait()
}

// newClient makes the client of a batch. For the OAuth 2.0 service, set two options more: OAuth2 and ClientSecret. It also checks
// the key, so that a key that cannot be sent fails once and not for each user. A call with a canceled context sends nothing.
func newClient(baseURL, key, caFile string) (*nativeflow.Client, error) {
	client, err := nativeflow.NewClient(nativeflow.Options{
		BaseURL:   baseURL,
		CAFile:    caFile,
		KeepAlive: 30 * time.Second, // the next user uses an idle connection, so there are as many connections as workers
	})
	if err != nil {
		return nil, err
	}
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := client.GetToken(canceled, key, []byte("login"), nil); !errors.Is(err, nativeflow.ErrCancelled) {
		client.Close()
		return nil, err
	}
	return client, nil
}

func count(n int, of string) string {
	if n != 1 {
		of += "s"
	}
	return fmt.Sprintf("%d %s", n, of)
}

// printEnd prints the last line, and returns the exit code.
func (b *batch) printEnd() int {
	fmt.Printf("%s, %s", count(b.tokens, "token"), count(b.failures, "failure"))
	switch {
	case b.tokens+b.failures == 0:
		fmt.Println(". The list is empty.")
		return 2
	case b.stoppedBy != 0 && b.stoppedBy < 40:
		fmt.Println(". Stopped: several users in a row failed. Check the consumer key first.")
		return 3
	case b.stoppedBy != 0:
		fmt.Println(". Stopped: several users in a row failed. Follow the remedy of the last failure.")
		return 3
	case b.failures > 0:
		fmt.Println()
		return 1
	}
	fmt.Println()
	return 0
}

func main() {
	maxWait := uint64(0)
	err := error(nil)
	if len(os.Args) >= 4 {
		maxWait, err = strconv.ParseUint(os.Args[3], 10, 32)
	}
	if len(os.Args) < 4 || len(os.Args) > 5 || err != nil || maxWait > 86400 {
		fmt.Fprintf(os.Stderr, "usage: %s BASE_URL CONSUMER_KEY MAX_WAIT_SECONDS [CA_FILE] < list\n", os.Args[0])
		os.Exit(2)
	}
	client, err := newClient(os.Args[1], os.Args[2], append(os.Args, "")[4])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	b := &batch{client: client, key: os.Args[2], maxWait: time.Duration(maxWait) * time.Second}
	b.stopped, b.stop = context.WithCancel(context.Background())
	b.run()
	client.Close()
	os.Exit(b.printEnd())
}
