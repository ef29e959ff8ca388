package nativeflow

// #include <nativeflow.h>
import "C"

import "runtime/cgo"

// Level is how much a line of the log matters.
type Level int32

const (
	LevelError   Level = C.NF_LOG_ERROR   // the call has failed
	LevelWarning Level = C.NF_LOG_WARNING // something is not as it should be, and the call goes on
	LevelInfo    Level = C.NF_LOG_INFO    // a step was done
)

// LogFunc takes one line, without a secret and without a line break. The call waits for it, and calls on several goroutines
// call it at the same time. A panic in it is dropped.
type LogFunc func(level Level, line string)

//export nativeflowGoLog
func nativeflowGoLog(handle C.uintptr_t, level C.int32_t, line *C.char) {
	write := cgo.Handle(handle).Value().(LogFunc)
	text := C.GoString(line)
	returned := make(chan struct{})
	// A panic or runtime.Goexit here would leave out the frames of C below, which hold the login and wipe it.
	go func() {
		defer close(returned)
		defer func() { _ = recover() }()
		write(Level(level), text)
	}()
	<-returned
}

// nativeflowGoRelease is called once for each handle, on the thread that lets go last. It calls nothing of C.
//
//export nativeflowGoRelease
func nativeflowGoRelease(handle C.uintptr_t) { cgo.Handle(handle).Delete() }
