package duramen

// #cgo pkg-config: duramen
// #cgo CFLAGS: -std=gnu11 -Wall
// #include "shim.h"
import "C"

import (
	"sync/atomic"
	"unsafe"
)

// kind says what a handle points to, and so how it is released and what errors call it.
type kind uint8

const (
	kindContext kind = iota
	kindLentContext
	kindTensor
	kindModule
	kindListing
	kindValue
	kindStateDict
	kindCheckpoint
	kindOptimizer
	kindOp
	kindRules
	kindReport
	kindError
	kindDiff
	kindStream
	kindNotes
	kindState
	kindOptions
	kindScope
)

var kindNames = [...]string{"context", "context", "tensor", "module", "listing", "value", "state dict", "checkpoint", "optimizer",
	"operator", "list of rules", "report", "error", "diff", "stream", "notes", "function state", "arguments", "scope"}

// openHandles counts the references that Go holds.
var openHandles atomic.Int64

// OpenHandles is the number of objects of the library that Go holds a reference to: those that were neither closed nor
// collected. It is a means to find leaks.
func OpenHandles() int { return int(openHandles.Load()) }

// handle is one reference to an object of the library.
//
// It is given back when it has been closed and no call is inside of it. The state is twice the number of calls that use
// it, plus one when it is closed.
type handle struct {
	pointer unsafe.Pointer
	state   atomic.Int64
	kind    kind
}

// adopt takes over a reference.
func (h *handle) adopt(kind kind, pointer unsafe.Pointer) {
	h.kind, h.pointer = kind, pointer
	openHandles.Add(1)
}

// enter keeps the object for a call; false when it is closed.
func (h *handle) enter() bool {
	for {
		state := h.state.Load()
		if state&1 != 0 || h.pointer == nil {
			return false
		}
		if h.state.CompareAndSwap(state, state+2) {
			return true
		}
	}
}

// leave ends what enter began.
func (h *handle) leave() {
	if h.state.Add(-2) == 1 {
		h.give()
	}
}

// close gives the reference back, as close.go says.
func (h *handle) close() error {
	for {
		state := h.state.Load()
		if state&1 != 0 {
			return nil
		}
		if h.state.CompareAndSwap(state, state|1) {
			if state == 0 && h.pointer != nil {
				h.give()
			}
			return nil
		}
	}
}

func (h *handle) give() {
	openHandles.Add(-1)
	release(h.kind, h.pointer)
}

// release gives a reference of any kind back; the library allows that on any thread.
func release(kind kind, pointer unsafe.Pointer) { // long: flat switch
	switch kind {
	case kindContext:
		contexts.Delete(pointer)
		C.duramen_context_release((*C.duramen_context)(pointer))
	case kindLentContext:
		C.duramen_context_release((*C.duramen_context)(pointer))
	case kindTensor:
		C.duramen_tensor_release((*C.duramen_tensor)(pointer))
	case kindModule:
		C.duramen_module_release((*C.duramen_module)(pointer))
	case kindListing:
		C.duramen_listing_release((*C.duramen_listing)(pointer))
	case kindValue:
		C.duramen_value_release((*C.duramen_value)(pointer))
	case kindStateDict:
		C.duramen_state_dict_release((*C.duramen_state_dict)(pointer))
	case kindCheckpoint:
		C.duramen_checkpoint_release((*C.duramen_checkpoint)(pointer))
	case kindOptimizer:
		C.duramen_optimizer_release((*C.duramen_optimizer)(pointer))
	case kindOp:
		C.duramen_op_release((*C.duramen_op)(pointer))
	case kindRules:
		C.duramen_rename_rules_release((*C.duramen_rename_rules)(pointer))
	case kindReport:
		C.duramen_load_report_release((*C.duramen_load_report)(pointer))
	case kindError:
		C.duramen_error_release((*C.duramen_error)(pointer))
	case kindDiff:
		C.duramen_diff_release((*C.duramen_diff)(pointer))
	case kindStream:
		C.duramen_tensor_stream_release((*C.duramen_tensor_stream)(pointer))
	case kindNotes:
		C.duramen_load_notes_release((*C.duramen_load_notes)(pointer))
	case kindState:
		C.duramen_function_state_release((*C.duramen_function_state)(pointer))
	case kindOptions:
		C.duramen_options_release((*C.duramen_options)(pointer))
	case kindScope:
		C.duramen_scope_release((*C.duramen_scope)(pointer))
	}
}
