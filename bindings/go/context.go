package duramen

// #include "shim.h"
import "C"

import (
	"runtime"
	"runtime/cgo"
	"sync"
	"sync/atomic"
	"unsafe"
)

// Context is what computing needs: the random generator, grad mode, threads, memory, log, progress and cancel. Whatever
// computes, copies or touches files takes one as its first argument.
//
// Calls on one context happen one after the other: a goroutine waits while another is inside a call. Modes, such as
// those of NoGrad and Scope, are the context's, so goroutines that work side by side have a context each. Inside a
// callback a program uses the context that it gets, or those of the calls that led to it; calls on those do not wait.
// Calls on any other do: two callbacks that wait for each other's context wait for ever.
type Context struct {
	handle
	state *contextState
	scope atomic.Pointer[scope]
}

// contextState is shared by all Go values of one context of the library.
type contextState struct {
	mutex  sync.Mutex
	owner  atomic.Uintptr // the thread of the goroutine that has the lock, which stays on it
	memory memory
}

// lock waits while another goroutine is inside a call on the context. It gives false, and locks nothing, where the call
// is made in a callback that a call on this context led to: that one has the lock.
func (s *contextState) lock() bool {
	if !s.mutex.TryLock() {
		if s.ownedHere() {
			return false
		}
		s.mutex.Lock()
	}
	runtime.LockOSThread()
	s.owner.Store(uintptr(C.go_thread()))
	return true
}

func (s *contextState) unlock() {
	s.owner.Store(0)
	runtime.UnlockOSThread()
	s.mutex.Unlock()
}

func (s *contextState) ownedHere() bool {
	runtime.LockOSThread() // else the goroutine could come to the owner's thread in between
	defer runtime.UnlockOSThread()
	return s.owner.Load() == uintptr(C.go_thread())
}

// contexts has the state of each context, for callbacks, which get the context as an address.
var contexts sync.Map

// ContextOptions says how a context starts; zero is the default of every field.
type ContextOptions struct {
	Seed    uint64
	Threads int // the calling one counts; 0: one
	Log     func(level LogLevel, message string)
}

// LogLevel says how bad a message is.
type LogLevel int32

// The levels; PyTorch's warnings are LogWarning.
const (
	LogError   LogLevel = C.DURAMEN_LOG_ERROR
	LogWarning LogLevel = C.DURAMEN_LOG_WARNING
	LogInfo    LogLevel = C.DURAMEN_LOG_INFO
	LogDebug   LogLevel = C.DURAMEN_LOG_DEBUG
)

// NewContext makes a context; nil options are the defaults.
func NewContext(options *ContextOptions) (*Context, error) {
	if options == nil {
		options = &ContextOptions{}
	}
	c := begin("NewContext")
	defer c.end()
	var out *C.duramen_context
	if err := c.done(C.duramen_check_compat(C.DURAMEN_API_LEVEL, C.DURAMEN_ABI_EPOCH, &c.failure)); err != nil {
		return nil, err
	}
	if options.Threads < 0 {
		return nil, newGoError("NewContext", ErrInvalidArgument, "a negative number of threads", nil)
	}
	status := C.go_context_create(C.uint32_t(options.Threads), C.uint64_t(options.Seed), &out, &c.failure)
	if err := c.done(status); err != nil {
		return nil, err
	}
	state := &contextState{}
	contexts.Store(unsafe.Pointer(out), state)
	ctx := newContext(kindContext, out, state)
	if options.Log != nil {
		if err := ctx.SetLog(options.Log); err != nil {
			ctx.Close()
			return nil, err
		}
	}
	return ctx, nil
}

func newContext(kind kind, raw *C.duramen_context, state *contextState) *Context {
	ctx := &Context{state: state}
	ctx.adopt(kind, unsafe.Pointer(raw))
	runtime.SetFinalizer(ctx, func(c *Context) { c.Close() })
	return ctx
}

// simple makes a call that takes the context alone.
func (ctx *Context) simple(name string, run func(*C.duramen_context, **C.duramen_error) C.duramen_status) error {
	c := begin(name)
	defer c.end()
	context := c.context(ctx)
	if c.err != nil {
		return c.err
	}
	return c.done(run(context, &c.failure))
}

// Seed starts the generator again, as torch.manual_seed does.
func (ctx *Context) Seed(seed uint64) error {
	return ctx.simple("Seed", func(c *C.duramen_context, failure **C.duramen_error) C.duramen_status {
		return C.duramen_context_seed(c, C.uint64_t(seed), failure)
	})
}

// GeneratorState copies the generator's state out: the bytes of torch.get_rng_state().
func (ctx *Context) GeneratorState() ([]byte, error) {
	var nbytes C.size_t
	out := make([]byte, 8192)
	err := ctx.simple("GeneratorState", func(c *C.duramen_context, failure **C.duramen_error) C.duramen_status {
		return C.duramen_context_generator_state(c, (*C.uint8_t)(unsafe.Pointer(&out[0])), C.size_t(len(out)), &nbytes,
			failure)
	})
	if err != nil {
		return nil, err
	}
	return out[:nbytes], nil
}

// SetGeneratorState continues from a state that duramen or torch.get_rng_state() gave.
func (ctx *Context) SetGeneratorState(state []byte) error {
	if len(state) == 0 {
		return newGoError("SetGeneratorState", ErrInvalidArgument, "an empty state", nil)
	}
	return ctx.simple("SetGeneratorState", func(c *C.duramen_context, failure **C.duramen_error) C.duramen_status {
		return C.duramen_context_set_generator_state(c, (*C.uint8_t)(unsafe.Pointer(&state[0])), C.size_t(len(state)),
			failure)
	})
}

// GradEnabled says whether operations are recorded for Backward.
func (ctx *Context) GradEnabled() bool {
	c := begin("GradEnabled")
	defer c.end()
	return C.duramen_context_grad_enabled(c.context(ctx)) != 0
}

// SetGradEnabled switches recording on or off.
func (ctx *Context) SetGradEnabled(on bool) error {
	return ctx.simple("SetGradEnabled", func(c *C.duramen_context, failure **C.duramen_error) C.duramen_status {
		return C.duramen_context_set_grad_enabled(c, flag(on), failure)
	})
}

// NoGrad runs a function without recording, as torch.no_grad(), and gives its error.
func (ctx *Context) NoGrad(run func() error) error {
	before := ctx.GradEnabled()
	if err := ctx.SetGradEnabled(false); err != nil {
		return err
	}
	defer ctx.SetGradEnabled(before)
	return run()
}

// DefaultDType is the dtype of modules and literals for which none is given.
func (ctx *Context) DefaultDType() DType {
	c := begin("DefaultDType")
	defer c.end()
	return DType(C.duramen_context_default_dtype(c.context(ctx)))
}

// SetDefaultDType sets it, as torch.set_default_dtype does.
func (ctx *Context) SetDefaultDType(dtype DType) error {
	return ctx.simple("SetDefaultDType", func(c *C.duramen_context, failure **C.duramen_error) C.duramen_status {
		return C.duramen_context_set_default_dtype(c, C.duramen_dtype(dtype), failure)
	})
}

// Threads is how many threads a computation may use, the calling one included.
func (ctx *Context) Threads() int {
	c := begin("Threads")
	defer c.end()
	return int(C.duramen_context_num_threads(c.context(ctx)))
}

// InitialSeed is the seed that the generator started with.
func (ctx *Context) InitialSeed() uint64 {
	c := begin("InitialSeed")
	defer c.end()
	return uint64(C.duramen_context_initial_seed(c.context(ctx)))
}

// MemoryStatistics is what the memory of a context is used for.
type MemoryStatistics struct {
	BytesInUse, BytesCached, PeakBytesInUse, BlocksInUse uint64
}

// Memory tells what the context's memory is used for.
func (ctx *Context) Memory() (MemoryStatistics, error) {
	var out MemoryStatistics
	err := ctx.simple("Memory", func(c *C.duramen_context, failure **C.duramen_error) (status C.duramen_status) {
		out, status = statistics(c, failure)
		return status
	})
	return out, err
}

func statistics(c *C.duramen_context, failure **C.duramen_error) (MemoryStatistics, C.duramen_status) {
	raw := C.duramen_allocator_statistics{struct_size: C.uint32_t(unsafe.Sizeof(C.duramen_allocator_statistics{}))}
	status := C.duramen_context_allocator_statistics(c, &raw, failure)
	return MemoryStatistics{uint64(raw.bytes_in_use), uint64(raw.bytes_cached), uint64(raw.peak_bytes_in_use),
		uint64(raw.blocks_in_use)}, status
}

// BLASInfo is one line about the BLAS that the process loaded: vendor, version, threading.
func (ctx *Context) BLASInfo() (string, error) {
	out := new(*C.duramen_string)
	err := ctx.simple("BLASInfo", func(c *C.duramen_context, failure **C.duramen_error) C.duramen_status {
		return C.duramen_context_blas_info(c, out, failure)
	})
	return takeString(*out), err
}

// Trim gives the memory that is kept for reuse back to the system.
func (ctx *Context) Trim() error {
	return ctx.simple("Trim", func(c *C.duramen_context, failure **C.duramen_error) C.duramen_status {
		return C.duramen_context_trim(c, failure)
	})
}

// SetLog says where messages go, such as PyTorch's warnings; nil makes the context silent. The function is called on
// the goroutine of the call that has something to say.
func (ctx *Context) SetLog(log func(level LogLevel, message string)) error {
	var user cgo.Handle
	if log != nil {
		user = cgo.NewHandle(log)
	}
	err := ctx.simple("SetLog", func(c *C.duramen_context, failure **C.duramen_error) C.duramen_status {
		return C.go_context_set_log(c, C.uintptr_t(user), failure)
	})
	return ownedBy(err, user)
}

// SetProgress says who hears how far a long operation is; nil: nobody. An error stops the operation, and is behind the
// error that it fails with.
func (ctx *Context) SetProgress(progress func(operation string, done, total uint64) error) error {
	var user cgo.Handle
	if progress != nil {
		user = cgo.NewHandle(progress)
	}
	err := ctx.simple("SetProgress", func(c *C.duramen_context, failure **C.duramen_error) C.duramen_status {
		return C.go_context_set_progress(c, C.uintptr_t(user), failure)
	})
	return ownedBy(err, user)
}

// ownedBy gives a Go value back that the library did not take over, because the call failed.
func ownedBy(err error, user cgo.Handle) error {
	if err != nil && user != 0 {
		user.Delete()
	}
	return err
}
