package duramen

// #include "shim.h"
import "C"

import (
	"io"
	"runtime/cgo"
	"strings"
	"unsafe"
)

//export goReadAt
func goReadAt(user C.uintptr_t, offset C.uint64_t, buffer unsafe.Pointer, nbytes C.size_t, failure **C.duramen_error) C.int32_t {
	return guarded(failure, func() error {
		into := unsafe.Slice((*byte)(buffer), int(nbytes))
		n, err := cgo.Handle(user).Value().(io.ReaderAt).ReadAt(into, int64(offset))
		if n == len(into) {
			return nil // io.ReaderAt may say io.EOF with the last bytes
		}
		if err == nil || err == io.EOF {
			return io.ErrUnexpectedEOF
		}
		return err
	})
}

//export goWrite
func goWrite(user C.uintptr_t, data unsafe.Pointer, nbytes C.size_t, failure **C.duramen_error) C.int32_t {
	return guarded(failure, func() error {
		from := unsafe.Slice((*byte)(data), int(nbytes))
		n, err := cgo.Handle(user).Value().(io.Writer).Write(from)
		if err == nil && n < len(from) {
			return io.ErrShortWrite
		}
		return err
	})
}

// validText is an error's text as the library takes it.
func validText(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
