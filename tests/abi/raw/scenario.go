// scenario.c over the raw Go layer.
package main

import (
	"duramen/raw"
	"fmt"
	"math"
	"unsafe"
)

func c(text string) *byte {
	return &append([]byte(text), 0)[0]
}

func text(at *byte) string {
	length := 0
	for *(*byte)(unsafe.Add(unsafe.Pointer(at), length)) != 0 {
		length++
	}
	return string(unsafe.Slice(at, length))
}

func ok(status int32) {
	if status != raw.OK {
		panic(text(raw.StatusName(status)))
	}
}

func list(module *raw.Module) {
	options := raw.ListOptions{Kinds: raw.KIND_PARAMETER}
	options.StructSize = uint32(unsafe.Sizeof(options))
	var listing *raw.Listing
	var count, stride raw.Size
	ok(raw.ModuleList(module, &options, &listing, nil))
	at := unsafe.Pointer(raw.ListingEntries(listing, &count, &stride))
	for i := raw.Size(0); i < count; i++ {
		entry := (*raw.Entry)(unsafe.Add(at, i*stride))
		fmt.Println(text(entry.Name), text(raw.DtypeName(entry.Dtype)), *entry.Shape, entry.Nbytes)
	}
	raw.ListingRelease(listing)
}

func main() {
	shape := []int64{4, 2}
	var context *raw.Context
	var module, none *raw.Module
	var x, y, sum *raw.Tensor
	var err *raw.Error
	var item float64
	ok(raw.CheckCompat(raw.API_LEVEL, raw.ABI_EPOCH, nil))
	ok(raw.ContextCreate(nil, &context, nil))
	ok(raw.ModuleFromText(context, c("Sequential(Linear(2, 3), Linear(3, 1))"), math.MaxUint64, &module, nil))
	list(module)
	ok(raw.TensorFull(context, raw.DTYPE_FLOAT32, &shape[0], 2, 0.5, &x, nil))
	ok(raw.Add(context, x, x, &y, nil))
	ok(raw.Sum(context, y, nil, 0, 0, &sum, nil))
	ok(raw.TensorItem(sum, nil, 0, &item, nil))
	fmt.Println(int(item))
	status := raw.ModuleFromText(context, c("Linaer(1, 1)"), math.MaxUint64, &none, &err)
	fmt.Println(status, text(raw.StatusName(status)), text(raw.ErrorDetail(err, c("nearest"), math.MaxUint64, nil)))
	raw.ErrorRelease(err)
	raw.TensorRelease(sum)
	raw.TensorRelease(y)
	raw.TensorRelease(x)
	raw.ModuleRelease(module)
	raw.ContextRelease(context)
}
