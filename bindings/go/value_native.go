package duramen

// #include "shim.h"
import "C"

import (
	"fmt"
	"math/big"
	"reflect"
	"unsafe"
)

// Tuple is a Python tuple, where []any is a list.
type Tuple []any

// Item is an entry of a Dict.
type Item struct {
	Key   any
	Value any
}

// Dict is an ordered Python dict.
type Dict []Item

// Get is the value under a text key; nil, false where there is none.
func (d Dict) Get(key string) (any, bool) {
	for _, item := range d {
		if item.Key == key {
			return item.Value, true
		}
	}
	return nil, false
}

// OrderedDict is a Dict that PyTorch sees as a collections.OrderedDict.
type OrderedDict Dict

// Go is the value as Go has it: nil, bool, int64, float64, complex128, string, []byte, *Tensor, []any, Tuple, Dict,
// OrderedDict, *big.Int; an opaque value stays a *Value.
func (v *Value) Go() (out any) {
	v.read(func(raw *C.duramen_value) { out = native(raw) })
	return out
}

func native(raw *C.duramen_value) any { // long: flat switch
	switch ValueKind(C.duramen_value_kind(raw)) {
	case KindNone, kindOfNothing:
		return nil
	case KindBool:
		return C.duramen_value_bool(raw) != 0
	case KindInt:
		return int64(C.duramen_value_int(raw))
	case KindFloat:
		return float64(C.duramen_value_float(raw))
	case KindComplex:
		return complex(float64(C.duramen_value_float(raw)), float64(C.duramen_value_imag(raw)))
	case KindText:
		return valueText(raw)
	case KindBytes:
		var nbytes C.size_t
		data := C.duramen_value_bytes(raw, &nbytes)
		return append([]byte{}, unsafe.Slice((*byte)(data), int(nbytes))...)
	case KindTensor:
		return retainedTensor(C.duramen_value_tensor(raw))
	case KindList:
		return nativeItems(raw)
	case KindTuple:
		return Tuple(nativeItems(raw))
	case KindDict:
		return nativeDict(raw)
	case KindBigInt:
		number, _ := new(big.Int).SetString(valueText(raw), 10)
		return number
	default:
		return lentValue(raw)
	}
}

func nativeItems(raw *C.duramen_value) []any {
	out := make([]any, int(C.duramen_value_count(raw)))
	for i := range out {
		out[i] = native(C.duramen_value_item(raw, C.size_t(i)))
	}
	return out
}

func nativeDict(raw *C.duramen_value) any {
	out := make(Dict, int(C.duramen_value_count(raw)))
	for i := range out {
		out[i] = Item{native(C.duramen_value_key(raw, C.size_t(i))), native(C.duramen_value_item(raw, C.size_t(i)))}
	}
	if valueClass(raw) == classOfOrdered {
		return OrderedDict(out)
	}
	return out
}

// NewValue makes a value of what Go has: what Value.Go gives, and besides any integer and float type, *Value, slices of
// any of them (lists) and maps with text keys (dicts in the order of the keys).
func NewValue(value any) (*Value, error) {
	c := begin("NewValue")
	defer c.end()
	raw := c.makeValue(value)
	if c.err != nil {
		return nil, c.err
	}
	return newValue(raw), nil
}

// makeValue makes a value, or sets c.err and gives NULL.
func (c *call) makeValue(value any) (out *C.duramen_value) { // long: flat switch
	if c.err != nil {
		return nil
	}
	var status C.duramen_status
	switch v := value.(type) {
	case nil:
		status = C.duramen_value_create_none(&out, &c.failure)
	case bool:
		status = C.duramen_value_create_bool(flag(v), &out, &c.failure)
	case string:
		data, length := text(v)
		status = C.duramen_value_create_text(data, length, &out, &c.failure)
	case []byte:
		status = C.go_value_create_bytes(bytesPointer(v), C.size_t(len(v)), &out, &c.failure)
	case complex128:
		status = C.duramen_value_create_complex(C.double(real(v)), C.double(imag(v)), &out, &c.failure)
	case *big.Int:
		data, length := text(v.String())
		status = C.duramen_value_create_big_int(data, length, &out, &c.failure)
	case *Tensor:
		raw := c.tensor(v)
		if c.err != nil {
			return nil
		}
		status = C.duramen_value_create_tensor(raw, &out, &c.failure)
	case *Value:
		if raw := c.value(v); raw != nil {
			out = C.duramen_value_retain(raw)
		}
	case Tuple:
		return c.makeItems(v, true)
	case []any:
		return c.makeItems(v, false)
	case Dict:
		return c.makeDict(v, false)
	case OrderedDict:
		return c.makeDict(Dict(v), true)
	default:
		return c.makeReflected(reflect.ValueOf(value))
	}
	c.done(status)
	return out
}

// makeReflected makes numbers of any size, and lists of any type.
func (c *call) makeReflected(value reflect.Value) (out *C.duramen_value) {
	switch value.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		c.done(C.duramen_value_create_int(C.int64_t(value.Int()), &out, &c.failure))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return c.makeValue(new(big.Int).SetUint64(value.Uint()))
	case reflect.Float32, reflect.Float64:
		c.done(C.duramen_value_create_float(C.double(value.Float()), &out, &c.failure))
	case reflect.Slice, reflect.Array:
		items := make([]any, value.Len())
		for i := range items {
			items[i] = value.Index(i).Interface()
		}
		return c.makeItems(items, false)
	case reflect.Map:
		return c.makeMap(value)
	default:
		c.err = newGoError(c.name, ErrInvalidArgument, fmt.Sprintf("a %s cannot be a value", value.Type()), nil)
	}
	return out
}

func (c *call) makeAll(items []any) []*C.duramen_value {
	out := make([]*C.duramen_value, len(items), len(items)+1)
	for i, item := range items {
		out[i] = c.makeValue(item)
	}
	return out
}

func releaseValues(values []*C.duramen_value) {
	for _, value := range values {
		C.duramen_value_release(value)
	}
}

func (c *call) makeItems(items []any, tuple bool) (out *C.duramen_value) {
	made := c.makeAll(items)
	defer releaseValues(made)
	if c.err != nil {
		return nil
	}
	if tuple {
		c.done(C.duramen_value_create_tuple(first(made), C.size_t(len(made)), &out, &c.failure))
	} else {
		c.done(C.duramen_value_create_list(first(made), C.size_t(len(made)), &out, &c.failure))
	}
	return out
}

func (c *call) makeDict(dict Dict, ordered bool) (out *C.duramen_value) {
	keys, items := make([]any, len(dict)), make([]any, len(dict))
	for i, item := range dict {
		keys[i], items[i] = item.Key, item.Value
	}
	rawKeys, rawItems := c.makeAll(keys), c.makeAll(items)
	defer releaseValues(rawKeys)
	defer releaseValues(rawItems)
	if c.err != nil {
		return nil
	}
	if ordered {
		c.done(C.duramen_value_create_ordered_dict(first(rawKeys), first(rawItems), C.size_t(len(dict)), &out, &c.failure))
	} else {
		c.done(C.duramen_value_create_dict(first(rawKeys), first(rawItems), C.size_t(len(dict)), &out, &c.failure))
	}
	return out
}
