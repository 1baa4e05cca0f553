package duramen

// #include "shim.h"
import "C"

import (
	"context"
	"errors"
)

// Cancel asks the running call on the context, and all later ones, to fail with ErrCancelled. Any goroutine may call it.
func (ctx *Context) Cancel() {
	if ctx != nil && ctx.enter() {
		defer ctx.leave()
		C.duramen_context_cancel((*C.duramen_context)(ctx.pointer))
	}
}

// ResetCancel takes the request back, so that the context can be used again.
func (ctx *Context) ResetCancel() {
	if ctx != nil && ctx.enter() {
		defer ctx.leave()
		C.duramen_context_reset_cancel((*C.duramen_context)(ctx.pointer))
	}
}

// IsCancelled says whether Cancel was called and not taken back.
func (ctx *Context) IsCancelled() bool {
	if ctx == nil || !ctx.enter() {
		return false
	}
	defer ctx.leave()
	return C.duramen_context_is_cancelled((*C.duramen_context)(ctx.pointer)) != 0
}

// Until runs a function, and cancels the context when `until` is done meanwhile; the request is taken back before Until
// returns. The error is the function's; where that is ErrCancelled, the reason, such as context.DeadlineExceeded, is
// behind it for errors.Is.
func (ctx *Context) Until(until context.Context, run func() error) error {
	if err := until.Err(); err != nil {
		return newGoError("Until", ErrCancelled, err.Error(), err)
	}
	finished, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		select {
		case <-until.Done():
			ctx.Cancel()
		case <-finished:
		}
	}()
	defer func() {
		close(finished)
		<-watched
		if until.Err() != nil {
			ctx.ResetCancel()
		}
	}()
	return withReason(run(), until)
}

func withReason(err error, until context.Context) error {
	var failed *Error
	if until.Err() == nil || !errors.As(err, &failed) || failed.Code != ErrCancelled || failed.cause != nil {
		return err
	}
	reasoned := *failed
	reasoned.cause = until.Err()
	return &reasoned
}
