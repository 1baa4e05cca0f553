package duramen

// #include "shim.h"
import "C"

import (
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// scope has the tensors that calls on a context made since it began.
type scope struct {
	mutex   sync.Mutex
	tensors []*Tensor
}

// Scope runs a function, closes the tensors that calls on the context made meanwhile, but for those that were kept
// (Tensor.Keep), and gives the function's error. A training step inside a scope gives its memory back at once, without
// waiting for Go's collector:
//
//	err := ctx.Scope(func() error {
//		output, err := model.Forward(ctx, input)
//		…
//	})
//
// Scopes may lie inside each other.
func (ctx *Context) Scope(run func() error) error {
	if ctx == nil {
		return newGoError("Scope", ErrInvalidArgument, "the context is nil", nil)
	}
	inner := &scope{}
	outer := ctx.scope.Swap(inner)
	defer func() {
		ctx.scope.Store(outer)
		inner.close()
	}()
	return run()
}

func (s *scope) add(t *Tensor) {
	s.mutex.Lock()
	s.tensors = append(s.tensors, t)
	s.mutex.Unlock()
}

func (s *scope) close() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, t := range s.tensors {
		if !t.kept.Load() {
			t.Close()
		}
	}
	s.tensors = nil
}

// Keep lets the tensor live on beyond the scopes that it was made in, and gives it.
func (t *Tensor) Keep() *Tensor {
	if t != nil {
		t.kept.Store(true)
	}
	return t
}

// made notes a new tensor: in the scope, and for the collector.
func (ctx *Context) made(t *Tensor) {
	if inner := ctx.scope.Load(); inner != nil {
		inner.add(t)
	}
	ctx.state.memory.made((*C.duramen_context)(ctx.pointer))
}

// memory tells Go's collector of the library's memory, which it does not see: when the tensors take twice what they
// took after the last collection, there is another one.
type memory struct {
	tensors atomic.Uint64
	limit   atomic.Uint64 // 0: to be set
}

const (
	tensorsBetween = 64
	smallestLimit  = 64 << 20
)

// made is called inside of calls on the context.
func (m *memory) made(raw *C.duramen_context) {
	if m.tensors.Add(1)%tensorsBetween != 0 {
		return
	}
	limit := m.limit.Load()
	now, status := statistics(raw, nil)
	switch {
	case status != C.DURAMEN_OK:
	case limit == 0:
		m.limit.CompareAndSwap(0, newLimit(now))
	case now.BytesInUse > limit && m.limit.CompareAndSwap(limit, math.MaxUint64):
		runtime.GC()
		// The finalisers run on a goroutine of their own: they get a moment, so that the caller goes on with their memory.
		for i := 0; i < 100 && now.BytesInUse > limit/2; i++ {
			time.Sleep(time.Millisecond)
			now, _ = statistics(raw, nil)
		}
		m.limit.Store(newLimit(now))
	}
}

func newLimit(now MemoryStatistics) uint64 {
	if now.BytesInUse < smallestLimit/2 {
		return smallestLimit
	}
	return 2 * now.BytesInUse
}
