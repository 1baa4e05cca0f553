package duramen

// #include "shim.h"
import "C"

import (
	"io"
	"runtime/cgo"
	"unsafe"
)

// Format is a file format for saving.
type Format int32

// The formats. Automatic is by the path's ending: .safetensors; .pt, .pth, .bin, .ckpt; .npy; .npz; .gguf; "/" for DCP.
const (
	Automatic   Format = C.DURAMEN_FORMAT_AUTOMATIC
	Safetensors Format = C.DURAMEN_FORMAT_SAFETENSORS
	Torch       Format = C.DURAMEN_FORMAT_TORCH
	NPY         Format = C.DURAMEN_FORMAT_NPY
	NPZ         Format = C.DURAMEN_FORMAT_NPZ
	GGUF        Format = C.DURAMEN_FORMAT_GGUF
	DCP         Format = C.DURAMEN_FORMAT_DCP
)

// SaveOptions says how to save; zero is the default of every field.
type SaveOptions struct {
	Format Format
	// NotDurable lets the system take its time: the file is whole or untouched, but may not survive a power cut yet.
	NotDurable bool
	// Alignment: the data of a .safetensors starts at a multiple of it.
	Alignment uint32
	// MaxShardBytes: several files of at most so many bytes of tensors, with an index; 0: one file.
	MaxShardBytes uint64
}

func (o *SaveOptions) raw() *C.duramen_save_options {
	out := &C.duramen_save_options{struct_size: C.uint32_t(unsafe.Sizeof(C.duramen_save_options{}))}
	if o == nil {
		return out
	}
	out.format, out.alignment = C.int32_t(o.Format), C.uint32_t(o.Alignment)
	out.max_shard_bytes = C.uint64_t(o.MaxShardBytes)
	if o.NotDurable {
		out.durability = C.DURAMEN_DURABILITY_ATOMIC
	}
	return out
}

// save makes a call that saves a dict.
func (d *StateDict) save(name string, ctx *Context,
	run func(*C.duramen_context, *C.duramen_state_dict, *call) C.duramen_status) error {
	c := begin(name)
	defer c.end()
	context, raw := c.context(ctx), c.dict(d)
	if c.err != nil {
		return c.err
	}
	return c.done(run(context, raw, c))
}

// Save saves the dict at a path, whole or not at all; nil options are the defaults.
func (d *StateDict) Save(ctx *Context, path string, options *SaveOptions) error {
	return d.save("Save", ctx, func(context *C.duramen_context, raw *C.duramen_state_dict, c *call) C.duramen_status {
		data, length := text(path)
		return C.duramen_state_dict_save(context, raw, data, length, options.raw(), &c.failure)
	})
}

// Write writes the dict's file to a writer, in order; the options name the format. The writer's own error is behind the
// error.
func (d *StateDict) Write(ctx *Context, writer io.Writer, options *SaveOptions) error {
	user := cgo.NewHandle(writer)
	defer user.Delete()
	return d.save("Write", ctx, func(context *C.duramen_context, raw *C.duramen_state_dict, c *call) C.duramen_status {
		return C.go_state_dict_write(context, raw, C.uintptr_t(user), options.raw(), &c.failure)
	})
}

// Encode is the dict as the bytes of a file; the options name the format.
func (d *StateDict) Encode(ctx *Context, options *SaveOptions) ([]byte, error) {
	out := new(*C.duramen_value)
	err := d.save("Encode", ctx, func(context *C.duramen_context, raw *C.duramen_state_dict, c *call) C.duramen_status {
		return C.duramen_state_dict_to_bytes(context, raw, options.raw(), out, &c.failure)
	})
	return takeBytes(*out), err
}

// takeBytes copies bytes and releases their value.
func takeBytes(raw *C.duramen_value) []byte {
	if raw == nil {
		return nil
	}
	defer C.duramen_value_release(raw)
	out, _ := native(raw).([]byte)
	return out
}

func (v *Value) save(name string, ctx *Context, run func(*C.duramen_context, *C.duramen_value, *call) C.duramen_status) error {
	c := begin(name)
	defer c.end()
	context, raw := c.context(ctx), c.value(v)
	if c.err != nil {
		return c.err
	}
	return c.done(run(context, raw, c))
}

// Save saves the value in a .pt or a DCP folder, or a tensor in an .npy.
func (v *Value) Save(ctx *Context, path string, options *SaveOptions) error {
	return v.save("Save", ctx, func(context *C.duramen_context, raw *C.duramen_value, c *call) C.duramen_status {
		data, length := text(path)
		return C.duramen_value_save(context, raw, data, length, options.raw(), &c.failure)
	})
}

// Write writes the value's file to a writer; the options name the format.
func (v *Value) Write(ctx *Context, writer io.Writer, options *SaveOptions) error {
	user := cgo.NewHandle(writer)
	defer user.Delete()
	return v.save("Write", ctx, func(context *C.duramen_context, raw *C.duramen_value, c *call) C.duramen_status {
		return C.go_value_write(context, raw, C.uintptr_t(user), options.raw(), &c.failure)
	})
}

// Encode is the value as the bytes of a file; the options name the format.
func (v *Value) Encode(ctx *Context, options *SaveOptions) ([]byte, error) {
	out := new(*C.duramen_value)
	err := v.save("Encode", ctx, func(context *C.duramen_context, raw *C.duramen_value, c *call) C.duramen_status {
		return C.duramen_value_to_bytes(context, raw, options.raw(), out, &c.failure)
	})
	return takeBytes(*out), err
}

// Save saves anything that NewValue takes at a path, as torch.save does: nested dicts, lists, numbers, tensors.
func Save(ctx *Context, value any, path string, options *SaveOptions) error {
	v, err := NewValue(value)
	if err != nil {
		return err
	}
	defer v.Close()
	return v.Save(ctx, path, options)
}

// SetMetadata sets a text of a .safetensors file's metadata in place; rewritten says whether the whole file had to be
// written anew.
func SetMetadata(ctx *Context, path, key, value string) (rewritten bool, err error) {
	c := begin("SetMetadata")
	defer c.end()
	context := c.context(ctx)
	if c.err != nil {
		return false, c.err
	}
	at, n := text(path)
	name, nameLength := text(key)
	content, length := text(value)
	var out C.uint32_t
	err = c.done(C.duramen_checkpoint_set_metadata(context, at, n, name, nameLength, content, length, &out, &c.failure))
	return out != 0, err
}

// EditMetadata changes several texts of a .safetensors file's metadata, all or none: those in set are put in, those in
// remove taken out. Otherwise as SetMetadata.
func EditMetadata(ctx *Context, path string, set map[string]string, remove ...string) (rewritten bool, err error) {
	c := begin("EditMetadata")
	defer c.end()
	context := c.context(ctx)
	texts := make(map[string]any, len(set)+len(remove))
	for _, key := range remove {
		texts[key] = nil
	}
	for key, value := range set {
		texts[key] = value
	}
	raw := c.makeValue(texts)
	defer C.duramen_value_release(raw)
	if c.err != nil {
		return false, c.err
	}
	at, n := text(path)
	var out C.uint32_t
	err = c.done(C.duramen_checkpoint_edit_metadata(context, at, n, raw, &out, &c.failure))
	return out != 0, err
}
