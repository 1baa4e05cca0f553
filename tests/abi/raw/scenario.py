"""scenario.c over cffi: scenario.py DECLARATIONS LIBRARY API_JSON. Also compares everything that cffi sees with the JSON."""

import json
import sys
from pathlib import Path

import cffi

SIZE_MAX = 2**64 - 1


def compare(ffi, lib, api):
    """Every function can be looked up, every constant has its number, every struct its fields."""
    for function in api["functions"]:
        getattr(lib, function["name"])
    for constant in api["constants"]:
        assert getattr(lib, constant["name"]) == constant["value"], constant["name"]
    for type_ in api["types"]:
        if type_["kind"] == "struct":
            seen = [name for name, _ in ffi.typeof(type_["name"]).fields]
            assert seen == [field["name"] for field in type_["fields"]], type_["name"]


def list_module(ffi, lib, module):
    options = ffi.new("duramen_list_options*", {"struct_size": ffi.sizeof("duramen_list_options"),
                                                "kinds": lib.DURAMEN_KIND_PARAMETER})
    listing, count, stride = ffi.new("duramen_listing**"), ffi.new("size_t*"), ffi.new("size_t*")
    assert lib.duramen_module_list(module, options, listing, ffi.NULL) == lib.DURAMEN_OK
    at = ffi.cast("char*", lib.duramen_listing_entries(listing[0], count, stride))
    for i in range(count[0]):
        entry = ffi.cast("duramen_entry*", at + i * stride[0])
        dtype = ffi.string(lib.duramen_dtype_name(entry.dtype)).decode()
        print(ffi.string(entry.name).decode(), dtype, entry.shape[0], entry.nbytes)
    lib.duramen_listing_release(listing[0])


def main():
    ffi = cffi.FFI()
    ffi.cdef(Path(sys.argv[1]).read_text())
    lib = ffi.dlopen(sys.argv[2])
    compare(ffi, lib, json.loads(Path(sys.argv[3]).read_text()))
    context, module, none = ffi.new("duramen_context**"), ffi.new("duramen_module**"), ffi.new("duramen_module**")
    x, y, total = ffi.new("duramen_tensor**"), ffi.new("duramen_tensor**"), ffi.new("duramen_tensor**")
    error, item = ffi.new("duramen_error**"), ffi.new("double*")
    assert lib.duramen_context_create(ffi.NULL, context, ffi.NULL) == 0
    text = b"Sequential(Linear(2, 3), Linear(3, 1))"
    assert lib.duramen_module_from_text(context[0], text, SIZE_MAX, module, ffi.NULL) == 0
    list_module(ffi, lib, module[0])
    assert lib.duramen_tensor_full(context[0], lib.DURAMEN_DTYPE_FLOAT32, [4, 2], 2, 0.5, x, ffi.NULL) == 0
    assert lib.duramen_add(context[0], x[0], x[0], y, ffi.NULL) == 0
    assert lib.duramen_sum(context[0], y[0], ffi.NULL, 0, 0, total, ffi.NULL) == 0
    assert lib.duramen_tensor_item(total[0], ffi.NULL, 0, item, ffi.NULL) == 0
    print(int(item[0]))
    status = lib.duramen_module_from_text(context[0], b"Linaer(1, 1)", SIZE_MAX, none, error)
    nearest = lib.duramen_error_detail(error[0], b"nearest", SIZE_MAX, ffi.NULL)
    print(status, ffi.string(lib.duramen_status_name(status)).decode(), ffi.string(nearest).decode())
    lib.duramen_error_release(error[0])
    for tensor in (x, y, total):
        lib.duramen_tensor_release(tensor[0])
    lib.duramen_module_release(module[0])
    lib.duramen_context_release(context[0])


if __name__ == "__main__":
    main()
