"""Each family of the comparison finds a fault that is planted on our side: run by `oracle.py LIBRARY --self-test`."""
import contextlib

import attributes
import call_hooks
import containers
import derived
import duramen
import files
import hooks
import inits
import layers
import loads
import module_states
import parametrized
import prints
import surgery
import training
import trees
from sides import Mismatch


@contextlib.contextmanager
def planted(owner, name, make):
    """Replaces owner.name by make(the original) for a while."""
    original = getattr(owner, name)
    setattr(owner, name, make(original))
    try:
        yield
    finally:
        setattr(owner, name, original)


def scaled(original):
    """Every result of a module is off by three units in the sixth place."""
    return lambda self, *args, **kwargs: original(self, *args, **kwargs) * 1.000003


def below(original):
    """A derived class's forward is not called."""
    return lambda self, *args, **kwargs: duramen.Module.forward(self, *args, **kwargs)


def unfrozen(original):
    return lambda self, flag=True: original(self, True)


def reordered(original):
    return lambda self, **how: iter(sorted(original(self, **how), key=lambda pair: pair[0]))


def at_the_end(original):
    return lambda self, index, module: original(self, len(self), module)


def unchecked(original):
    return lambda self, name, what: (str(name).encode(), len(str(name)))


def rounded(original):
    return lambda self: original(self).replace("9", "8")


def always_lax(original):
    return lambda self, state, strict=True, assign=False: original(self, state, strict=False, assign=assign)


def unheard(original):
    """A hook that is set and never called."""
    return lambda self, hook: original(self, lambda *_: None)


def faster(original):
    """A learning rate that grows by two millionths a step."""
    def step(self, closure=None):
        for group in self.param_groups:
            group["lr"] = group["lr"] * 1.000002
        return original(self, closure)
    return step


def truncated(original):
    def load(path, **how):
        found = original(path, **how)
        return found if not isinstance(found, dict) else dict(list(found.items())[:-1])
    return load


def heavier(original):
    return lambda self, source, weight, **how: original(self, source, weight * 1.000001, **how)


def one_more_type(original):
    return lambda: {**original(), "modules": [*original()["modules"], {"name": "Invented", "forward": True}]}


def nameless(original):
    return lambda self: original(self).replace("max_val=", "")


def turned(original):
    return lambda module, name, text: original(module, name, "weight_norm(dim=None)")


def doubled(original):
    return lambda tensor, mean=0.0, std=1.0: original(tensor, mean, 2 * std)


NORMAL = inits.NAMES_OF_ALL.index("normal_")
FAULTS = [
    ("a result that is off", duramen.Module, "__call__", scaled, lambda i: layers.run_case(1, "Linear", i)),
    ("freezing that does nothing", duramen.Module, "requires_grad_", unfrozen, lambda i: trees.run_case(1, i)),
    ("another order", duramen.Module, "named_parameters", reordered, lambda i: trees.run_case(1, i)),
    ("an insert that appends", duramen.Sequential, "insert", at_the_end, lambda i: containers.run_case(1, 5 * i)),
    ("names that Python does not check", duramen.Module, "_check_name", unchecked, lambda i: attributes.run_case(1, i)),
    ("a tensor's text that is off", duramen.Tensor, "__repr__", rounded, lambda i: prints.run_case(1, i)),
    ("loads that are never strict", duramen.Module, "load_state_dict", always_lax, lambda i: loads.run_case(1, i)),
    ("a hook that is not called", duramen.Module, "register_load_state_dict_pre_hook", unheard,
     lambda i: hooks.run_case(1, i)),
    ("a hook of calls that is not called", duramen.Module, "register_full_backward_hook",
     lambda original: lambda self, hook, prepend=False: original(self, lambda *_: None), lambda i: call_hooks.run_case(1, i)),
    ("a hook of old whose dict is lost", duramen.Module, "_register_state_dict_hook", unheard,
     lambda i: hooks.run_case(1, i)),
    ("a weight that is off", duramen.Module, "lerp_", heavier, lambda i: surgery.run_case(1, i)),
    ("a learning rate that is off", duramen.Optimizer, "step", faster, lambda i: training.run_case(1, "SGD", i)),
    ("a file that loses its last entry", duramen, "load", truncated, lambda i: files.run_case(1, i)),
    ("a parametrization of another dimension", duramen.parametrizations, "parametrize", turned,
     lambda i: parametrized.run_case(1, 3 * i)),
    ("draws that PyTorch has not", duramen.init, "normal_", doubled, lambda i: inits.run_case(1, NORMAL + 14 * i)),
    ("a line of print that is off", duramen.Module, "__repr__", nameless, lambda i: module_states.run_case(1, "Hardtanh", i)),
    ("a forward of one's own that is passed over", duramen.Module, "__call__", below, lambda i: derived.run_program(1, i)),
    ("a text of one's own that is passed over", duramen.nn.Linear, "extra_repr", lambda original: lambda self: "",
     lambda i: derived.run_program(1, i)),
    ("a type without a generator", duramen, "registry", one_more_type, lambda i: layers.check_registry()),
]


def found(owner, name, make, case):
    """Whether one of a few cases fails with the fault, and none without."""
    for i in range(12):
        with planted(owner, name, make):
            try:
                case(i)
                continue
            except Mismatch:
                pass
        case(i)
        return True
    return False


def run():
    missed = [title for title, *fault in FAULTS if not found(*fault)]
    print(f"oracle: {len(FAULTS) - len(missed)} of {len(FAULTS)} planted faults found", *missed, sep="; not found: ")
    return not missed
