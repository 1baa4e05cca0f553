package duramen

// #include "shim.h"
import "C"

import (
	"io"
	"os"
	"runtime"
	"runtime/cgo"
	"unsafe"
)

// Checkpoint is an open file: its index, and a hold on its memory. It is immutable. Its format is told by its content:
// PyTorch's .pt, .safetensors, .npy, .npz, .gguf, an index of shards, a folder of a distributed checkpoint.
type Checkpoint struct{ handle }

// OpenOptions says how to open; zero is the default of every field.
type OpenOptions struct {
	Read       bool // reads the file into memory instead of mapping it
	Verify     bool // checks the CRC-32 of every member of a zip
	Dequantize bool // blocks of GGUF's Q4_0 and Q8_0 become float32 tensors
	Limits     Limits
}

// Limits is what a file may claim before it is refused with ErrLimit; zeros are safe defaults.
type Limits struct {
	Depth                                         uint32
	Entries, HeaderBytes, TensorBytes, TotalBytes uint64
}

func (o *OpenOptions) raw() (C.uint64_t, *C.duramen_limits) {
	limits := &C.duramen_limits{struct_size: C.uint32_t(unsafe.Sizeof(C.duramen_limits{}))}
	var flags C.uint64_t
	if o == nil {
		return flags, limits
	}
	if o.Read {
		flags |= C.DURAMEN_OPEN_READ
	}
	if o.Verify {
		flags |= C.DURAMEN_OPEN_VERIFY
	}
	if o.Dequantize {
		flags |= C.DURAMEN_OPEN_DEQUANTIZE
	}
	limits.max_depth, limits.max_entries = C.uint32_t(o.Limits.Depth), C.uint64_t(o.Limits.Entries)
	limits.max_header_bytes = C.uint64_t(o.Limits.HeaderBytes)
	limits.max_tensor_bytes = C.uint64_t(o.Limits.TensorBytes)
	limits.max_total_bytes = C.uint64_t(o.Limits.TotalBytes)
	return flags, limits
}

func openWith(name string, ctx *Context, options *OpenOptions, run func(context *C.duramen_context, flags C.uint64_t,
	limits *C.duramen_limits, out **C.duramen_checkpoint, c *call) C.duramen_status) (*Checkpoint, error) {
	c := begin(name)
	defer c.end()
	context := c.context(ctx)
	if c.err != nil {
		return nil, c.err
	}
	flags, limits := options.raw()
	raw := new(*C.duramen_checkpoint)
	if err := c.done(run(context, flags, limits, raw, c)); err != nil {
		return nil, err
	}
	out := &Checkpoint{}
	out.adopt(kindCheckpoint, unsafe.Pointer(*raw))
	runtime.SetFinalizer(out, func(c *Checkpoint) { c.Close() })
	return out, nil
}

// Open opens a file, an index with its shards, or a folder that is one checkpoint; nil options are the defaults.
//
// Tensors share the mapped file. A file that another process may cut short meanwhile must be opened with
// OpenOptions.Read: touching what is gone from a mapping ends the process.
func Open(ctx *Context, path string, options *OpenOptions) (*Checkpoint, error) {
	return openWith("Open", ctx, options, func(context *C.duramen_context, flags C.uint64_t, limits *C.duramen_limits,
		out **C.duramen_checkpoint, c *call) C.duramen_status {
		data, length := text(path)
		return C.go_checkpoint_open(context, data, length, flags, limits, out, &c.failure)
	})
}

// OpenBytes opens a file that is in memory; the bytes are copied.
func OpenBytes(ctx *Context, data []byte, options *OpenOptions) (*Checkpoint, error) {
	return openWith("OpenBytes", ctx, options, func(context *C.duramen_context, flags C.uint64_t, limits *C.duramen_limits,
		out **C.duramen_checkpoint, c *call) C.duramen_status {
		return C.go_checkpoint_from_memory(context, memoryPointer(data), C.size_t(len(data)),
			flags, limits, out, &c.failure)
	})
}

// OpenFile opens an open file from its first byte on, wherever it is positioned; a pipe is read to its end. The file
// stays the caller's and may be closed afterwards.
func OpenFile(ctx *Context, file *os.File, options *OpenOptions) (*Checkpoint, error) {
	defer runtime.KeepAlive(file)
	return openWith("OpenFile", ctx, options, func(context *C.duramen_context, flags C.uint64_t, limits *C.duramen_limits,
		out **C.duramen_checkpoint, c *call) C.duramen_status {
		return C.go_checkpoint_open_descriptor(context, C.int32_t(file.Fd()), flags, limits, out, &c.failure)
	})
}

// OpenReader opens a file of so many bytes that a reader gives; all are read into memory. The reader's own error is
// behind the error.
func OpenReader(ctx *Context, reader io.ReaderAt, size int64, options *OpenOptions) (*Checkpoint, error) {
	if size < 0 {
		return nil, newGoError("OpenReader", ErrInvalidArgument, "a negative size", nil)
	}
	user := cgo.NewHandle(reader)
	defer user.Delete()
	return openWith("OpenReader", ctx, options, func(context *C.duramen_context, flags C.uint64_t, limits *C.duramen_limits,
		out **C.duramen_checkpoint, c *call) C.duramen_status {
		return C.go_checkpoint_open_reader(context, C.uintptr_t(user), C.uint64_t(size), flags, limits, out, &c.failure)
	})
}

func (k *Checkpoint) read(ask func(*C.duramen_checkpoint)) {
	if k == nil || !k.enter() {
		ask(nil)
		return
	}
	defer k.leave()
	ask((*C.duramen_checkpoint)(k.pointer))
}

// Format is "safetensors", "torch", "npy", "npz", "gguf" or "dcp".
func (k *Checkpoint) Format() (out string) {
	k.read(func(raw *C.duramen_checkpoint) {
		var length C.size_t
		data := C.duramen_checkpoint_format(raw, &length)
		out = goText(data, length)
	})
	return out
}

// Property is what the file says of itself: "version", "byteorder", "protocol", "container", …; "" where it says nothing.
func (k *Checkpoint) Property(key string) (out string) {
	k.read(func(raw *C.duramen_checkpoint) {
		var n C.size_t
		name, length := text(key)
		data := C.duramen_checkpoint_property(raw, name, length, &n)
		out = goText(data, n)
	})
	return out
}

// Content is everything that the file holds, as one value.
func (k *Checkpoint) Content() (out *Value) {
	k.read(func(raw *C.duramen_checkpoint) {
		out = lentValue((*C.duramen_value)(unsafe.Pointer(C.duramen_checkpoint_content(raw))))
	})
	return out
}

// StateDict is a state dict of the file; `selected` is a dotted path to a nested dict, "" the root. Its tensors share
// the file's memory; those that are not looked at are not read.
func (k *Checkpoint) StateDict(ctx *Context, selected string) (*StateDict, error) {
	c := begin("StateDict")
	defer c.end()
	context, raw := c.context(ctx), c.checkpoint(k)
	if c.err != nil {
		return nil, c.err
	}
	var out *C.duramen_state_dict
	data, length := text(selected)
	return c.dictResult(C.duramen_checkpoint_state_dict(context, raw, data, length, &out, &c.failure), &out)
}

// Load opens a file and gives its state dict.
func Load(ctx *Context, path string) (*StateDict, error) {
	k, err := Open(ctx, path, nil)
	if err != nil {
		return nil, err
	}
	defer k.Close()
	return k.StateDict(ctx, "")
}
