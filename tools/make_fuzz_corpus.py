#!/usr/bin/env python3
"""Write the seeds of tests/fuzz/corpus: small inputs of many forms for the fuzz targets. Inputs that a fuzzer found are
kept beside them under the name `found-…` and are not touched. Needs Python alone; running it again gives the same files.
"""
import collections
import io
import json
import pathlib
import pickle
import struct
import sys
import tarfile
import types
import zipfile

CORPUS = pathlib.Path(__file__).resolve().parent.parent / "tests" / "fuzz" / "corpus"

TEXTS = {
    "linear": "Linear(4, 3)",
    "keywords": "Linear(in_features=4, out_features=3, bias=False, device='cpu', dtype=torch.float64)",
    "sequential": "Sequential(Linear(2, 3), BatchNorm1d(3), ReLU(inplace=True), Dropout(p=0.5), Linear(3, 1))",
    "dicts": "Sequential(OrderedDict([('a', Linear(1, 1)), ('b', ReLU())]))",
    "moduledict": "ModuleDict({'a': Identity(), 'b': Flatten(start_dim=1, end_dim=-1)})",
    "modulelist": "nn.ModuleList([torch.nn.Tanh(), nn.Sigmoid()])",
    "norms": "Sequential(BatchNorm2d(3, eps=1e-5, momentum=None, affine=False), BatchNorm3d(2, track_running_stats=0))",
    "losses": "Sequential(CrossEntropyLoss(reduction='sum', label_smoothing=.1), MSELoss(reduction=\"none\"))",
    "optimizer": "SGD(lr=0.1, momentum=0.9, dampening=0, weight_decay=1e-4, nesterov=True)",
    "operator": "sum(dim=[0, -1], keepdim=True)",
    "permute": "permute((2, 0, 1))",
    "literals": "f(1, -2, 0x1F, 1_000, 1e400, -.5j, inf, nan, float('-inf'), None, True, b, 'a\\n\\x41\\u00e9', {1: 2}, (), (1,))",
    "huge": "Linear(100000, 100000)",
    "negative": "Linear(-1, 9223372036854775807)",
    "deep": "Sequential(" * 100 + ")" * 100,
    "lists": "[" * 60 + "]" * 60,
    "unknown": "Sequential(Liner(2, 2))",
    "cut": "Sequential(Linear(4, 6), Linear(6, in_feature=3",
    "printed": "Sequential(\n  (0): Linear(in_features=4, out_features=3, bias=True)\n  (1): ReLU()\n)",
    "repeated": "ModuleList(\n  (0-2): 3 x Linear(in_features=1, out_features=1, bias=True)\n  (3): None\n)",
    "repeated-huge": "ModuleList(\n  (0-99999999): 100000000 x Linear(in_features=1, out_features=1, bias=True)\n)",
    "parameters": "ParameterList(\n    (0): Parameter containing: [torch.float32 of size 2x3]\n)",
    "printed-deep": "Net(\n  (a): Block(\n    (b): Sequential()\n    (c): Conv2d(1, 2, kernel_size=(3, 3), padding=same)\n  )\n)",
}


def safetensors(header, data=b""):
    text = header if isinstance(header, bytes) else json.dumps(header, separators=(",", ":")).encode()
    return struct.pack("<Q", len(text)) + text + data


def entry(dtype, shape, begin, end):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


SAFETENSORS = {
    "one": safetensors({"a": entry("F32", [2], 0, 8)}, bytes(8)),
    "two": safetensors({"__metadata__": {"format": "pt"}, "a.b": entry("BF16", [1, 2], 0, 4), "c": entry("U8", [], 4, 5)},
                       bytes(5)),
    "kinds": safetensors({kind: entry(kind, [1], i * 8, i * 8 + size) for i, (kind, size) in enumerate(
        [("F64", 8), ("I64", 8), ("U64", 8), ("C64", 8)])}, bytes(32)),
    "empty": safetensors({}),
    "no-elements": safetensors({"a": entry("F16", [0, 7], 0, 0)}),
    "overlap": safetensors({"a": entry("I8", [4], 0, 4), "b": entry("I8", [4], 2, 6)}, bytes(6)),
    "overflow": safetensors({"a": entry("F32", [4294967296, 4294967296], 0, 8)}, bytes(8)),
    "twice": safetensors(b'{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},'
                         b'"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}', bytes(2)),
    "escaped": safetensors(b'{"\\u00e9\\ud83d\\ude00":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]}}', bytes(1)),
    "float4": safetensors({"a": entry("F4", [2, 4], 0, 4)}, bytes(4)),
    "long-header": struct.pack("<Q", 1 << 62) + b"{}",
    "spaces": safetensors(b'  {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}      ', bytes(1)),
    "nested": safetensors(b'{"a":' * 30 + b"1" + b"}" * 30),
}


def fake_torch():
    """Names that a pickle refers to, without PyTorch."""
    torch, utils, storage = (types.ModuleType(name) for name in ("torch", "torch._utils", "torch.storage"))
    torch._utils, torch.storage = utils, storage
    sys.modules.update({"torch": torch, "torch._utils": utils, "torch.storage": storage})

    def function(module, name):
        def stand_in(*arguments):
            return arguments
        stand_in.__module__, stand_in.__qualname__, stand_in.__name__ = module.__name__, name, name
        setattr(module, name, stand_in)
        return stand_in

    return types.SimpleNamespace(
        rebuild=function(utils, "_rebuild_tensor_v2"), parameter=function(utils, "_rebuild_parameter"),
        float=function(torch, "FloatStorage"), long=function(torch, "LongStorage"), size=function(torch, "Size"))


TORCH = fake_torch()


class Call:
    """Pickles as a call of a global function."""

    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


class Storage:
    def __init__(self, kind, key, count, *view):
        self.identity = ("storage", kind, key, "cpu", count, *view)


class Pickler(pickle.Pickler):
    def persistent_id(self, thing):
        return getattr(thing, "identity", None)


def tensor(storage, shape, strides, offset=0):
    return Call(TORCH.rebuild, storage, offset, shape, strides, False, collections.OrderedDict())


def archive(content, storages=(), protocol=2, raw=None):
    stream = io.BytesIO()
    Pickler(stream, protocol).dump(content)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        members = {"data.pkl": raw if raw is not None else stream.getvalue(), "byteorder": b"little", "version": b"3\n"}
        members.update({f"data/{i}": data for i, data in enumerate(storages)})
        for name, data in members.items():
            file.writestr(zipfile.ZipInfo("archive/" + name, (1980, 1, 1, 0, 0, 0)), data)
    return out.getvalue()


def stream(content, storages, protocol=2, little=True):
    """As torch.save wrote it before it wrote zips; storages are keys, counts and elements."""
    out = io.BytesIO()
    sizes = {"short": 2, "int": 4, "long": 4}
    for part in (0x1950a86a20f9469cfc6c, 1001,
                 {"protocol_version": 1001, "little_endian": little, "type_sizes": sizes}):
        pickle.dump(part, out, protocol)
    Pickler(out, protocol).dump(content)
    pickle.dump([key for key, _, _ in storages], out, protocol)
    for _, count, elements in storages:
        out.write(struct.pack("<q", count) + elements)
    return out.getvalue()


def streams():
    four, view = Storage(TORCH.float, "7", 4, None), Storage(TORCH.float, "7", 4, ("9", 1, 2))
    content = {"a": tensor(four, (2, 2), (2, 1)), "v": tensor(view, (2,), (1,)), "n": 3}
    storages = [("7", 4, bytes(range(16)))]
    module = ("module", Call, "net.py", "class Net: pass")
    return {
        "stream": stream(content, storages), "stream1": stream(content, storages, protocol=1),
        "stream4": stream(content, storages, protocol=4), "stream-big": stream(content, storages, little=False),
        "stream-count": stream(content, [("7", 5, bytes(16))]), "stream-cut": stream(content, storages)[:-3],
        "stream-module": stream(types.SimpleNamespace(identity=module), []),
    }


def tar(pickled, storages, tensors):
    """As torch.save wrote it before it wrote streams."""
    out = io.BytesIO()
    members = {"sys_info": pickle.dumps({}, 2), "pickle": pickled, "tensors": tensors, "storages": storages}
    with tarfile.open(fileobj=out, mode="w:", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def tars():
    storages = (pickle.dumps(1, 2) + pickle.dumps((1, "cpu", TORCH.float), 2) + struct.pack("<q", 4) + bytes(range(16))
                + pickle.dumps([(2, 1, 1, 3)], 2))
    tensors = pickle.dumps(2, 2)
    for key, storage, *numbers in ((7, 1, 2, 2, 2, 1, 0), (8, 2, 1, 1, 1)):
        tensors += pickle.dumps((key, storage, TORCH.float), 2)
        tensors += struct.pack(f"<ii{len(numbers)}q", len(numbers) // 2, 0, *numbers)
    whole, view = types.SimpleNamespace(identity="7"), types.SimpleNamespace(identity="8")
    stream = io.BytesIO()
    Pickler(stream, 2).dump({"a": whole, "v": view})
    return {"tar": tar(stream.getvalue(), storages, tensors), "tar-cut": tar(stream.getvalue(), storages, tensors[:-8])}


class Module:
    """Pickles as a module does."""

    def __init__(self, parameters, modules, **attributes):
        self.training = True
        self._parameters, self._buffers, self._modules = collections.OrderedDict(parameters), {}, modules
        self._non_persistent_buffers_set = set()
        self.__dict__.update(attributes)


def modules():
    weight = tensor(Storage(TORCH.float, "0", 4), (2, 2), (2, 1))
    inner = Module({"weight": weight, "bias": None}, {})
    net = Module({}, {"a": inner, "b": inner, "none": None}, size=2)
    inner.parent = [net]
    return {f"module{protocol}": archive({"model": net}, [bytes(16)], protocol) for protocol in (1, 2, 4)}


def torch_files():
    four, long = Storage(TORCH.float, "0", 4), Storage(TORCH.long, "1", 1)
    matrix = tensor(four, (2, 2), (2, 1))
    laughs = ["x"] * 4
    for _ in range(20):
        laughs = [laughs] * 4
    deep = []
    for _ in range(150):
        deep = [deep]
    cycle = []
    cycle.append(cycle)
    values = {"int": 1, "big": 10**25, "float": 0.5, "none": None, "bool": True, "text": "\u00e9", "bytes": b"\0\xff",
              "list": [1, (2, (3,))], "complex": Call(complex, 1.0, 2.0), 7: "int key", (1, "a"): "tuple key"}
    both = collections.OrderedDict(a=matrix, b=tensor(four, (4,), (1,)), t=tensor(four, (2, 2), (1, 2)),
                                   n=tensor(long, (), ()))
    return {
        **streams(),
        **tars(),
        **modules(),
        "matrix": archive({"a": matrix}, [bytes(16)]),
        "shared": archive(both, [bytes(range(16)), bytes(8)]),
        "parameter": archive({"w": Call(TORCH.parameter, matrix, True, collections.OrderedDict())}, [bytes(16)]),
        "expanded": archive({"a": tensor(four, (1 << 30, 1 << 30), (0, 0))}, [bytes(16)]),
        "outside": archive({"a": tensor(four, (2, 2), (2, 2))}, [bytes(16)]),
        "overlapping": archive({"a": tensor(four, (3, 2), (1, 1))}, [bytes(16)]),
        "values": archive(values),
        "values4": archive(values, protocol=4),
        "laughs": archive(laughs),
        "deep": archive(deep),
        "cycle": archive(cycle),
        "size": archive(Call(TORCH.size, (1, 2))),
        "eval": archive(None, raw=b"cbuiltins\neval\n(X\x04\0\0\0quittR."),
        "long": archive(None, raw=b"\x80\x02\x8b\xff\xff\xff\x7f."),
        "memo": archive(None, raw=b"\x80\x02Nr\xff\xff\xff\x7fj\xff\xff\xff\x7f."),
    }


def npy(descr, shape, data, order="False"):
    header = f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}".encode().ljust(117) + b"\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header + data


def npz(members, method=zipfile.ZIP_STORED, force_zip64=True):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, content in members.items():
            with file.open(name, "w", force_zip64=force_zip64) as member:
                member.write(content)
    return out.getvalue()


def npz_files():
    floats, shorts = npy("'<f4'", (2, 2), bytes(16)), npy("'>i2'", (3,), bytes(range(6)), "True")
    return {
        "two": npz({"a.npy": floats, "b.c.npy": shorts}),
        "deflated": npz({"a.npy": floats, "b.npy": shorts}, zipfile.ZIP_DEFLATED),
        "small-headers": npz({"a.npy": floats}, force_zip64=False),
        "empty": npz({}),
        "bytes": npz({"a.npy": npy("'|b1'", (), b"\7"), "notes": b"text", "folder/": b"", "bare": shorts}),
        "foreign": npz({"o.npy": npy("'|O'", (1,), b"N."), "u.npy": npy("'<U2'", (1,), bytes(8)),
                        "r.npy": npy("[('a', '<f4'), ('b', '|S2', (2,))]", (1,), bytes(8))}),
        "same-name": npz({"a.npy": floats, "a": b""}),
        "no-array": npz({"a.npy": b"text"}),
        "short": npz({"a.npy": floats[:-1]}),
        "bomb": npz({"a.npy": npy("'|u1'", (100000,), bytes(100000))}, zipfile.ZIP_DEFLATED),
    }


def gguf_files():
    sys.path.insert(0, str(CORPUS.parents[1] / "data"))
    import make_gguf as made
    w = made.Writer()
    values = [w.value("general.alignment", made.U32, 64), w.value("a.list", made.ARRAY, ["x", "y"], of=made.STRING)]
    return {
        "all": made.all_types(), "big-endian": made.all_types(">"), "version2": made.all_types(version=2),
        "nothing": w.file(), "values": w.file(values[:1] + [w.value("k", made.ARRAY, [1, 2, 1], of=made.U8)], alignment=64),
        "aligned": w.file(values, [w.tensor("t", "F32", (4, 2), 0), w.tensor("u", "I8", (3,), 64)], bytes(67), alignment=64),
        "blocks": w.file((), [w.tensor("t", "Q8_0", (32, 2), 0), w.tensor("u", "Q4_K", (256,), 96)], bytes(96 + 144)),
        "bfloat16": w.file((), [w.tensor("t", "BF16", (1, 0, 2), 0), w.tensor("u", "F16", (), 0)], bytes(2)),
    }


def folder_files():
    import fuzz_folders  # behind the names that stand in for PyTorch's
    matrix = tensor(Storage(TORCH.float, "0", 4), (2, 2), (2, 1))
    streams = archive({"n": 1, "l": [2]}), archive(matrix, [bytes(16)])
    return (("dcp", fuzz_folders.dcp_seeds(*streams)),
            ("shard_index", fuzz_folders.shard_seeds(archive({"a": matrix}, [bytes(16)]))))


def main():
    for target, seeds in (("text", {name: text.encode() for name, text in TEXTS.items()}),
                          ("safetensors", SAFETENSORS), ("torch_file", torch_files()), ("npz", npz_files()),
                          ("gguf", gguf_files()), *folder_files()):
        folder = CORPUS / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in seeds.items():
            (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
