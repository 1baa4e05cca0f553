"""Seeds of the fuzz targets whose input is a folder: distributed checkpoints, and shards with their index. Each is a zip
of stored members, or one file alone."""
import io
import json
import math
import pickle
import struct
import sys
import types
import zipfile

METADATA, STORAGE = "torch.distributed.checkpoint.metadata", "torch.distributed.checkpoint.filesystem"
DATA, MORE = "__0_0.distcp", "__1_0.distcp"
INDEX, FIRST, SECOND = "model.safetensors.index.json", "a.safetensors", "b.safetensors"


def folder(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in files.items():
            file.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)
    return out.getvalue()


# ---- Shards

def safetensors(**counts):
    """Tensors of bytes; how many of each."""
    header, at = {}, 0
    for name, count in counts.items():
        header[name] = {"dtype": "U8", "shape": [count], "data_offsets": [at, at + count]}
        at += count
    text = json.dumps(header, separators=(",", ":")).encode()
    return struct.pack("<Q", len(text)) + text + bytes(range(at))


def index(weights, **more):
    return json.dumps({**more, "weight_map": weights}).encode()


def shard_seeds(torch_file):
    size = {"metadata": {"total_size": 7}}
    shards = {FIRST: safetensors(a=2, b=4), SECOND: safetensors(c=1)}
    both = {"a": FIRST, "b": FIRST, "c": SECOND}
    return {
        "index": index(both, **size),
        "index-bare": index(both),
        "index-free": index(both, metadata={"total_size": 7.0, "format": "pt", "more": [1, {"x": None}]}),
        "index-wrong": index({"a": FIRST, "c": FIRST}, metadata={"total_size": -1}),
        "index-escaped": b'{"weight_map":{"\\u0061":"a.saf\\u0065tensors"},"metadata":null}',
        "index-climbs": index({"a": "../a.safetensors"}),
        "index-deep": b'{"weight_map":{},"x":' + b"[" * 9 + b"]" * 9 + b"}",
        "folder": folder({INDEX: index(both, **size), **shards}),
        "one-file": folder({FIRST: shards[FIRST]}),
        "two-files": folder(shards),
        "two-indexes": folder({INDEX: index(both), "other.index.json": index({}), **shards}),
        "in-itself": folder({INDEX: index({"a": INDEX})}),
        "twice": folder({INDEX: index({"a": FIRST, "b": SECOND}), FIRST: safetensors(a=1), SECOND: safetensors(b=1, a=1)}),
        "torch": folder({INDEX: index({"a": "p.bin", "t": SECOND}), "p.bin": torch_file, SECOND: safetensors(t=1)}),
    }


# ---- Distributed checkpoints: classes that pickle as PyTorch's own, without it.

def stand_in(module, name, **more):
    if module not in sys.modules:
        sys.modules[module] = types.ModuleType(module)
    made = type(name, (), {"__module__": module, "__qualname__": name, **more})
    setattr(sys.modules[module], name, made)
    return made


def by_arguments(self, protocol):
    return type(self), self.arguments


Size = stand_in("torch", "Size", __reduce_ex__=by_arguments)
Layout = stand_in("torch.serialization", "_get_layout", __reduce_ex__=by_arguments)
Encoding = stand_in(METADATA, "_MEM_FORMAT_ENCODING", __reduce_ex__=by_arguments)
Properties = stand_in(METADATA, "TensorProperties", __getstate__=lambda self: self.state)
CLASSES = {name: stand_in(METADATA, name) for name in (
    "Metadata", "MetadataIndex", "TensorStorageMetadata", "BytesStorageMetadata", "ChunkStorageMetadata")}
CLASSES["_StorageInfo"] = stand_in(STORAGE, "_StorageInfo")
WIDTHS = {"float32": 4, "uint8": 1, "complex64": 8}
DTYPES = {name: stand_in("torch", name) for name in WIDTHS}


def made(kind, **fields):
    thing = kind if isinstance(kind, type) else CLASSES[kind]
    thing = thing()
    thing.__dict__.update(fields)
    return thing


def call(kind, *arguments):
    return made(kind, arguments=arguments)


class Checkpoint:
    """One that is put together: what is told, and the files."""

    def __init__(self):
        self.state, self.places, self.paths, self.files = {}, {}, {}, {}

    def place(self, name, offsets, file, item, length=None):
        data = self.files.setdefault(file, b"")
        where = made("MetadataIndex", fqn=name, offset=offsets, index=None)
        self.places[where] = made("_StorageInfo", relative_path=file, offset=len(data),
                                  length=len(item) if length is None else length)
        self.files[file] = data + item

    def tensor(self, name, shape, chunks, dtype="float32"):
        """`chunks`: offsets, sizes, file, and the item where it is not the elements alone."""
        listed = []
        for offsets, sizes, file, *items in chunks:
            listed.append(made("ChunkStorageMetadata", offsets=call(Size, tuple(offsets)), sizes=call(Size, tuple(sizes))))
            item = items[0] if items else bytes(range(math.prod(sizes) * WIDTHS[dtype]))
            self.place(name, call(Size, tuple(offsets)), file, item, math.prod(sizes) if items and file == MORE else None)
        state = (DTYPES[dtype], call(Layout, "torch.strided"), False, call(Encoding, 0), False)
        self.state[name] = made("TensorStorageMetadata", properties=made(Properties, state=state),
                                size=call(Size, tuple(shape)), chunks=listed)
        return self

    def value(self, name, item, file=DATA):
        self.state[name] = made("BytesStorageMetadata")
        self.place(name, None, file, item)
        return self

    def metadata(self, protocol=4):
        whole = made("Metadata", state_dict_metadata=self.state, planner_data=self.paths or None, storage_data=self.places,
                     storage_meta=None, version="1.0.0")
        return pickle.dumps(whole, protocol)

    def folder(self, protocol=4):
        return folder({".metadata": self.metadata(protocol), **self.files})


def dcp_seeds(stream, tensor_stream):
    """`stream`: of a dict; `tensor_stream`: of a float32 matrix of 2 x 2."""
    whole = Checkpoint().tensor("w", (2, 2), [((0, 0), (2, 2), DATA)])
    grid = Checkpoint().tensor("w", (4, 2), [((i, j), (2, 1), (DATA, MORE)[j]) for i in (0, 2) for j in (0, 1)])
    grid.tensor("u", (3,), [((0,), (2,), DATA), ((2,), (1,), MORE)], "uint8")
    streams = Checkpoint().tensor("w", (2, 4), [((0, 0), (2, 2), DATA, tensor_stream), ((0, 2), (2, 2), DATA, tensor_stream)])
    streams.value("v", stream)
    nested = Checkpoint().tensor("a.0.b", (1,), [((0,), (1,), DATA)]).tensor("a.1", (), [((), (), DATA)], "complex64")
    nested.value("c.d", stream, MORE)
    nested.paths = {"a.0.b": ("a", 0, "b"), "a.1": ("a", 1), "c.d": ("c", "d")}
    inside = Checkpoint().tensor("t", (3,), [((0,), (3,), MORE, safetensors(t=3))], "uint8")
    empty = Checkpoint().tensor("e", (0, 3), [((0, 0), (0, 3), DATA)])
    overlapping = Checkpoint().tensor("w", (4,), [((0,), (2,), DATA), ((1,), (2,), DATA)])
    shared = Checkpoint().tensor("w", (4,), [((0,), (4,), DATA)]).tensor("u", (4,), [((0,), (4,), DATA)])
    for place in shared.places.values():
        place.offset = 0
    extended = Checkpoint().tensor("w", (1,), [((0,), (1,), DATA)])
    for place in extended.places.values():
        place.transform_descriptors = ["zstd"]
    return {
        "whole": whole.folder(), "whole2": whole.folder(2), "metadata": whole.metadata(), "metadata2": whole.metadata(2),
        "grid": grid.folder(), "streams": streams.folder(), "nested": nested.folder(), "inside": inside.folder(2),
        "empty": empty.folder(2), "overlapping": overlapping.folder(2), "shared": shared.folder(2),
        "extended": extended.folder(2), "nothing": Checkpoint().folder(2),
    }
