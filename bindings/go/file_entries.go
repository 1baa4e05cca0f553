package duramen

// #include "shim.h"
import "C"

import (
	"math"
	"unsafe"
)

// FileEntry is what a file holds under one name, without a tensor.
type FileEntry struct {
	Name    string
	DType   DType // 0 for what is no tensor
	Shape   []int
	Strides []int // in elements; nil: the elements lie side by side
	Bytes   uint64
	// Offset is where the elements lie in the file, as they are; -1 where they do not, or where that is not known.
	Offset int64
	// FirstStorageIndex is the position of the first entry on the same memory.
	FirstStorageIndex int
	// Value is what is no tensor; else nil.
	Value *Value
}

// FileEntries is what a file holds, in its own order.
type FileEntries []FileEntry

// file makes a call on the checkpoint.
func (k *Checkpoint) file(name string, run func(*C.duramen_checkpoint, *call) C.duramen_status) *call {
	c := begin(name)
	defer c.end()
	raw := c.checkpoint(k)
	if c.err == nil {
		c.done(run(raw, c))
	}
	return c
}

// Entries is what the file holds, in its own order and under the names that its state dict has. Of a .safetensors file no
// tensor is made and no element is touched.
func (k *Checkpoint) Entries() (out FileEntries, err error) {
	first := new(*C.duramen_file_entry)
	sizes := new([2]C.size_t)
	c := k.file("Entries", func(raw *C.duramen_checkpoint, c *call) C.duramen_status {
		status := C.duramen_checkpoint_entries(raw, first, &sizes[0], &sizes[1], &c.failure)
		out = make(FileEntries, int(sizes[0]))
		for i := range out {
			out[i] = fileEntry((*C.duramen_file_entry)(unsafe.Add(unsafe.Pointer(*first), uintptr(i)*uintptr(sizes[1]))))
		}
		return status
	})
	return out, c.err
}

func fileEntry(raw *C.duramen_file_entry) FileEntry {
	out := FileEntry{Name: goText(raw.name, C.size_t(raw.name_length)), DType: DType(raw.dtype),
		Shape: goShape(raw.shape, C.size_t(raw.rank)), Strides: goShape(raw.strides, C.size_t(raw.rank)),
		Bytes: uint64(raw.nbytes), Offset: -1, FirstStorageIndex: int(raw.first_storage_index)}
	if raw.offset != math.MaxUint64 {
		out.Offset = int64(raw.offset)
	}
	if raw.value != nil {
		out.Value = lentValue((*C.duramen_value)(unsafe.Pointer(raw.value)))
	}
	return out
}

// Tensor is the tensor of a name, and makes no other where the file is a .safetensors. Tensor.Slice gives views of it, so
// that only what is read of them is touched.
func (k *Checkpoint) Tensor(ctx *Context, name string) (*Tensor, error) {
	c := begin("Tensor")
	defer c.end()
	context, raw := c.context(ctx), c.checkpoint(k)
	if c.err != nil {
		return nil, c.err
	}
	data, length := text(name)
	return c.tensorResult(C.duramen_checkpoint_tensor(context, raw, data, length, &c.tensor_, &c.failure))
}

// Metadata is the text under a key, such as of a .safetensors file; "" where there is none.
func (k *Checkpoint) Metadata(key string) (out string) {
	k.read(func(raw *C.duramen_checkpoint) {
		var n C.size_t
		name, length := text(key)
		data := C.duramen_checkpoint_metadata(raw, name, length, &n)
		out = goText(data, n)
	})
	return out
}

// MetadataKeys are the keys of the metadata, in order.
func (k *Checkpoint) MetadataKeys() ([]string, error) {
	out := new(*C.duramen_string_list)
	c := k.file("MetadataKeys", func(raw *C.duramen_checkpoint, c *call) C.duramen_status {
		return C.duramen_checkpoint_metadata_keys(raw, out, &c.failure)
	})
	return takeStrings(*out), c.err
}
