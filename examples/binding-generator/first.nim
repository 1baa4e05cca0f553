## A module from text, its listing, a forward and an error, on the layer that generate_nim.py wrote.
import duramen

proc require(status: int32; error: ptr duramen_error) =
  if status != 0:
    quit($duramen_error_message(error, nil))

var
  error: ptr duramen_error
  context: ptr duramen_context
  module: ptr duramen_module
  listing: ptr duramen_listing
  x, y: ptr duramen_tensor
let text = cstring("Sequential(Linear(4, 3), BatchNorm1d(3))")
let shape = [1'i64, 4]

require(duramen_context_create(nil, addr context, addr error), error)
require(duramen_module_from_text(context, text, csize_t(text.len), addr module, addr error), error)
require(duramen_module_list(module, nil, addr listing, addr error), error)
var count, stride: csize_t
let first = cast[int](duramen_listing_entries(listing, addr count, addr stride))
doAssert int(stride) == sizeof(duramen_entry)
for i in 0 ..< int(count):
  let entry = cast[ptr duramen_entry](first + i * int(stride))
  echo entry.name, (if entry.kind == uint64(DURAMEN_KIND_PARAMETER): " parameter" else: " buffer")

require(duramen_module_train(module, 0, addr error), error)
require(duramen_tensor_full(context, int32(DURAMEN_DTYPE_FLOAT32), unsafeAddr shape[0], 2, 1.0, addr x, addr error), error)
require(duramen_module_forward(context, module, x, addr y, addr error), error)
echo "elements: ", duramen_tensor_numel(y)

let wrong = cstring("Linaer(4, 3)")
let status = duramen_module_from_text(context, wrong, csize_t(wrong.len), addr module, addr error)
echo duramen_status_name(status), ": ", duramen_error_detail(error, "nearest", 7, nil)

duramen_error_release(error)
duramen_tensor_release(y)
duramen_tensor_release(x)
duramen_listing_release(listing)
duramen_module_release(module)
duramen_context_release(context)
