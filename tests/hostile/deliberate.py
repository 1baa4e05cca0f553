"""Where this library's verdict differs from the reference readers' on purpose (docs/checkpoints.md): parts of what is said."""

# What is refused that the reference takes, by what is said of it.
STRICTER = ("twice", "NUL", "too many dimensions", "not a JSON object", "expected an object", "nested too deeply",
            "not an array of sizes", "overflows", "malformed or too large",
            "do not fill whole bytes")  # as safetensors.torch: an odd last size of F4, also where there are no elements

# What is refused that torch.load takes, by what is said of it.
REFUSED_HERE = (
    # Zips that two readers may see differently.
    "archives of several disks", "attributes say that it is a folder", "two entries have this name", "overlaps the entry before it",
    "empty or holds a NUL", "the local header has", "not PyTorch's", "does not end the file", "a comment is not supported",
    "its comment is cut off", "directory does not end", "belong to nothing", "more bytes than its", "zip64 end record",
    "the compression method is not supported", "zip64 field", "extra field is cut off", "data descriptor", "no local header", "its bytes leave the file",
    # What takes more memory or time than the file justifies.
    "inflating takes too much memory", "larger than the file justifies", "more memory than the file justifies",
    "too large when its shared parts are walked", "nested too deeply", "too many dimensions",
    # Storages and sizes that PyTorch does not check.
    "deflated bytes do not give", "another size than the pickle says", "two classes", "two sizes", "record is missing", "sizes make no sense",
    "a stored entry has two sizes",
    # Pickles that no pickler writes.
    "unknown version", "BUILD of what is not an object", "bytes after the end of the pickle", "does not end with one value",
    "unknown pickle protocol", "half of a surrogate pair", "memo key", "a container holds itself", " twice", "not a tuple",
    "metadata is not a dict", "not a dtype", "a persistent id is not", "not a list", "bytes after the last storage",
    "sys_info", "is not in the list of keys", "without a tuple of arguments", "an untyped storage without a dtype",
    "unknown metadata of a tensor", "requires_grad is not a bool", "is not an integer of 64 bits",
    "a view leaves its storage", "not a view of a storage", "has the key of a storage", "one key for two views",
)

# What is taken that torch.load with weights_only does not take, by the kind of its error and what it says.
ACCEPTED_HERE = (
    # What is not known, or is no call that PyTorch could make, is an inert value; what nothing refers to is not looked at.
    ("UnpicklingError", ""), ("TypeError", ""), ("AttributeError", ""), ("KeyError", ""), ("LookupError", "unknown encoding"),
    ("ValueError", "values to unpack"), ("ValueError", "dictionary update sequence"),
    ("RuntimeError", "tried to construct a storage"), ("RuntimeError", "Trying to resize storage"),
    ("RuntimeError", "a leaf Variable that requires grad"),
    # Where a storage was is not where it is.
    ("RuntimeError", "don't know how to restore data location"), ("RuntimeError", "use torch.load with map_location"),
    # What integers cannot do is passed over.
    ("RuntimeError", "complex dtype can require gradients"),
    # Records that say nothing of the content: an identity, an alignment.
    ("UnicodeDecodeError", "codec can't decode"), ("ValueError", "invalid literal for int()"),
    ("RuntimeError", "serialization_id"),
)
