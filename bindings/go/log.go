package nativeflow

// #include <nativeflow.h>
import "C"

import "runtime/cgo"

// Level is the level of a log line.
type Level int32

const (
	LevelError   Level = C.NF_LOG_ERROR   // the call failed
	LevelWarning Level = C.NF_LOG_WARNING // a problem that does not stop the call
	LevelInfo    Level = C.NF_LOG_INFO    // a step is finished
)

// LogFunc receives one line of the log, which contains no secret and no line break. It begins with the ID of its call, in
// brackets; see Error.CallID. The call waits for the function. Calls on several goroutines may run it at the same time. A panic
// in it is ignored.
type LogFunc func(level Level, line string)

//export nativeflowGoLog
func nativeflowGoLog(handle C.uintptr_t, level C.int32_t, line *C.char) {
	write := cgo.Handle(handle).Value().(LogFunc)
	text := C.GoString(line)
	returned := make(chan struct{})
	// A panic or runtime.Goexit on this goroutine would skip the frames of C, which contain the login and wipe it.
	go func() {
		defer close(returned)
		defer func() { _ = recover() }()
		write(Level(level), text)
	}()
	<-returned
}

// nativeflowGoRelease is called once for each handle, when no callback can run any more. It does not call C.
//
//export nativeflowGoRelease
func nativeflowGoRelease(handle C.uintptr_t) { cgo.Handle(handle).Delete() }
