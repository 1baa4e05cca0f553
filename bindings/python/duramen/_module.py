"""Modules: the names, arguments and rules of torch.nn.Module."""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from . import _api, _own
from ._call_hooks import CallHooks
from ._dtype import dtype_of
from ._handle import adopt, known
from ._hooks import NO_RESULT, Hook, Refusal, RemovableHandle, ReplacingHook, add_module_hook, export, is_public
from ._library import call, encoded, lent_text, lib, make, options, taken_string
from ._lending import buffers, note_buffer, tensor_entries
from ._listing import Patterns, module_entries
from ._load_how import LoadHow
from ._load_report import LoadReport, taken_report
from ._state_dict import StateDict, as_state_dict, state_dict_from
from ._surgery import Surgery
from ._tensor import Buffer, Tensor, dtype_among, handle_of, lent_tensor, wrap_tensor
from ._value import Values, python_of, release_value

if TYPE_CHECKING:
    from ._context import Context

_OWN = _api.LIST_NO_RECURSE | _api.LIST_KEEP_DUPLICATES | _api.LIST_INCLUDE_NONE
_SLOTS = _api.KIND_PARAMETER | _api.KIND_BUFFER | _api.KIND_CHILD
_INTERNAL = ("handle", "_bound", "_context", "_attached")


class Module(Surgery, CallHooks):
    """A module of the library. Parameters, buffers and children are attributes, as in PyTorch.

    A class that is derived from it has a `forward` and whatever else it wants: `super().__init__()` first, as in PyTorch.
    Its modules belong to the context that is given, else to that of the first module or tensor that is put in.
    """

    __slots__ = ("__dict__", "_attached", "_bound")
    _release = "duramen_module_release"
    _attached: bool  # whether attributes hang on the library's module
    _bound: Context | None
    handle: int

    def __init__(self, context: Context | None = None) -> None:
        self._build(context, f"{self._native().__name__}()", {})

    @classmethod
    def _native(cls) -> type[Module]:
        """The class of the library that it is, or is derived from."""
        return next((one for one in cls.__mro__ if one.__module__.startswith("duramen.")), Module)

    def _build(self, context: Context | None, text: str, names: Mapping[str, Any]) -> None:
        """Becomes a new module of the library that a text makes, of the class that is derived from its class."""
        self._bound = context
        maker = context if context is not None else _own_context()
        native = self._native()
        if native is Module and type(self) is not Module:
            made = _own.new_own(type(self), Module, maker)
        else:
            with scope_of(maker, names) as scope:
                made = _read(maker, text, options("duramen_text_options", scope=scope))
            if type(self) is not native:
                _own.derive(made, type(self), native)
        self._attached = False
        adopt(self, made)
        if native is not type(self) or self.__dict__:
            self._attach(None if names else text)

    @property
    def _context(self) -> Context:
        if self._bound is None:
            self._bound = _own_context()
        return self._bound

    @_context.setter
    def _context(self, context: Context | None) -> None:
        self._bound = context

    def _attach(self, text: str | None = None) -> None:
        """Lets class and attributes live as long as the library's module."""
        if not self._attached:
            _own.attach(self.handle, _own.Record(type(self), self.__dict__, text))
            self._attached = True

    # What it is.

    @property
    def class_name(self) -> str:
        return lent_text(lib.duramen_module_class_name, self.handle) or ""

    def _get_name(self) -> str:
        return self.class_name

    def __repr__(self) -> str:
        return taken_string(make(lib.duramen_module_repr, self.handle))

    def lossless_text(self) -> str:
        """The lossless form: `ctx.module(m.lossless_text())` is the same tree, values aside."""
        return taken_string(make(lib.duramen_module_text, self.handle))

    def extra_repr(self) -> str:
        """What the printed form shows in the parentheses."""
        return taken_string(make(lib.duramen_module_extra_repr_base, self.handle))

    def slots(self) -> dict[str, Any]:
        """The raw maps, entries that are None included: parameters, buffers, modules, non_persistent."""
        out: dict[str, Any] = {"parameters": {}, "buffers": {}, "modules": {}, "non_persistent": []}
        for entry in module_entries(self.handle, _SLOTS, _OWN):
            name = entry.name.decode()
            if entry.kind == _api.KIND_BUFFER and not entry.flags & _api.ENTRY_PERSISTENT:
                out["non_persistent"].append(name)
            out[_MAPS[entry.kind]][name] = self._object_of(entry)
        return out

    # PyTorch's names of the raw maps, as they are now and to be read only.
    _parameters = property(lambda self: MappingProxyType(self.slots()["parameters"]))
    _buffers = property(lambda self: MappingProxyType(self.slots()["buffers"]))
    _modules = property(lambda self: MappingProxyType(self.slots()["modules"]))
    _non_persistent_buffers_set = property(lambda self: frozenset(self.slots()["non_persistent"]))

    def _object_of(self, entry: Any) -> Any:
        if entry.kind in (_api.KIND_MODULE, _api.KIND_CHILD):
            return lent_module(entry.module, self._context) if entry.module else None
        return lent_tensor(entry.tensor, self._context) if entry.tensor else None

    def _slot(self, name: str) -> tuple[int, Any]:
        """The kind and the object of the entry of a name; kind 0 when there is none."""
        wanted = name.encode("utf-8", "surrogatepass")
        for entry in module_entries(self.handle, _SLOTS, _OWN):
            if entry.name == wanted:
                return entry.kind, self._object_of(entry)
        return 0, None

    # Attributes.

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("__") and name not in _INTERNAL:
            kind, found = self._slot(name)
            if kind:
                return found
            if self.class_name.startswith("Parametrized") and self._is_computed(name):
                return self._computed(name)
            if self._slot(name + "_g")[0] or self._slot(name + "_orig")[0]:  # as of utils.weight_norm
                with contextlib.suppress(ValueError):
                    return self._computed(name)
        raise AttributeError(f"'{object.__getattribute__(self, 'class_name')}' object has no attribute '{name}'"
                             if name not in _INTERNAL else name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _INTERNAL or name == "training":
            if name == "handle" and hasattr(self, "handle"):
                raise AttributeError("'handle' is what the module itself is")
            object.__setattr__(self, name, value)
            return
        if not is_made(self):
            refuse_early(value)
            object.__setattr__(self, name, value)
            return
        kind, _ = self._slot(name)
        if isinstance(value, Buffer) and not kind:
            self._register_as_buffer(name, value)
        elif isinstance(value, Module):
            self._registered(name, kind, lib.duramen_module_assign_module, value)
        elif isinstance(value, Tensor) and (kind or value.is_parameter):
            if value.is_parameter and kind != _api.KIND_PARAMETER and is_own(self) and has_own(type(self), name):
                raise KeyError(f"attribute '{name}' already exists")
            if kind == _api.KIND_BUFFER:
                note_buffer(value)
            self._registered(name, kind, lib.duramen_module_assign_tensor, value)
            if kind == _api.KIND_BUFFER and isinstance(value, Buffer):
                self._register_as_buffer(name, value)
        elif kind and value is None:
            function = lib.duramen_module_assign_module if kind == _api.KIND_CHILD else lib.duramen_module_assign_tensor
            call(function, self.handle, *encoded(name), None)
        elif kind:
            raise TypeError(f"cannot assign '{typename(value)}' as {_WORDS[kind]} '{name}' ({_WANTED[kind]})")
        elif isinstance(value, Tensor) and self._is_computed(name):
            self._context.run(lib.duramen_module_set_parametrized, self.handle, *encoded(name), value.handle)
        else:
            object.__setattr__(self, name, value)
            self._attach()

    def _register_as_buffer(self, name: str, value: Buffer) -> None:
        """By a `register_buffer` of one's own, too, which may know nothing of `persistent`."""
        if is_own(self):
            import inspect

            if "persistent" not in inspect.signature(self.register_buffer).parameters:
                return self.register_buffer(name, value)
        return self.register_buffer(name, value, value.persistent)

    def _is_computed(self, name: str) -> bool:
        """Whether a tensor of that name is parametrized."""
        kind, found = self._slot("parametrizations")
        return kind == _api.KIND_CHILD and isinstance(found, Module) and found._slot(name)[0] == _api.KIND_CHILD

    def _computed(self, name: str) -> Tensor:
        address = self._context.build(lib.duramen_module_get_parametrized, self.handle, *encoded(name))
        return wrap_tensor(address, self._context)

    def _registered(self, name: str, kind: int, function: Any, value: Any) -> None:
        call(function, self.handle, *encoded(name), value.handle)
        self._bind(value)
        if not kind:
            self.__dict__.pop(name, None)

    def _bind(self, value: Any) -> None:
        """A module without a context takes that of the first thing which is put in."""
        if self._bound is None and value is not None:
            self._bound = value._bound if isinstance(value, Module) else value._context

    def __delattr__(self, name: str) -> None:
        if name in self.__dict__ or not is_made(self):
            object.__delattr__(self, name)
        else:
            call(lib.duramen_module_remove, self.handle, *encoded(name))

    def __dir__(self) -> Iterable[str]:
        maps = self.slots()
        names = [*maps["parameters"], *maps["buffers"], *maps["modules"]]
        return sorted({*object.__dir__(self), *names})

    # Registration.

    def _check_name(self, name: Any, what: str) -> tuple[bytes, int]:
        if not is_made(self):
            raise AttributeError(f"cannot assign {what} before Module.__init__() call")
        if not isinstance(name, str):
            raise TypeError(f"{what} name should be a string. Got {typename(name)}")
        if what != "module":
            refuse_name(name, what)
        if name in self.__dict__ or is_own(self) and has_own(type(self), name) and not self._slot(name)[0]:
            raise KeyError(f"attribute '{name}' already exists")
        return encoded(name)

    def register_parameter(self, name: str, param: Tensor | None) -> None:
        """None keeps the name's place and lists nothing."""
        place = self._check_name(name, "parameter")
        if param is not None and not isinstance(param, Tensor):
            self._refuse_clash(name, _api.KIND_PARAMETER)
            raise TypeError(f"cannot assign '{typename(param)}' object to parameter '{name}' "
                            "(torch.nn.Parameter or None required)")
        call(lib.duramen_module_register_parameter, self.handle, *place, None if param is None else param.handle)
        self._bind(param)

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """`persistent`: state_dict holds it."""
        place = self._check_name(name, "buffer")
        note_buffer(tensor)
        if tensor is not None and not isinstance(tensor, Tensor):
            self._refuse_clash(name, _api.KIND_BUFFER)
            raise TypeError(f"cannot assign '{typename(tensor)}' object to buffer '{name}' "
                            "(torch Tensor or None required)")
        call(lib.duramen_module_register_buffer, self.handle, *place, None if tensor is None else tensor.handle,
             int(persistent))
        self._bind(tensor)

    def _refuse_clash(self, name: str, kind: int) -> None:
        """A name that is taken is refused before a value that is none."""
        if self._slot(name)[0] not in (0, kind) or not self._slot(name)[0] and hasattr(self, name):
            raise KeyError(f"attribute '{name}' already exists")

    def register_module(self, name: str, module: Module | None) -> None:
        if module is not None and not isinstance(module, Module):
            raise TypeError(f"{typename(module)} is not a Module subclass")
        place = self._check_name(name, "module")
        call(lib.duramen_module_register_child, self.handle, *place, None if module is None else module.handle)
        self._bind(module)

    add_module = register_module

    # Listings.

    def _listed(self, kinds: int, flags: int, prefix: str = "", **selection: Any) -> list[tuple[str, Any]]:
        return [(entry.name.decode(), self._object_of(entry))
                for entry in module_entries(self.handle, kinds, flags, prefix, **selection)]

    # Each takes PyTorch's arguments, and a selection: `include` and `exclude` are patterns of whole names, such as
    # "encoder.**.weight" (`*` stays within a component), or lists of them.

    def named_parameters(self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True, *,
                         include: Patterns = "", exclude: Patterns = "", dtype: Any = None,
                         requires_grad: bool | None = None) -> Iterator[tuple[str, Tensor]]:
        flags = _flags(recurse, remove_duplicate)
        if requires_grad is not None:
            flags |= _api.LIST_ONLY_TRAINABLE if requires_grad else _api.LIST_ONLY_FROZEN
        return tensor_entries(self.handle, self._context, _api.KIND_PARAMETER, flags, prefix, include=include,
                              exclude=exclude, dtype=dtype)

    def parameters(self, recurse: bool = True) -> Iterator[Tensor]:
        return (tensor for _, tensor in self.named_parameters(recurse=recurse))

    def named_buffers(self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True, *,
                      include: Patterns = "", exclude: Patterns = "",
                      dtype: Any = None) -> Iterator[tuple[str, Tensor]]:
        return tensor_entries(self.handle, self._context, _api.KIND_BUFFER, _flags(recurse, remove_duplicate), prefix,
                              include=include, exclude=exclude, dtype=dtype)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        return (tensor for _, tensor in self.named_buffers(recurse=recurse))

    def named_modules(self, memo: set[Module] | None = None, prefix: str = "", remove_duplicate: bool = True, *,
                      include: Patterns = "", exclude: Patterns = "") -> Iterator[tuple[str, Module]]:
        if memo is None:
            return iter(self._listed(_api.KIND_MODULE, _flags(True, remove_duplicate), prefix, include=include,
                                     exclude=exclude))
        return self._named_modules(memo, prefix, remove_duplicate)

    def _named_modules(self, memo: set[Module], prefix: str, remove_duplicate: bool) -> Iterator[tuple[str, Module]]:
        """With a memo, as PyTorch walks: what is in it is left out, and what is met is added."""
        waiting = [(prefix, self)]
        while waiting:
            path, module = waiting.pop()
            if module in memo:
                continue
            if remove_duplicate:
                memo.add(module)
            yield path, module
            children = [(f"{path}.{name}" if path else name, child)
                        for name, child in module.slots()["modules"].items() if child is not None]
            waiting += reversed(children)

    def modules(self) -> Iterator[Module]:
        return (module for _, module in self.named_modules())

    def named_children(self) -> Iterator[tuple[str, Module]]:
        return iter(self._listed(_api.KIND_CHILD, _api.LIST_NO_RECURSE))

    def children(self) -> Iterator[Module]:
        return (module for _, module in self.named_children())

    def get_submodule(self, target: str) -> Module:
        with self._attribute_at(target, "an nn.Module"):
            return as_module(make(lib.duramen_module_get_submodule, self.handle, *encoded(target)), self._context)

    def get_parameter(self, target: str) -> Tensor:
        with self._attribute_at(target, "an nn.Parameter"):
            return wrap_tensor(make(lib.duramen_module_get_parameter, self.handle, *encoded(target)), self._context)

    def get_buffer(self, target: str) -> Tensor | None:
        with self._attribute_at(target, "a buffer"):
            address = make(lib.duramen_module_get_buffer, self.handle, *encoded(target))
        return None if address is None else wrap_tensor(address, self._context)

    @contextlib.contextmanager
    def _attribute_at(self, target: str, wanted: str) -> Iterator[None]:
        """A name that the library does not know may be an attribute of Python: then that is what the error says."""
        try:
            yield
        except AttributeError:
            owner, atoms = self, target.split(".")
            for i, atom in enumerate(atoms):
                kind, found = owner._slot(atom)
                if not kind and (atom in owner.__dict__ or is_own(owner) and has_own(type(owner), atom)):
                    last = i + 1 == len(atoms)
                    raise AttributeError(f"`{atom}` is not {wanted if last else 'an nn.Module'}") from None
                if not isinstance(found, Module):
                    break
                owner = found
            raise

    def set_submodule(self, target: str, module: Module, strict: bool = False) -> None:
        """Puts a module at a dotted path; `strict`: something must be there already."""
        if target == "":
            raise ValueError("Cannot set the submodule without a target name!")
        if not isinstance(module, Module):
            raise ValueError(f"`module` is not an nn.Module, found {type(module)}")
        parent, _, name = target.rpartition(".")
        owner = self.get_submodule(parent)
        if name in owner.__dict__ or is_own(owner) and has_own(type(owner), name):
            raise AttributeError(f"`{name}` is not an nn.Module")
        call(lib.duramen_module_set_submodule, self.handle, *encoded(target), module.handle, int(strict))
        owner._bind(module)

    # State.

    def state_dict(self, destination: Any = None, prefix: str = "", keep_vars: bool = False) -> Any:
        """The state, in PyTorch's order; the tensors are live views of the module's."""
        flags = _api.STATE_KEEP_VARS if keep_vars else 0
        with export(self.handle, prefix) as result:
            if isinstance(destination, StateDict):
                call(lib.duramen_module_add_state_dict, self.handle, destination.handle, *encoded(prefix), flags)
            else:
                made = as_state_dict(make(lib.duramen_module_state_dict, self.handle, *encoded(prefix), flags), self._context)
        if destination is None:
            return result(made)
        if not isinstance(destination, StateDict):
            add_to(destination, made)
        return result(destination)

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False,
                        *, adopt: bool = False, rename: Any = None, mismatched: str = "error", dtype: str = "convert",
                        tied: str = "error", policies: Mapping[str, str] | None = None) -> LoadReport:
        """Loads everything or, when something does not fit, nothing. The report is also (missing, unexpected).

        adopt: containers that stand for an unknown class take the parameters that the dict has for them.
        rename: rules for the dict's names, such as "strip:module.", a list of them, or RenameRules.
        mismatched: "error", "skip" leaves an entry of another shape alone, "slice" copies what both have.
        dtype: "convert" or "require".
        tied: "error", or "allow": a name may be missing when another one of the same tensor is there.
        policies: patterns of names, each with what is let pass for them: words such as "missing unexpected skip"."""
        how = LoadHow(strict, assign=assign, adopt=adopt, rename=rename, mismatched=mismatched, dtype=dtype, tied=tied,
                      policies=policies)
        state = state_dict_from(state_dict, self._context)
        buffers.may_be_parameters |= assign
        return taken_report(how.run(lambda: self._context.build(lib.duramen_module_load_state_dict, self.handle,
                                                                state.handle, how.options)))

    def match(self, state_dict: Mapping[str, Any], strict: bool = True, **how: Any) -> LoadReport:
        """What a load would report; loads nothing. Takes what load_state_dict takes."""
        given = LoadHow(strict, **how)
        state = state_dict_from(state_dict, self._context)
        return taken_report(given.run(lambda: make(lib.duramen_module_match, self.handle, state.handle, given.options)))

    # Hooks; those of calls are in _call_hooks.py. Each is set behind those of its kind; the handle that comes back removes
    # it. What a hook raises, the call that it is part of raises, and nothing has changed.

    def _hook(self, kind: str, function: Callable[..., Any],
              refusal: Refusal | None = None) -> RemovableHandle:
        return add_module_hook(self, kind, Hook(function, self._context, refusal))

    def register_parameter_registration_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """hook(module, name, parameter) -> None or another one, for this module and what is below it."""
        return self._hook("register_parameter", hook)

    def register_buffer_registration_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """hook(module, name, buffer or None) -> None or another one, for this module and what is below it."""
        return self._hook("register_buffer", hook)

    def register_module_registration_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """hook(module, name, child or None) -> None or another one, for this module and what is below it."""
        return self._hook("register_child", hook)

    def register_state_dict_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """hook(module, prefix, keep_vars) -> None, before this module's entries are put into a state dict."""
        return self._hook("before_state_dict", hook)

    def register_state_dict_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """hook(module, state_dict, prefix, local_metadata) -> None, after those of this module and below it."""
        with contextlib.suppress(AttributeError, TypeError):  # a bound method takes no attributes
            hook._from_public_api = True  # type: ignore[attr-defined]
        return self._hook("after_state_dict", hook, (RuntimeError, NO_RESULT))

    def _register_state_dict_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """The same, under the name of old: what the hook gives comes back from the state_dict() of this very module."""
        if is_public(hook):
            raise RuntimeError("Cannot register the same function as the state dict post hook that was "
                               "previously registered via register_state_dict_post_hook")
        return add_module_hook(self, "after_state_dict", ReplacingHook(hook, self._context))

    def register_load_state_dict_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """hook(module, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)."""
        return self._hook("before_load", hook)

    def _register_load_state_dict_pre_hook(self, hook: Callable[..., Any],
                                           with_module: bool = False) -> RemovableHandle:
        """The same, under the name of old: without the module unless it is asked for."""
        return self.register_load_state_dict_pre_hook(hook if with_module else lambda _, *given: hook(*given))

    def register_load_state_dict_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """hook(module, incompatible_keys) -> None, before anything is copied: the lists decide whether it will be."""
        return self._hook("after_load", hook, (
            AssertionError, "Hooks registered with ``register_load_state_dict_post_hook`` are not expected to return "
            "new values, if incompatible_keys need to be modified, it should be done inplace."))

    def deepcopy(self) -> Module:
        """A copy of the whole tree; what is shared inside stays shared."""
        return _own.copied(self, {})

    def __copy__(self) -> Module:
        from ._pickle import copied

        return copied(self)

    def __reduce_ex__(self, protocol: Any) -> Any:
        from ._pickle import reduced_module

        return reduced_module(self)

    def __setstate__(self, state: dict[str, Any]) -> None:
        from ._pickle import set_state

        set_state(self, state)

    def __deepcopy__(self, memo: dict[int, Any]) -> Module:
        return _own.copied(self, memo)

    def get_extra_state(self) -> Any:
        """What a class of one's own keeps beside its tensors; any value."""
        raise RuntimeError("Reached a code path in Module.get_extra_state() that should never be called.")

    def set_extra_state(self, state: Any) -> None:
        raise RuntimeError("Reached a code path in Module.set_extra_state() that should never be called.")

    # Running.

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """One tensor, or nested tuples of them."""
        if is_own(self) and not lib.duramen_module_has_call_hooks(self.handle):
            return self.forward(*args, **kwargs)
        return self._run(lib.duramen_module_call, self.class_name, args, kwargs)

    def _run(self, function: Any, class_name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if kwargs and class_name in built_in():
            args, kwargs = in_order(args, kwargs), {}
        with Values(self._context) as values:
            keywords = values.of(kwargs) if kwargs else None
            out = self._context.build(function, self.handle, values.of(args), keywords)
        try:
            return python_of(out, self._context)
        finally:
            release_value(out)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        native = self._native()
        if is_own(self) and native.__name__ in ("Module", "ModuleList", "ModuleDict"):
            raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')
        return self._run(lib.duramen_module_call_base, native.__name__ if is_own(self) else self.class_name, args, kwargs)

    # Flags and conversions.

    @property
    def training(self) -> bool:
        return bool(lib.duramen_module_is_training(self.handle))

    @training.setter
    def training(self, mode: bool) -> None:
        """Sets this module's own flag; those below keep theirs."""
        # A shared module at each of its places: the last one is below all that train() reaches it from.
        places = self.named_modules(remove_duplicate=False)
        below = [(module, module.training) for _, module in places][1:]
        self.train(bool(mode))
        for module, before in below:
            module.train(before)

    def train(self, mode: bool = True) -> Module:
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        call(lib.duramen_module_train, self.handle, int(mode))
        return self

    def eval(self) -> Module:
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Module:
        call(lib.duramen_module_set_requires_grad, self.handle, int(requires_grad))
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        call(lib.duramen_module_zero_grad, self.handle, int(set_to_none))

    def reset_parameters(self) -> None:
        self._context.run(lib.duramen_module_reset_parameters, self.handle)

    def initialize_parameters(self, input: Tensor) -> None:
        """Gives a lazy module the sizes that an input tells; its class becomes the plain one, as in its first forward."""
        self._context.run(lib.duramen_module_initialize_parameters, self.handle, input.handle)

    def reset_running_stats(self) -> None:
        call(lib.duramen_module_reset_running_stats, self.handle)

    def to(self, *args: Any, dtype: Any = None, device: Any = None, other: Any = None, **_: Any) -> Module:
        """Converts floating and complex parameters, their gradients and buffers; parameters keep their identity.

        Takes what PyTorch's takes: a dtype, the device, both, or a tensor to be like; `non_blocking` means nothing here."""
        wanted = dtype_among(*args, device, dtype, other)
        if wanted is not None:
            self._context.run(lib.duramen_module_to_dtype, self.handle, wanted.number)
        return self

    def type(self, dst_type: Any) -> Module:
        """Converts every parameter and buffer, also those of integers."""
        self._context.run(lib.duramen_module_convert, self.handle, dtype_of(dst_type).number, _api.CONVERT_ALL)
        return self

    def _floats_to(self, dtype: str) -> Module:
        """Complex tensors stay what they are."""
        self._context.run(lib.duramen_module_convert, self.handle, dtype_of(dtype).number, _api.CONVERT_FLOATING)
        return self

    def float(self) -> Module:
        return self._floats_to("float32")

    def double(self) -> Module:
        return self._floats_to("float64")

    def half(self) -> Module:
        return self._floats_to("float16")

    def bfloat16(self) -> Module:
        return self._floats_to("bfloat16")

    def cpu(self) -> Module:
        return self

    def cuda(self, device: Any = None) -> Module:
        """Refused: there is the CPU only."""
        return self.to(device="cuda")

    def xpu(self, device: Any = None) -> Module:
        """Refused: there is the CPU only."""
        return self.to(device="xpu")

    def to_empty(self, *, device: Any = "cpu", recurse: bool = True) -> Module:
        """The module itself: on the CPU there is nothing to move, and what may have any value may have the one that it has."""
        return self.to(device=device)

    def share_memory(self) -> Module:
        raise NotImplementedError("parameters are not shared between processes")

    def compile(self, *args: Any, **kwargs: Any) -> Module:
        """The module itself: there is nothing to compile."""
        return self

    def apply(self, fn: Callable[[Module], Any]) -> Module:
        """Calls fn with every module, children before their parent."""
        above, open_ = {self.handle}, [(self, iter(list(self.children())))]
        while open_:
            module, left = open_[-1]
            child = next(left, None)
            if child is None:
                open_.pop()
                above.discard(module.handle)
                fn(module)
            elif child.handle in above:
                raise RecursionError("apply: the module tree has a cycle")
            else:
                above.add(child.handle)
                open_.append((child, iter(list(child.children()))))
        return self


_MAPS = {_api.KIND_PARAMETER: "parameters", _api.KIND_BUFFER: "buffers", _api.KIND_CHILD: "modules"}
_WORDS = {_api.KIND_PARAMETER: "parameter", _api.KIND_BUFFER: "buffer", _api.KIND_CHILD: "child module"}
_WANTED = {_api.KIND_PARAMETER: "torch.nn.Parameter or None expected",
           _api.KIND_BUFFER: "torch.nn.Buffer, torch.Tensor or None expected",
           _api.KIND_CHILD: "torch.nn.Module or None expected"}
# The classes of Python by the library's name; filled by the modules that have them.
CLASSES: dict[str, type[Module]] = {}


def class_named(name: str) -> type[Module]:
    """The class of Python for one of the library, plain Module where there is none."""
    if name not in CLASSES:
        from . import _layers  # noqa: F401, it fills CLASSES
    return CLASSES.get(name, Module)


def _own_context() -> Context:
    from ._context import current_context

    return current_context()


def is_made(module: Module) -> bool:
    """Whether its __init__ ran."""
    return hasattr(module, "_attached")


def is_own(module: Module) -> bool:
    """Whether its class is derived in Python."""
    return not type(module).__module__.startswith("duramen.")


def has_own(kind: type[Any], name: str) -> bool:
    """Whether a class of one's own has an attribute of that name, beside those of Module."""
    return any(name in vars(one) for one in kind.__mro__ if not one.__module__.startswith("duramen."))


def refuse_early(value: Any) -> None:
    what = ("parameters" if isinstance(value, Tensor) and value.is_parameter else
            "module" if isinstance(value, Module) else "")
    if what:
        raise AttributeError(f"cannot assign {what} before Module.__init__() call")


_TENSORS = {"float32": "FloatTensor", "float64": "DoubleTensor", "float16": "HalfTensor", "bfloat16": "BFloat16Tensor",
            "int64": "LongTensor", "int32": "IntTensor", "int16": "ShortTensor", "int8": "CharTensor", "uint8": "ByteTensor",
            "bool": "BoolTensor", "complex64": "ComplexFloatTensor", "complex128": "ComplexDoubleTensor"}


def typename(value: Any) -> str:
    """As torch.typename; for modules the class only."""
    if isinstance(value, Tensor):
        return f"torch.{_TENSORS.get(value.dtype, 'Tensor')}"
    if isinstance(value, Module):
        return value.class_name
    owner = getattr(value, "__module__", None)
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None) or type(value).__name__
    return f"{owner}.{name}" if owner not in (None, "builtins") else str(name)


_built_in: set[str] = set()


def built_in() -> set[str]:
    """The classes that the library has itself."""
    if not _built_in:
        from ._context import registry

        _built_in.update(entry["name"] for entry in registry()["modules"])
    return _built_in


def in_order(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    """The arguments of a layer or a loss by position: PyTorch calls them `input` and `target`."""
    missing = [name for name in ("input", "target")[len(args):] if name in kwargs]
    if len(missing) != len(kwargs) or missing[:1] == ["target"] and not args:
        wrong = next((name for name in kwargs if name not in missing), "target")
        raise TypeError(f"forward() got an unexpected keyword argument '{wrong}'")
    return (*args, *(kwargs[name] for name in missing))


def _flags(recurse: bool, remove_duplicate: bool) -> int:
    return ((0 if recurse else _api.LIST_NO_RECURSE)
            | (0 if remove_duplicate else _api.LIST_KEEP_DUPLICATES))


def refuse_name(name: str, what: str) -> None:
    """The errors that PyTorch has for a name before it looks at the value."""
    if "." in name:
        raise KeyError(f'{what} name can\'t contain "."')
    if name == "":
        raise KeyError(f'{what} name can\'t be empty string ""')


def as_module(address: int, context: Context) -> Module:
    """The Python object of a module; takes over the caller's reference."""
    found = known(address)
    if found is not None:
        lib.duramen_module_release(address)
        return found  # type: ignore[no-any-return]
    record = _own.record_of(address)
    if record is not None:
        made: Module = object.__new__(record.kind)
        made.__dict__ = record.attributes
    else:
        made = object.__new__(class_named(lent_text(lib.duramen_module_class_name, address) or ""))
    made._bound, made._attached = context, record is not None
    return adopt(made, address)


def lent_module(address: int, context: Context) -> Module:
    return as_module(lib.duramen_module_retain(address), context)


def _read(context: Context, text: str, how: Any, unknown: Any = None) -> int:
    """The handle of a new module; `unknown` is the place for the classes that containers stand for."""
    out = ctypes.c_void_p()
    context.run(lib.duramen_module_from_text_with, *encoded(text), ctypes.byref(how), ctypes.byref(out), unknown)
    return out.value or 0


@contextlib.contextmanager
def scope_of(context: Context, names: Mapping[str, Any]) -> Iterator[int]:
    """A scope of the modules and tensors that a text uses by name."""
    scope: int = make(lib.duramen_scope_create)
    try:
        for name, thing in names.items():
            if isinstance(thing, Module):
                call(lib.duramen_scope_set_module, scope, *encoded(name), thing.handle)
            else:
                given = thing if isinstance(thing, Tensor) else context.tensor(thing)
                note_buffer(given)
                call(lib.duramen_scope_set_tensor, scope, *encoded(name), handle_of(given))
        yield scope
    finally:
        lib.duramen_scope_release(scope)


def module_from_text(context: Context, text: str, names: Mapping[str, Any]) -> Module:
    """Builds a module; the names are modules and tensors that the text uses."""
    with scope_of(context, names) as scope:
        return as_module(_read(context, text, options("duramen_text_options", scope=scope)), context)


def module_from_text_with(context: Context, text: str, unknown_as_containers: bool,
                          arguments: Mapping[str, str], names: Mapping[str, Any]) -> tuple[Module, dict[str, str]]:
    """Builds a module and gives the classes, by path, that plain containers stand for."""
    unknown = ctypes.c_void_p()
    with scope_of(context, names) as scope, Values(context) as values:
        how = options("duramen_text_options", scope=scope, arguments=values.of(dict(arguments)) if arguments else None,
                      flags=_api.TEXT_UNKNOWN_AS_CONTAINERS if unknown_as_containers else 0)
        module = as_module(_read(context, text, how, ctypes.byref(unknown)), context)
    classes = unknown.value or 0
    try:
        return module, python_of(classes, context)
    finally:
        release_value(classes)


def add_to(destination: MutableMapping[str, Any], state: StateDict) -> None:
    """Adds the entries and versions of a state to a dict that the caller gave."""
    for name, item in state.items():
        destination[name] = item
    versions = getattr(destination, "_metadata", None)
    if versions is not None and state._metadata is not None:
        versions.update(state._metadata)
