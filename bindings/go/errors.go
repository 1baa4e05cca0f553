package duramen

// #include "shim.h"
import "C"

import (
	"errors"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"unsafe"
)

// Code says what a caller can do about a failure; it is an error itself, for errors.Is:
//
//	if errors.Is(err, duramen.ErrNotFound) { … }
type Code int32

// The codes of the library, and that of what a program's own callback returned.
const (
	ErrInvalidArgument Code = C.DURAMEN_E_INVALID_ARGUMENT
	ErrNotFound        Code = C.DURAMEN_E_NOT_FOUND
	ErrAlreadyExists   Code = C.DURAMEN_E_ALREADY_EXISTS
	ErrShapeMismatch   Code = C.DURAMEN_E_SHAPE_MISMATCH
	ErrDTypeMismatch   Code = C.DURAMEN_E_DTYPE_MISMATCH
	ErrState           Code = C.DURAMEN_E_STATE
	ErrReadOnly        Code = C.DURAMEN_E_READ_ONLY
	ErrUnsupported     Code = C.DURAMEN_E_UNSUPPORTED
	ErrBufferTooSmall  Code = C.DURAMEN_E_BUFFER_TOO_SMALL
	ErrLimit           Code = C.DURAMEN_E_LIMIT
	ErrIO              Code = C.DURAMEN_E_IO
	ErrCorrupt         Code = C.DURAMEN_E_CORRUPT
	ErrIncompatible    Code = C.DURAMEN_E_INCOMPATIBLE
	ErrCancelled       Code = C.DURAMEN_E_CANCELLED
	ErrNoMemory        Code = C.DURAMEN_E_NO_MEMORY
	ErrBadHandle       Code = C.DURAMEN_E_BAD_HANDLE
	ErrInternal        Code = C.DURAMEN_E_INTERNAL
	// ErrCallback is the code of an error of the program's own, which errors.Is and errors.As find behind it.
	ErrCallback Code = -1000
)

// ErrClosed is behind the error of a call on an object that was closed.
var ErrClosed = errors.New("duramen: closed")

// Name is the code's name, such as "NOT_FOUND".
func (c Code) Name() string { return C.GoString(C.duramen_status_name(C.duramen_status(c))) }

// Error is the code's name and number.
func (c Code) Error() string { return "duramen: " + c.Name() + " (" + strconv.Itoa(int(c)) + ")" }

// Error is what every failed call gives. It is a value of its own: it stays whole when it is handed to another goroutine.
type Error struct {
	Code Code
	// Message is one line, "operation: what is wrong (expected …, got …)".
	Message string
	// Function is the function of the C interface that failed, or of this package where Go found the mistake.
	Function string
	// Details has what else is known under permanent keys: "path", "nearest", "expected", "actual", "file", "entry",
	// "offset", "column", "argument", "torch_error", "torch_message", "saved", "errno".
	Details map[string]string

	cause  error
	object *errorObject
	report *LoadReport
}

// errorObject keeps the library's own error, for callbacks that hand it on.
type errorObject struct{ handle }

// Error is the message.
func (e *Error) Error() string { return e.Message }

// Unwrap is what caused the error: another Error, an error of the program's own, ErrClosed or a context's error; or nil.
func (e *Error) Unwrap() error { return e.cause }

// Is makes errors.Is(err, code) true for the error's code, and for what the system said of a file, such as
// fs.ErrNotExist and syscall.ENOENT.
func (e *Error) Is(target error) bool {
	if code, ok := target.(Code); ok {
		return code == e.Code
	}
	number, err := strconv.Atoi(e.Details["errno"])
	return err == nil && errors.Is(syscall.Errno(number), target)
}

// Detail is the detail under a key, "" for none.
func (e *Error) Detail(key string) string { return e.Details[key] }

// Report tells why a load does not fit, when the code is ErrIncompatible; nil for other errors.
func (e *Error) Report() *LoadReport { return e.report }

func newGoError(function string, code Code, message string, cause error) *Error {
	return &Error{Code: code, Message: function + ": " + message, Function: function, cause: cause}
}

// newError copies an error of the library out, and takes it over; NULL stands for one that memory did not suffice for.
func newError(function string, code Code, object *C.duramen_error) *Error {
	if object == nil {
		return newGoError(function, code, code.Name(), nil)
	}
	out := copyError(object)
	out.Code = code
	if out.Function == "" {
		out.Function = function
	}
	out.object = &errorObject{}
	out.object.adopt(kindError, unsafe.Pointer(object))
	runtime.SetFinalizer(out.object, func(o *errorObject) { o.close() })
	return out
}

func copyError(object *C.duramen_error) *Error {
	var length C.size_t
	message := C.duramen_error_message(object, &length)
	out := &Error{Code: Code(C.duramen_error_status(object)), Message: goText(message, length)}
	count := C.duramen_error_detail_count(object)
	for i := C.size_t(0); i < count; i++ {
		at := C.duramen_error_detail_key(object, i, &length)
		key := goText(at, length)
		at = C.duramen_error_detail_value(object, i, &length)
		if key == "function" {
			out.Function = goText(at, length)
			continue
		}
		if out.Details == nil {
			out.Details = make(map[string]string, int(count))
		}
		out.Details[key] = goText(at, length)
	}
	if report := C.duramen_error_load_report(object); report != nil {
		out.report = newLoadReport(C.duramen_load_report_retain(report))
	}
	if own := ownErrors.take(object); own != nil {
		out.cause = own
	} else if cause := C.duramen_error_cause(object); cause != nil {
		out.cause = copyError((*C.duramen_error)(unsafe.Pointer(cause)))
	}
	return out
}

// ownErrors remembers the Go errors that callbacks returned, by the library's error that travels in their place, until
// the call that the callback was part of fails with it. What the library swallowed is forgotten, the oldest first.
var ownErrors = pendingErrors{byObject: map[*C.duramen_error]error{}}

type pendingErrors struct {
	mutex    sync.Mutex
	byObject map[*C.duramen_error]error
	order    []*C.duramen_error
}

const mostPending = 256

// put remembers an error; the object is kept alive meanwhile, so that its address is its own.
func (p *pendingErrors) put(object *C.duramen_error, err error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if _, there := p.byObject[object]; there {
		p.byObject[object] = err
		return
	}
	C.duramen_error_retain(object)
	p.byObject[object] = err
	p.order = append(p.order, object)
	if len(p.order) > mostPending {
		p.forget(p.order[0])
	}
}

func (p *pendingErrors) take(object *C.duramen_error) error {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	err, there := p.byObject[object]
	if there {
		p.forget(object)
	}
	return err
}

func (p *pendingErrors) forget(object *C.duramen_error) {
	delete(p.byObject, object)
	for i, one := range p.order {
		if one == object {
			p.order = append(p.order[:i], p.order[i+1:]...)
			break
		}
	}
	C.duramen_error_release(object)
}
