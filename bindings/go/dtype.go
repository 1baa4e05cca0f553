package duramen

// #include "shim.h"
import "C"

// DType is an element type, with PyTorch's name.
type DType int32

// The element types. Arithmetic covers the floating ones, integers and bool as PyTorch does; float8 and complex types
// are copied, converted, saved and loaded.
const (
	Float64       DType = C.DURAMEN_DTYPE_FLOAT64
	Float32       DType = C.DURAMEN_DTYPE_FLOAT32
	Float16       DType = C.DURAMEN_DTYPE_FLOAT16
	BFloat16      DType = C.DURAMEN_DTYPE_BFLOAT16
	Float8E4M3FN  DType = C.DURAMEN_DTYPE_FLOAT8_E4M3FN
	Float8E5M2    DType = C.DURAMEN_DTYPE_FLOAT8_E5M2
	Float8E4M3NUZ DType = C.DURAMEN_DTYPE_FLOAT8_E4M3FNUZ
	Float8E5M2NUZ DType = C.DURAMEN_DTYPE_FLOAT8_E5M2FNUZ
	Float8E8M0    DType = C.DURAMEN_DTYPE_FLOAT8_E8M0FNU
	Int64         DType = C.DURAMEN_DTYPE_INT64
	Int32         DType = C.DURAMEN_DTYPE_INT32
	Int16         DType = C.DURAMEN_DTYPE_INT16
	Int8          DType = C.DURAMEN_DTYPE_INT8
	Uint64        DType = C.DURAMEN_DTYPE_UINT64
	Uint32        DType = C.DURAMEN_DTYPE_UINT32
	Uint16        DType = C.DURAMEN_DTYPE_UINT16
	Uint8         DType = C.DURAMEN_DTYPE_UINT8
	Bool          DType = C.DURAMEN_DTYPE_BOOL
	Complex32     DType = C.DURAMEN_DTYPE_COMPLEX32
	Complex64     DType = C.DURAMEN_DTYPE_COMPLEX64
	Complex128    DType = C.DURAMEN_DTYPE_COMPLEX128
)

// ParseDType is the type of a name: "float32", "torch.float32", "half"; 0 for an unknown one.
func ParseDType(name string) DType {
	data, length := text(name)
	return DType(C.duramen_dtype_from_name(data, length))
}

// String is PyTorch's name without "torch.", such as "float32".
func (d DType) String() string {
	name := C.duramen_dtype_name(C.duramen_dtype(d))
	if name == nil {
		return "invalid"
	}
	return C.GoString(name)
}

// Bits is the size of an element; 0 for a number that is not a type.
func (d DType) Bits() int { return int(C.duramen_dtype_bits(C.duramen_dtype(d))) }

// Half is the bits of a float16 element, Brain those of a bfloat16 element.
type (
	Half  uint16
	Brain uint16
)

// Element is a Go type that tensors' elements have.
type Element interface {
	float64 | float32 | Half | Brain | int64 | int32 | int16 | int8 | uint64 | uint32 | uint16 | uint8 | bool |
		complex64 | complex128
}

// DTypeOf is the element type of a Go type.
func DTypeOf[T Element]() DType { // long: flat switch
	var zero T
	switch any(zero).(type) {
	case float64:
		return Float64
	case float32:
		return Float32
	case Half:
		return Float16
	case Brain:
		return BFloat16
	case int64:
		return Int64
	case int32:
		return Int32
	case int16:
		return Int16
	case int8:
		return Int8
	case uint64:
		return Uint64
	case uint32:
		return Uint32
	case uint16:
		return Uint16
	case uint8:
		return Uint8
	case bool:
		return Bool
	case complex64:
		return Complex64
	default:
		return Complex128
	}
}
