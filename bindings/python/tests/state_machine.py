"""The state cases of tests/data as programs of the package: one method an operation, its outcome as PyTorch's was recorded.

The format is that of tests/data/README.md; what the package refuses or lacks raises Skip.
"""
import collections
import hashlib
import re
import warnings

import duramen
import numpy as np

MASK = 2**64 - 1


class Skip(Exception):
    """The package does not have this on purpose; the text says what."""


def real(seed, stream, count, scale=1.0):
    """The hash generator of the recordings."""
    base = (seed * 0x9E3779B97F4A7C15 + (stream + 1) * 0xD1B54A32D192ED03) & MASK
    with np.errstate(over="ignore"):
        x = np.uint64(base) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x94D049BB133111EB)
        x ^= x >> np.uint64(30)
        x *= np.uint64(0xBF58476D1CE4E5B9)
        x ^= x >> np.uint64(27)
        x *= np.uint64(0x94D049BB133111EB)
        x ^= x >> np.uint64(31)
    return (((x >> np.uint64(40)).astype(np.float64) - 2**23) / 2**23 * scale).tolist()


def sha256(tensor):
    return hashlib.sha256(tensor.tobytes()).hexdigest()


def number(value):
    return float.fromhex(value) if isinstance(value, str) else value


def describe(tensor):
    return {"dtype": str(tensor.dtype), "shape": list(tensor.shape), "sha256": sha256(tensor),
            "requires_grad": tensor.requires_grad, "parameter": tensor.is_parameter}


def describe_all(named):
    """Entries with the index of the first one on the same storage, and of the first that is the same object."""
    named = [(name, tensor) for name, tensor in named if isinstance(tensor, duramen.Tensor)]
    storages = [tensor.storage_id for _, tensor in named]
    objects = [tensor.handle for _, tensor in named]
    return [{"name": name, **describe(tensor), "storage": storages.index(tensor.storage_id),
             "object": objects.index(tensor.handle)} for name, tensor in named]


class ExtraState(duramen.Module):
    """The recording's own class: its extra state is one number, 666 is refused."""

    def __init__(self, number, context):
        super().__init__(context)
        self.number = number

    def get_extra_state(self):
        return self._context.tensor([self.number], dtype="int64")

    def set_extra_state(self, state):
        if state.item() == 666:
            raise ValueError("bad extra state")
        self.number = state.item()


class StateMachine:
    """The variables of one case, and the operations on them."""

    def __init__(self, seed):
        self.ctx = duramen.Context()
        self.case_seed = seed
        self.variables = {}
        self.complaints = []

    def run(self, step):
        operation = getattr(self, "op_" + step[0], None)
        if operation is None:
            raise Skip(f"the package has no {step[0]}")
        try:
            return operation(*step[1:])
        except duramen.Error as error:
            if step[0] == "module" and error.status == "UNSUPPORTED":
                raise Skip(f"type not registered: {error.details['actual']}") from None
            return {"error": error.torch_error or error.status.name, "message": str(error)}
        except Skip:
            raise
        except Exception as error:  # noqa: BLE001, whatever Python raises is the outcome
            return {"error": type(error).__name__, "message": str(error.args[0] if error.args else error)}

    def value(self, given):
        """A literal or a variable."""
        if isinstance(given, str):
            return self.variables[given]
        if isinstance(given, dict):
            (kind, content), = given.items()
            if kind == "str":
                return content
            if kind == "slice":
                return slice(*content)
            if kind == "list":
                return [self.value(item) for item in content]
            pairs = [(name, self.value(item)) for name, item in content]
            return {"pairs": list, "dict": dict, "ordered": collections.OrderedDict}[kind](pairs)
        return given

    # Building.

    def op_seed(self, seed):
        self.ctx.seed(seed)

    def op_module(self, name, text):
        own = {}

        def named(call):
            own[f"extra_{len(own)}"] = ExtraState(int(call[1]), self.ctx)
            return list(own)[-1]

        text = re.sub(r"ExtraState\((\d+)\)", named, text)
        used = {word: self.variables[word] for word in re.findall(r"[A-Za-z_]\w*", text) if word in self.variables}
        self.variables[name] = own[text] if text in own else self.ctx.module(text, **used, **own)

    def op_tensor(self, name, spec):
        if "device" in spec:
            raise Skip("meta tensors: every tensor has memory here")
        dtype = spec.get("dtype", "float32")
        if "values" in spec:
            made = self.ctx.tensor(self.numbers(spec["values"]), dtype=dtype)
        else:
            count = int(np.prod(spec["shape"]))
            elements = ([number(spec["fill"])] * count if "fill" in spec else
                        real(self.case_seed, spec["stream"], count, number(spec.get("scale", 1.0))))
            made = self.ctx.tensor(elements, dtype=dtype).reshape(spec["shape"])
        made = made.permute(*spec["permute"]) if "permute" in spec else made
        self.variables[name] = made.expand(*spec["expand"]) if "expand" in spec else made

    def numbers(self, values):
        return [self.numbers(item) for item in values] if isinstance(values, list) else number(values)

    def op_param(self, name, tensor, requires_grad):
        self.variables[name] = duramen.Parameter(self.variables[tensor], requires_grad)

    def op_register_parameter(self, module, name, value):
        self.variables[module].register_parameter(name, self.value(value))

    def op_register_buffer(self, module, name, value, persistent=True):
        self.variables[module].register_buffer(name, self.value(value), persistent)

    def op_add_module(self, module, name, value):
        self.variables[module].add_module(name, self.value(value))

    def op_setattr(self, module, name, value):
        setattr(self.variables[module], name, self.value(value))

    def op_delattr(self, module, name):
        delattr(self.variables[module], name)

    def op_get(self, name, start, path):
        found = self.variables[start]
        for part in path.split("."):
            found = getattr(found, part)
        self.variables[name] = found

    def op_chain(self, name, levels):
        module = self.ctx.module("Module()")
        module.w = duramen.Parameter(self.ctx.tensor(real(self.case_seed, 0, 2)))
        module.register_buffer("b", self.ctx.tensor(real(self.case_seed, 1, 1)))
        for _ in range(levels):
            outer = self.ctx.module("Module()")
            outer.c = module
            module = outer
        self.variables[name] = module

    def op_call(self, module, method, args, store=None):
        result = getattr(self.variables[module], method)(*[self.value(one) for one in args])
        if store is None:
            return None
        self.variables[store] = result
        return result.class_name if isinstance(result, duramen.Module) else type(result).__name__

    def op_deepcopy(self, name, module):
        try:
            self.variables[name] = self.variables[module].deepcopy()
        except NotImplementedError as error:
            raise Skip(str(error)) from None

    # Observing.

    def op_named_parameters(self, module, keywords):
        return describe_all(self.variables[module].named_parameters(**keywords))

    def op_named_buffers(self, module, keywords):
        return describe_all(self.variables[module].named_buffers(**keywords))

    def op_parameters(self, module, *keywords):
        return describe_all(("", one) for one in self.variables[module].parameters(*keywords))

    def op_named_modules(self, module, keywords):
        return [[name, one.class_name] for name, one in self.variables[module].named_modules(**keywords)]

    def op_named_children(self, module):
        return [[name, one.class_name] for name, one in self.variables[module].named_children()]

    def op_slots(self, module):
        slots = self.variables[module].slots()
        out = {kind: [[name, one is None] for name, one in slots[kind].items()]
               for kind in ("parameters", "buffers", "modules")}
        return {**out, "non_persistent": sorted(slots["non_persistent"])}

    def op_keys(self, module):
        return list(self.variables[module].state_dict())

    def op_last_key(self, name):
        """Of a module's state or of a dict: how many keys there are, and the sha256 of all."""
        found = self.variables[name]
        keys = list(found.state_dict() if isinstance(found, duramen.Module) else found)
        return [len(keys), hashlib.sha256("\n".join(keys).encode()).hexdigest()]

    def op_same(self, a, b):
        return self.variables[a] is self.variables[b]

    def op_alias(self, a, b):
        return self.variables[a].storage_id == self.variables[b].storage_id

    def op_entry(self, name):
        return describe(self.variables[name])

    def op_repr(self, module):
        return repr(self.variables[module])

    def op_len(self, module):
        return len(self.variables[module])

    def op_dict_keys(self, name):
        return list(self.variables[name].keys())

    def op_training(self, module):
        return [[name, one.training] for name, one in self.variables[module].named_modules(remove_duplicate=False)]

    def op_grads(self, module):
        return [[name, None if one.grad is None else describe(one.grad)]
                for name, one in self.variables[module].named_parameters()]

    def op_apply_order(self, module):
        names = {one: name for name, one in self.variables[module].named_modules()}
        seen = []
        self.variables[module].apply(lambda one: seen.append([names[one], one.class_name]))
        return seen

    def op_get_submodule(self, module, path):
        return self.variables[module].get_submodule(path).class_name

    def op_get_parameter(self, module, path):
        return describe(self.variables[module].get_parameter(path))

    def op_get_buffer(self, module, path):
        return describe(self.variables[module].get_buffer(path))

    def op_set_submodule(self, module, path, value, keywords):
        self.variables[module].set_submodule(path, self.value(value), **keywords)

    # State dicts.

    def op_state_dict(self, name, module, keywords):
        made = self.variables[name] = self.variables[module].state_dict(**keywords)
        return {"entries": describe_all(made.items()), "versions": [list(pair) for pair in made.versions().items()]}

    def op_state_dict_quiet(self, name, module):
        self.variables[name] = self.variables[module].state_dict()
        return len(self.variables[name])

    def op_show(self, name):
        return describe_all(self.variables[name].items())

    def op_dict_new(self, name, pairs):
        self.variables[name] = duramen.StateDict([(key, self.value(item)) for key, item in pairs], context=self.ctx)

    def op_dict_set(self, name, key, value):
        self.variables[name][key] = self.value(value)

    def op_dict_del(self, name, key):
        del self.variables[name][key]

    def op_dict_plain(self, name, source):
        self.variables[name] = duramen.StateDict(list(self.variables[source].items()), context=self.ctx)

    def op_dict_clone(self, name, source):
        cloned = self.variables[source].copy()
        for key, item in cloned.items():
            if isinstance(item, duramen.Tensor):
                cloned[key] = item.clone()
        self.variables[name] = cloned

    def op_meta_set(self, name, path, version):
        if version is None:
            del self.variables[name]._metadata[path]
        else:
            self.variables[name].set_version(path, version)

    def op_strip_prefix(self, name, prefix):
        self.variables[name].strip_prefix(prefix)

    def op_load(self, module, source, keywords):
        target, before = self.variables[module], None
        before = self.fingerprint(target)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                report = target.load_state_dict(self.variables[source], **keywords)
            except duramen.Error:
                if self.fingerprint(target) != before:
                    self.complaints.append("a refused load left a trace")
                raise
        out = {"missing": report.missing_keys, "unexpected": report.unexpected_keys}
        return {**out, "warnings": len(caught)} if caught else out

    def fingerprint(self, module):
        return [(name, one.handle, describe(one)) for name, one in module.state_dict(keep_vars=True).items()]

    # Hooks, by keys without the module's prefix.

    def op_load_pre_hook(self, module, what, *words):
        def hook(_module, state_dict, prefix, _metadata, _strict, _missing, _unexpected, error_msgs):
            if what == "rename" and prefix + words[0] in state_dict:
                state_dict[prefix + words[1]] = state_dict.pop(prefix + words[0])
            elif what == "insert":
                state_dict[prefix + words[0]] = self.variables[words[1]]
            elif what == "drop":
                state_dict.pop(prefix + words[0], None)
            elif what == "error":
                error_msgs.append(words[0])

        self.variables[module].register_load_state_dict_pre_hook(hook)

    def op_load_post_hook(self, module, what):
        def hook(_module, keys):
            if what == "clear_missing":
                keys.missing_keys.clear()
            elif what == "clear_unexpected":
                keys.unexpected_keys.clear()
            return keys if what == "return_value" else None

        self.variables[module].register_load_state_dict_post_hook(hook)

    def op_state_post_hook(self, module, what, *words):
        def hook(_module, state_dict, prefix, _metadata):
            value = state_dict.pop(prefix + words[0])
            if what == "rename":
                state_dict[prefix + words[1]] = value

        self.variables[module].register_state_dict_post_hook(hook)

    # Flags.

    def op_train(self, module, *mode):
        return self.variables[module].train(*mode) is self.variables[module]

    def op_eval(self, module):
        return self.variables[module].eval() is self.variables[module]

    def op_requires_grad_(self, module, flag):
        return self.variables[module].requires_grad_(flag) is self.variables[module]

    def op_convert(self, name, method, *args):
        if not hasattr(type(self.variables[name]), method):
            raise Skip(f"the package has no {method}")
        try:
            return getattr(self.variables[name], method)(*args) is self.variables[name]
        except NotImplementedError as error:
            raise Skip(str(error)) from None

    def op_zero_grad(self, module, *keywords):
        self.variables[module].zero_grad(**(keywords[0] if keywords else {}))

    def op_set_grad(self, name, grad):
        self.variables[name].grad = self.value(grad)

    def op_fill(self, name, value):
        with self.ctx.no_grad():
            self.variables[name].fill_(number(value))
