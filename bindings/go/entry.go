package duramen

// #include "shim.h"
import "C"

import "unsafe"

// Entry is one entry of a Listing. Its methods read the listing; on a closed one they give zero, and Tensor, Module and
// Value ErrClosed.
type Entry struct {
	// Name is the full dotted name.
	Name    string
	listing *Listing
	index   int
}

// read looks at the entry while the listing is kept open; false when it is closed.
func (e Entry) read(look func(*C.duramen_entry)) bool {
	if e.listing == nil || !e.listing.enter() {
		return false
	}
	look(e.listing.at(e.index))
	e.listing.leave()
	return true
}

// Kind is what the entry is.
func (e Entry) Kind() (out EntryKind) {
	e.read(func(raw *C.duramen_entry) { out = EntryKind(raw.kind) })
	return out
}

// DType is the element type; 0 for what is not a tensor.
func (e Entry) DType() (out DType) {
	e.read(func(raw *C.duramen_entry) { out = DType(raw.dtype) })
	return out
}

// Shape is the size of each dimension; empty for a scalar and for what is not a tensor.
func (e Entry) Shape() (out []int) {
	e.read(func(raw *C.duramen_entry) {
		out = make([]int, int(raw.rank))
		if len(out) > 0 {
			for i, size := range unsafe.Slice(raw.shape, len(out)) {
				out[i] = int(size)
			}
		}
	})
	return out
}

// Bytes is what the elements take.
func (e Entry) Bytes() (out uint64) {
	e.read(func(raw *C.duramen_entry) { out = uint64(raw.nbytes) })
	return out
}

func (e Entry) has(flag C.uint64_t) (out bool) {
	e.read(func(raw *C.duramen_entry) { out = raw.flags&flag != 0 })
	return out
}

// IsPersistent says whether state dicts hold it.
func (e Entry) IsPersistent() bool { return e.has(C.DURAMEN_ENTRY_PERSISTENT) }

// RequiresGrad says whether it is trained.
func (e Entry) RequiresGrad() bool { return e.has(C.DURAMEN_ENTRY_REQUIRES_GRAD) }

// IsUninitialized says whether it belongs to a lazy module that has seen no input.
func (e Entry) IsUninitialized() bool { return e.has(C.DURAMEN_ENTRY_UNINITIALIZED) }

// FirstIndex is the position of the first entry that is the same object; its own where it is the first.
func (e Entry) FirstIndex() (out int) {
	e.read(func(raw *C.duramen_entry) { out = int(raw.first_index) })
	return out
}

// FirstStorageIndex is the position of the first entry on the same memory.
func (e Entry) FirstStorageIndex() (out int) {
	e.read(func(raw *C.duramen_entry) { out = int(raw.first_storage_index) })
	return out
}

func (e Entry) closed(name string) error {
	return newGoError(name, ErrBadHandle, "the listing is closed", ErrClosed)
}

// Tensor is the tensor; nil, without an error, for what is none.
func (e Entry) Tensor() (out *Tensor, err error) {
	if !e.read(func(raw *C.duramen_entry) { out = retainedTensor(raw.tensor) }) {
		return nil, e.closed("Tensor")
	}
	return out, nil
}

// Module is the module that owns the entry, or is it; nil, without an error, in a state dict.
func (e Entry) Module() (out *Module, err error) {
	if !e.read(func(raw *C.duramen_entry) { out = retainedModule(raw.module) }) {
		return nil, e.closed("Module")
	}
	return out, nil
}

// Value is what is not a tensor; nil, without an error, for a tensor.
func (e Entry) Value() (out *Value, err error) {
	if !e.read(func(raw *C.duramen_entry) { out = lentValue((*C.duramen_value)(unsafe.Pointer(raw.value))) }) {
		return nil, e.closed("Value")
	}
	return out, nil
}
