"""reader_worker.py READER: paths on stdin, and for each a line of JSON: [path, verdict, content or message].

READER is duramen, safetensors or torch (torch.load with weights_only). The content is described the same way by all, so that
equal descriptions are equal contents; what has no counterpart elsewhere is null.
"""
import collections.abc
import hashlib
import json
import pathlib
import resource
import sys
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bindings" / "python"))

MEMORY = 4 << 30
DEEPEST, MOST = 60, 5000


class Walk:
    """Describes nested values; `tensor` and `leaf` are the reader's."""

    def __init__(self, tensor, leaf):
        self.tensor, self.leaf, self.count = tensor, leaf, 0

    def __call__(self, value, depth=0):
        self.count += 1
        if depth > DEEPEST or self.count > MOST:
            return None
        if value is None or isinstance(value, (bool, str)):
            return [type(value).__name__, value]
        if isinstance(value, (int, float, complex)):
            return [type(value).__name__, "nan" if value != value else repr(value)]
        if isinstance(value, (bytes, bytearray)):
            return ["bytes", bytes(value).hex()]
        if isinstance(value, collections.abc.Mapping):
            return ["dict", [[self(key, depth + 1), self(item, depth + 1)] for key, item in value.items()]]
        if isinstance(value, list):
            return ["list", [self(item, depth + 1) for item in value]]
        found = self.tensor(value)
        if found is not None:
            return found
        if isinstance(value, tuple):
            return ["tuple", [self(item, depth + 1) for item in value]]
        return self.leaf(value)


def described(dtype, shape, content):
    """Of a bool only whether it is 0 counts: readers disagree on the other bits."""
    if dtype == "bool":
        content = bytes(map(bool, content))
    return ["tensor", dtype, list(shape), hashlib.sha256(content).hexdigest()[:16]]


def duramen_reader():
    import duramen
    from duramen._library import lib
    from duramen._value import python_of

    context = duramen.Context()

    def tensor(value):
        if not isinstance(value, duramen.Tensor):
            return None
        return described(str(value.dtype).removeprefix("duramen."), value.shape, value.tobytes())

    def read(path):
        opened = duramen._checkpoint.Checkpoint(path, context=context)
        return Walk(tensor, lambda value: None)(python_of(lib.duramen_checkpoint_content(opened.handle), context))

    return read


DTYPES = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16", "I64": "int64", "I32": "int32",
          "I16": "int16", "I8": "int8", "U64": "uint64", "U32": "uint32", "U16": "uint16", "U8": "uint8", "BOOL": "bool",
          "C64": "complex64", "F8_E4M3": "float8_e4m3fn", "F8_E5M2": "float8_e5m2", "F8_E8M0": "float8_e8m0fnu",
          "F8_E4M3FNUZ": "float8_e4m3fnuz", "F8_E5M2FNUZ": "float8_e5m2fnuz", "F4": "float4_e2m1fn_x2"}


def shape_of(part):
    """PyTorch counts two elements of four bits as one."""
    shape = list(part["shape"])
    return [*shape[:-1], shape[-1] // 2] if part["dtype"] == "F4" else shape


def safetensors_reader():
    import safetensors

    def read(path):
        parts = safetensors.deserialize(pathlib.Path(path).read_bytes())
        return ["dict", [[["str", name], described(DTYPES.get(part["dtype"], part["dtype"]), shape_of(part), bytes(part["data"]))]
                         for name, part in parts]]

    return read


def torch_reader():
    import torch

    def tensor(value):
        if not isinstance(value, torch.Tensor):
            return None
        if type(value) not in (torch.Tensor, torch.nn.Parameter) or value.layout != torch.strided or value.is_quantized:
            return []
        if value.device.type != "cpu":
            return []
        flat = value.detach().resolve_conj().resolve_neg().reshape(-1)
        if flat.stride() != (1,):  # also that of a single element
            flat = flat.clone(memory_format=torch.contiguous_format)
        content = bytes(flat.view(torch.uint8).tolist()) if flat.numel() else b""
        return described(str(value.dtype).removeprefix("torch."), value.shape, content)

    def read(path):
        return Walk(lambda value: tensor(value) or None, lambda value: None)(torch.load(path, weights_only=True))

    return read


def main():
    warnings.simplefilter("ignore")
    read = {"duramen": duramen_reader, "safetensors": safetensors_reader, "torch": torch_reader}[sys.argv[1]]()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for line in sys.stdin:
        path = line.rstrip("\n")
        try:
            answer = [path, "OK", read(path)]
        except Exception as error:  # readers raise of many kinds
            answer = [path, type(error).__name__, str(error)]
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
