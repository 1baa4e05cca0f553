package duramen

// #include "shim.h"
import "C"

import (
	"errors"
	"fmt"
	"runtime/cgo"
	"unsafe"
)

// guarded runs what a callback does and gives the status for the library: an error, or a panic, is remembered and
// travels as an error of the library.
func guarded(failure **C.duramen_error, run func() error) (status C.int32_t) {
	finished := false
	defer func() {
		// Without a value: a panic of nil, or runtime.Goexit, after which C is never returned to.
		if panicked := recover(); panicked != nil || !finished {
			status = handOver(failure, panicError(panicked))
		}
	}()
	err := run()
	finished = true
	if err != nil {
		return handOver(failure, err)
	}
	return C.DURAMEN_OK
}

// panicError is the panic's own value where that is an error.
func panicError(panicked any) error {
	if err, ok := panicked.(error); ok {
		return fmt.Errorf("panic: %w", err)
	}
	return fmt.Errorf("panic: %v", panicked)
}

// handOver makes the library's error of a Go error. One of the library's own goes on as it is.
func handOver(failure **C.duramen_error, err error) C.int32_t {
	var own *Error
	if errors.As(err, &own) && own.object != nil && own.object.enter() {
		defer own.object.leave()
		object := (*C.duramen_error)(own.object.pointer)
		if error(own) != err || own.cause != nil {
			ownErrors.put(object, err)
		}
		*failure = C.duramen_error_retain(object)
		return C.int32_t(C.duramen_error_status(object))
	}
	var object *C.duramen_error
	data, length := text(validText(err.Error()))
	if C.duramen_error_create(C.duramen_status(ErrCallback), data, length, &object) != C.DURAMEN_OK {
		return C.int32_t(ErrCallback)
	}
	ownErrors.put(object, err)
	*failure = object
	return C.int32_t(ErrCallback)
}

// lent gives a function the objects that a callback got, each with a reference of its own for the time of the call.
type lent struct{ closers []*handle }

func (l *lent) context(raw *C.duramen_context) *Context {
	state, _ := contexts.Load(unsafe.Pointer(raw))
	known, ok := state.(*contextState)
	if !ok {
		known = &contextState{}
	}
	ctx := newContext(kindLentContext, C.duramen_context_retain(raw), known)
	ctx.scope.Store(&scope{})
	l.closers = append(l.closers, &ctx.handle)
	return ctx
}

func (l *lent) module(raw *C.duramen_module) *Module {
	m := retainedModule(raw)
	if m != nil {
		l.closers = append(l.closers, &m.handle)
	}
	return m
}

func (l *lent) tensor(raw *C.duramen_tensor) *Tensor {
	t := retainedTensor(raw)
	if t != nil {
		l.closers = append(l.closers, &t.handle)
	}
	return t
}

func (l *lent) close() {
	for _, h := range l.closers {
		h.close()
	}
}

//export goDestroy
func goDestroy(user C.uintptr_t) {
	h := cgo.Handle(user)
	value := h.Value()
	h.Delete()
	unpin(value)
}

//export goLog
func goLog(user C.uintptr_t, level C.int32_t, message *C.char, length C.size_t) {
	defer func() { _ = recover() }()
	cgo.Handle(user).Value().(func(LogLevel, string))(LogLevel(level), goText(message, length))
}

//export goProgress
func goProgress(user C.uintptr_t, operation *C.char, length C.size_t, done, total C.uint64_t,
	failure **C.duramen_error) C.int32_t {
	return guarded(failure, func() error {
		progress := cgo.Handle(user).Value().(func(string, uint64, uint64) error)
		return progress(goText(operation, length), uint64(done), uint64(total))
	})
}

//export goVisit
func goVisit(user C.uintptr_t, module *C.duramen_module, failure **C.duramen_error) C.int32_t {
	return guarded(failure, func() error {
		var l lent
		defer l.close()
		return cgo.Handle(user).Value().(func(*Module) error)(l.module(module))
	})
}

// Apply calls a function for every module of the tree, children before parents, as Module.apply(). The module is closed
// when the function returns.
func (m *Module) Apply(visit func(*Module) error) error {
	user := cgo.NewHandle(visit)
	defer user.Delete()
	return m.edit("Apply", func(raw *C.duramen_module, failure **C.duramen_error) C.duramen_status {
		return C.go_module_apply(raw, C.uintptr_t(user), failure)
	})
}

//export goRename
func goRename(user C.uintptr_t, name *C.char, length C.size_t, out **C.duramen_string, failure **C.duramen_error) C.int32_t {
	return guarded(failure, func() error {
		before := goText(name, length)
		after, err := cgo.Handle(user).Value().(func(string) (string, error))(before)
		if err != nil || after == before {
			return err
		}
		return giveText("rename", after, out)
	})
}

// giveText gives the library a text.
func giveText(name, content string, out **C.duramen_string) error {
	c := begin(name)
	defer c.end()
	data, length := text(content)
	return c.done(C.duramen_string_create(data, length, out, &c.failure))
}
