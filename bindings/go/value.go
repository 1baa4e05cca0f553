package duramen

// #include "shim.h"
import "C"

import (
	"runtime"
	"unsafe"
)

// Value is the library's own tree of what is not one tensor: what a checkpoint holds, arguments and results of a general
// forward, extra state, an optimizer's state. It is immutable, and shared freely between goroutines.
//
// Go makes it a native value (Value.Go) and the other way round (NewValue).
type Value struct{ handle }

func newValue(raw *C.duramen_value) *Value {
	v := &Value{}
	v.adopt(kindValue, unsafe.Pointer(raw))
	runtime.SetFinalizer(v, func(v *Value) { v.Close() })
	return v
}

// lentValue is a value of its own from one that the library lends; nil for NULL.
func lentValue(raw *C.duramen_value) *Value {
	if raw == nil {
		return nil
	}
	return newValue(C.duramen_value_retain(raw))
}

// ValueKind says what a value is.
type ValueKind int32

// The kinds of values.
const (
	KindNone       ValueKind = C.DURAMEN_VALUE_NONE
	KindBool       ValueKind = C.DURAMEN_VALUE_BOOL
	KindInt        ValueKind = C.DURAMEN_VALUE_INT
	KindFloat      ValueKind = C.DURAMEN_VALUE_FLOAT
	KindComplex    ValueKind = C.DURAMEN_VALUE_COMPLEX
	KindText       ValueKind = C.DURAMEN_VALUE_TEXT
	KindBytes      ValueKind = C.DURAMEN_VALUE_BYTES
	KindTensor     ValueKind = C.DURAMEN_VALUE_TENSOR
	KindList       ValueKind = C.DURAMEN_VALUE_LIST
	KindTuple      ValueKind = C.DURAMEN_VALUE_TUPLE
	KindDict       ValueKind = C.DURAMEN_VALUE_DICT
	KindOpaque     ValueKind = C.DURAMEN_VALUE_OPAQUE
	KindBigInt     ValueKind = C.DURAMEN_VALUE_BIG_INT
	kindOfNothing  ValueKind = C.DURAMEN_VALUE_INVALID
	classOfOrdered           = "collections.OrderedDict"
)

// String is the kind's name in Python, such as "str".
func (k ValueKind) String() string {
	name := C.duramen_value_kind_name(C.int32_t(k))
	if name == nil {
		return "invalid"
	}
	return C.GoString(name)
}

// read asks about the value; `ask` gets NULL where it is nil or closed.
func (v *Value) read(ask func(*C.duramen_value)) {
	if v == nil || !v.enter() {
		ask(nil)
		return
	}
	defer v.leave()
	ask((*C.duramen_value)(v.pointer))
}

// Kind says what the value is; 0 for a closed one.
func (v *Value) Kind() (out ValueKind) {
	v.read(func(raw *C.duramen_value) { out = ValueKind(C.duramen_value_kind(raw)) })
	return out
}

// Len is how many items a list, tuple, dict or opaque value has.
func (v *Value) Len() (out int) {
	v.read(func(raw *C.duramen_value) { out = int(C.duramen_value_count(raw)) })
	return out
}

// At is an item by position; nil beyond the last.
func (v *Value) At(index int) (out *Value) {
	v.read(func(raw *C.duramen_value) { out = lentValue(C.duramen_value_item(raw, C.size_t(index))) })
	return out
}

// KeyAt is a dict's key by position; nil beyond the last.
func (v *Value) KeyAt(index int) (out *Value) {
	v.read(func(raw *C.duramen_value) { out = lentValue(C.duramen_value_key(raw, C.size_t(index))) })
	return out
}

// Find is a dict's item under a text; nil when there is none.
func (v *Value) Find(key string) (out *Value) {
	data, length := text(key)
	v.read(func(raw *C.duramen_value) { out = lentValue(C.duramen_value_find(raw, data, length)) })
	return out
}

// Bool is a bool; false for another kind.
func (v *Value) Bool() (out bool) {
	v.read(func(raw *C.duramen_value) { out = C.duramen_value_bool(raw) != 0 })
	return out
}

// Int is an int, or a bool as one; 0 for another kind.
func (v *Value) Int() (out int64) {
	v.read(func(raw *C.duramen_value) { out = int64(C.duramen_value_int(raw)) })
	return out
}

// Float is a float, an int as one, or a complex number's real part; 0 for another kind.
func (v *Value) Float() (out float64) {
	v.read(func(raw *C.duramen_value) { out = float64(C.duramen_value_float(raw)) })
	return out
}

// Text is a text, or a big int's digits; "" for another kind.
func (v *Value) Text() (out string) {
	v.read(func(raw *C.duramen_value) { out = valueText(raw) })
	return out
}

// Tensor is the tensor inside; nil for another kind.
func (v *Value) Tensor() (out *Tensor) {
	v.read(func(raw *C.duramen_value) { out = retainedTensor(C.duramen_value_tensor(raw)) })
	return out
}

// ClassName is the class of a dict ("dict", "collections.OrderedDict") or of an opaque value; else "".
func (v *Value) ClassName() (out string) {
	v.read(func(raw *C.duramen_value) { out = valueClass(raw) })
	return out
}

// Attributes is what was set on a dict beside its items, such as _metadata, as a dict; nil when nothing was.
func (v *Value) Attributes() (out *Value) {
	v.read(func(raw *C.duramen_value) { out = lentValue(C.duramen_value_attributes(raw)) })
	return out
}

// ItemNames is what the items of a list, tuple or dict are called in dotted names; nothing for another kind.
func (v *Value) ItemNames() ([]string, error) {
	c := begin("ItemNames")
	defer c.end()
	raw := c.value(v)
	if c.err != nil {
		return nil, c.err
	}
	var out *C.duramen_string_list
	if err := c.done(C.duramen_value_item_names(raw, &out, &c.failure)); err != nil {
		return nil, err
	}
	return takeStrings(out), nil
}

func valueText(raw *C.duramen_value) string {
	var length C.size_t
	data := C.duramen_value_text(raw, &length)
	return goText(data, length)
}

func valueClass(raw *C.duramen_value) string {
	var length C.size_t
	data := C.duramen_value_class_name(raw, &length)
	return goText(data, length)
}
