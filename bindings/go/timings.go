package nativeflow

// #include <nativeflow.h>
import "C"

import "time"

// Timings are the times of the parts of one call, in microseconds. A negative time: the call did not do that part. An idle
// connection needs no lookup, connection and TLS handshake.
type Timings struct {
	Lookup  time.Duration // the lookup of the host name: the proxy's if there is one, otherwise the server's
	Connect time.Duration // until there is a connection to the server, including a proxy's TLS handshake and tunnel
	TLS     time.Duration // the TLS handshake with the server
	Server  time.Duration // the request and the whole response
	Total   time.Duration // the whole call
}

// readTimings reads each time with a C function.
func readTimings(us func(of C.int32_t) C.int64_t) Timings {
	read := func(of C.int32_t) time.Duration { return time.Duration(us(of)) * time.Microsecond }
	return Timings{
		Lookup:  read(C.NF_TIMING_LOOKUP),
		Connect: read(C.NF_TIMING_CONNECT),
		TLS:     read(C.NF_TIMING_TLS),
		Server:  read(C.NF_TIMING_SERVER),
		Total:   read(C.NF_TIMING_TOTAL),
	}
}
