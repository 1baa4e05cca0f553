"""PyTorch's distributed checkpoints: a folder with a pickle that says which bytes of which files are which part of a tensor."""
import pickles
from pickles import FALSE, call, integer, many, name, pairs, pickle, sizes, text

WHERE = "torch.distributed.checkpoint.metadata"
DATA = "__0_0.distcp"
WHOLE = "'w': float32[4] 0000803f000000400000404000008040"


def instance(kind, *fields, module=WHERE):
    return name(module, kind) + b")\x81" + pairs(*fields) + b"b"


def size(*numbers):
    return call(name("torch", "Size"), sizes(*numbers))


def block(offsets, counts):
    return instance("ChunkStorageMetadata", text("offsets"), size(*offsets), text("sizes"), size(*counts))


def chunk(offset=0, count=4):
    return block((offset,), (count,))


def properties(dtype=name("torch", "float32")):
    layout = call(name("torch.serialization", "_get_layout"), text("torch.strided"))
    encoding = call(name(WHERE, "_MEM_FORMAT_ENCODING"), integer(0))
    return name(WHERE, "TensorProperties") + b")\x81" + many(dtype, layout, FALSE, encoding, FALSE) + b"b"


def tensor(shape=(4,), chunks=None, dtype=name("torch", "float32")):
    listed = b"]" + b"".join(one + b"a" for one in (chunks or [chunk()]))
    return instance("TensorStorageMetadata", text("properties"), properties(dtype), text("size"), size(*shape), text("chunks"), listed)


def place(key="w", offset=0, part=0):
    offsets = offset if isinstance(offset, tuple) else (offset,)
    return instance("MetadataIndex", text("fqn"), text(key), text("offset"), size(*offsets), text("index"), integer(part))


def stored(path=DATA, offset=0, length=None, size_of=0):
    return instance("_StorageInfo", text("relative_path"), text(path) if isinstance(path, str) else path, text("offset"),
                    integer(offset), text("length"), integer(size_of if length is None else length),
                    module="torch.distributed.checkpoint.filesystem")


ITEM = pickles.torch_of(pickles.tensor())


def folder(state=None, places=None, data=ITEM, metadata=None, more=None):
    state = pairs(text("w"), tensor()) if state is None else state
    places = pairs(place(), stored(size_of=len(ITEM))) if places is None else places
    whole = instance("Metadata", text("state_dict_metadata"), state, text("planner_data"), pairs(text("w"), many(text("w"))),
                     text("storage_data"), places)
    files = {".metadata": pickle(whole) if metadata is None else metadata, **(more or {})}
    if data is not None:
        files[DATA] = data
    return files


def two_places(first, second):
    return pairs(place(), stored(size_of=len(ITEM), offset=first), place("w", 2, 1), stored(size_of=len(ITEM), offset=second))


def halves(shape, blocks, first=0, second=8):
    """The 16 bytes of 1, 2, 3, 4 as a tensor of two blocks of raw bytes, which begin there."""
    places = pairs(place("w", blocks[0][0]), stored(offset=first, length=8), place("w", blocks[1][0], 1), stored(offset=second, length=8))
    return folder(pairs(text("w"), tensor(shape, [block(*each) for each in blocks])), places, data=pickles.FLOATS)


def add_blocks(add):
    rows, columns = (((0,), (2,)), ((2,), (2,))), (((0, 0), (2, 1)), ((0, 1), (2, 1)))
    add(20, "blocks", "OK", halves((4,), rows), WHOLE)
    add(20, "blocks-turned", "OK", halves((4,), rows, 8, 0), "'w': float32[4] 00004040000080400000803f00000040")
    add(20, "blocks-of-columns", "OK", halves((2, 2), columns), "'w': float32[2, 2] 0000803f000040400000004000008040")
    like_a_header = (5).to_bytes(8, "little") + (ord("{")).to_bytes(8, "little") + (7).to_bytes(8, "little")
    whole = pairs(text("w"), tensor((3,), [chunk(0, 3)], name("torch", "int64")))
    add(20, "blocks-that-begin-like-safetensors", "OK",
        folder(whole, pairs(place(), stored(length=24)), data=like_a_header),
        "'w': int64[3] 05000000000000007b00000000000000 sum 135")
    add(10, "blocks-of-shared-bytes", "CORRUPT", halves((4,), rows, 0, 4), "'w'", "its bytes are those of")
    add(6, "blocks-cut-off", "CORRUPT", halves((4,), rows, 0, 9), "'w'", "leaves the file")
    add(4, "blocks-against-a-limit", "LIMIT", halves((4,), rows), limits={"max_total_bytes": 15})


def streams(shape, blocks, stream):
    """A tensor of two blocks, each the same stream of torch.save."""
    places = pairs(place("w", blocks[0][0]), stored(length=len(stream)),
                   place("w", blocks[1][0], 1), stored(offset=len(stream), length=len(stream)))
    return folder(pairs(text("w"), tensor(shape, [block(*each) for each in blocks])), places, data=stream + stream)


def add_streams(add):
    turned = pickles.torch_of(pickles.tensor((2, 2), (1, 2)))
    rows = ((0, 0), (2, 2)), ((2, 0), (2, 2))
    add(20, "streams-turned", "OK", streams((4, 2), rows, turned), "'w': float32[4, 2] 0000803f000040400000004000008040 sum")
    huge = 2**28
    expanded = pickles.torch_of(pickles.tensor((huge,), (0,)))
    add(4, "streams-expanded-to-2-gigabytes", "LIMIT", streams((2 * huge,), (((0,), (huge,)), ((huge,), (huge,))), expanded),
        "'w'", "putting the tensor together takes too much memory")


def add_to(registry):
    def add(threat, label, status, content, *says, **options):
        registry.add(threat, f"dcp-{label}", status, content, *says, opens=".", from_memory="skip", **options)
    add(20, "good", "OK", folder(), WHOLE)
    add_blocks(add)
    add_streams(add)
    add(1, "metadata-that-runs-code", "UNSUPPORTED", folder(metadata=pickle(call(name("os", "system"), text("id")))), "os.system",
        "refused", "at byte")
    evil = pickle(call(name("os", "system"), text("id")))
    add(1, "item-that-runs-code", "UNSUPPORTED", folder(places=pairs(place(), stored(size_of=len(pickles.torch_file(evil)))),
                                                        data=pickles.torch_file(evil)), "os.system", "refused")
    for label, path in {"climbs": "../secret", "absolute": "/etc/passwd", "in-a-folder": "sub/x", "nul": "x\0y", "empty": ""}.items():
        add(12, f"path-{label}", "CORRUPT", folder(places=pairs(place(), stored(path, size_of=len(ITEM)))), "'w'", "plain name")
    add(2, "path-a-number", "CORRUPT", folder(places=pairs(place(), stored(integer(1), size_of=len(ITEM)))), "")
    add(15, "file-missing", "IO", folder(data=None), DATA, "missing")
    add(15, "file-empty", "CORRUPT", folder(data=b""), "")
    add(15, "file-cut-off", "CORRUPT", folder(data=ITEM[:-1]), "")
    add(15, "metadata-cut-off", "CORRUPT", folder(metadata=folder()[".metadata"][:-10]), "cut off", "at byte")
    add(15, "metadata-empty", "CORRUPT", folder(metadata=b""), "")
    for label, offset, length in (("offset-negative", -1, None), ("offset-largest", 2**63 - 1, None), ("length-negative", 0, -1),
                                  ("length-largest", 0, 2**63 - 1), ("sum-overflows", 2**62, 2**62 + 2**61),
                                  ("offset-one-more", 1, None)):
        add(6, label, "CORRUPT", folder(places=pairs(place(), stored(offset=offset, length=length, size_of=len(ITEM)))), "")
    for label, shape, chunks in (("chunk-larger-than-its-tensor", (3,), None), ("chunk-beyond-its-tensor", (4,), [chunk(2, 4)]),
                                 ("chunk-negative", (4,), [chunk(0, -4)]), ("chunk-offset-negative", (4,), [chunk(-1, 4)]),
                                 ("chunk-offset-largest", (4,), [chunk(2**63 - 1, 4)]), ("size-negative", (-4,), None),
                                 ("hole", (8,), None), ("no-chunks-but-elements", (4,), [chunk(0, 0)])):
        add(4, label, "CORRUPT", folder(pairs(text("w"), tensor(shape, chunks))), "'w'")
    add(5, "size-overflows", "CORRUPT", folder(pairs(text("w"), tensor((2**32, 2**32)))), "'w'")
    add(5, "size-of-nothing-overflows-in-bits", "CORRUPT", folder(pairs(text("w"), tensor((0, 2**58), [chunk(0, 0)]))), "'w'", "overflows")
    huge = pairs(text("w"), tensor((2**40,), [chunk(0, 2**40)]))
    add(4, "size-of-a-terabyte", "CORRUPT", folder(huge), "'w'")
    add(3, "item-of-another-size", "CORRUPT", folder(data=None, more={DATA: pickles.torch_of(pickles.tensor((2,)))},
                                                     places=pairs(place(), stored(size_of=len(pickles.torch_of(pickles.tensor((2,))))))), "'w'")
    add(3, "item-of-another-dtype", "CORRUPT", folder(pairs(text("w"), tensor(dtype=name("torch", "int32")))), "'w'")
    add(2, "dtype-a-text", "CORRUPT", folder(pairs(text("w"), tensor(dtype=text("float32")))), "'w'")
    add(2, "dtype-unknown", "UNSUPPORTED", folder(pairs(text("w"), tensor(dtype=name("torch", "float31")))), "float31")
    add(2, "item-no-tensor", "CORRUPT", folder(data=pickles.torch_of(integer(1)),
                                               places=pairs(place(), stored(size_of=len(pickles.torch_of(integer(1)))))), "'w'")
    add(3, "place-missing", "CORRUPT", folder(places=pairs()), "'w'")
    add(10, "chunks-overlap", "CORRUPT", folder(pairs(text("w"), tensor((4,), [chunk(0, 4), chunk(2, 2)])), two_places(0, 0)), "'w'")
    add(2, "metadata-a-dict", "CORRUPT", folder(metadata=pickle(pairs())), "Metadata", "at byte")
    add(2, "metadata-of-another-class", "CORRUPT", folder(metadata=pickle(instance("Other", module="m"))), "Metadata", "at byte")
    add(2, "state-a-list", "CORRUPT", folder(b"]"), "")
    add(2, "state-of-a-number", "CORRUPT", folder(pairs(text("w"), integer(1))), "'w'")
    add(16, "folder-without-metadata", "IO", {"x.txt": b"x"}, "a directory")
    add(4, "limit-of-a-tensor", "LIMIT", folder(), "'w'", limits={"max_tensor_bytes": 15})
