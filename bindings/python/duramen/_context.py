"""The context: memory, threads, random generator, grad mode; whatever computes belongs to one."""

from __future__ import annotations

import ctypes
import functools
import os
import threading
import warnings
from typing import TYPE_CHECKING, Any, Generator, Iterable, Mapping, Sequence

from . import _api
from ._dtype import dtype, dtype_of
from ._handle import Handle, adopt
from ._library import call, integers, lib, make, options, struct, taken_string, text_at

if TYPE_CHECKING:
    from ._module import Module
    from ._optimizer import Optimizer
    from ._tensor import Tensor

_LOG = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int32, ctypes.c_void_p, ctypes.c_size_t)


class GradMode:
    """`with ctx.no_grad():` sets the grad mode and puts the old one back."""

    def __init__(self, context: Context, enabled: bool, at_once: bool = False) -> None:
        self._context, self._enabled = context, enabled
        self._before: list[bool] = []
        if at_once:
            self._before.append(context.is_grad_enabled())
            context._set_grad_enabled(enabled)
        self._entered = at_once

    def __enter__(self) -> None:
        if not self._entered:
            self._before.append(self._context.is_grad_enabled())
            self._context._set_grad_enabled(self._enabled)
        self._entered = False

    def __exit__(self, *_: object) -> None:
        self._context._set_grad_enabled(self._before.pop())

    def __call__(self, function: Any) -> Any:
        """As a decorator: the mode holds while the function runs, a generator between its yields, too, and not before."""
        import inspect

        if self._entered:
            self.__exit__()
            self._entered = False
        steps = inspect.isgeneratorfunction(function)

        @functools.wraps(function)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            if steps:
                return self._around(function(*args, **kwargs))
            with GradMode(self._context, self._enabled):
                return function(*args, **kwargs)
        return wrapped

    def _around(self, generator: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        """The same generator, around each of whose steps the mode is set."""
        step, given = generator.send, None
        while True:
            try:
                with GradMode(self._context, self._enabled):
                    got = step(given)
            except StopIteration as end:
                return end.value
            try:
                step, given = generator.send, (yield got)
            except GeneratorExit:
                with GradMode(self._context, self._enabled):
                    generator.close()
                raise
            except BaseException as raised:  # noqa: BLE001, handed on
                step, given = generator.throw, raised


class Context(Handle):
    """What computes needs a context. Two never see each other; one is used by one thread at a time.

    PyTorch's warnings are given as Python warnings.
    """

    __slots__ = ("_log", "_messages")
    _release = "duramen_context_release"
    _messages: list[str]

    def __init__(self, seed: int = 0, num_threads: int = 1) -> None:
        messages: list[str] = []

        def log(_user: int, level: int, message: int, length: int) -> None:
            if level <= _api.LOG_WARNING:
                messages.append(text_at(message, length))

        self._messages, self._log = messages, _LOG(log)
        sink = options("duramen_log_sink", log=ctypes.cast(self._log, ctypes.c_void_p))
        start = options("duramen_context_options", num_threads=num_threads, seed=_seed(seed),
                        log=ctypes.addressof(sink))
        adopt(self, make(lib.duramen_context_create, ctypes.byref(start)))

    def __enter__(self) -> Context:
        """`with ctx:` what is made by a class, such as `duramen.nn.Linear(4, 3)`, belongs to this context."""
        _current.entered.append(self)
        return self

    def __exit__(self, *_: object) -> None:
        _current.entered.pop()

    def __repr__(self) -> str:
        return f"duramen.Context(seed={self.initial_seed()}, num_threads={self.num_threads})"

    def warn(self) -> None:
        """Gives the messages that came during a call as Python warnings."""
        while self._messages:
            warnings.warn(self._messages.pop(0), UserWarning, stacklevel=4)

    def run(self, function: Any, *arguments: Any) -> None:
        """Calls a function whose first parameter is the context and whose last is the error."""
        try:
            call(function, self.handle, *arguments)
        finally:
            if self._messages:
                self.warn()

    def build(self, function: Any, *arguments: Any) -> Any:
        """As run, for a function that gives a handle."""
        try:
            return make(function, self.handle, *arguments)
        finally:
            if self._messages:
                self.warn()

    @property
    def num_threads(self) -> int:
        return int(lib.duramen_context_num_threads(self.handle))

    def seed(self, seed: int) -> Context:
        """Starts the random generator again, as torch.manual_seed."""
        self.run(lib.duramen_context_seed, _seed(seed))
        return self

    manual_seed = seed

    def initial_seed(self) -> int:
        return int(lib.duramen_context_initial_seed(self.handle))

    def get_rng_state(self) -> bytes:
        """The bytes of torch.get_rng_state()."""
        nbytes = ctypes.c_size_t()
        buffer = ctypes.create_string_buffer(8192)
        call(lib.duramen_context_generator_state, self.handle, buffer, 8192, ctypes.byref(nbytes))
        return buffer.raw[: nbytes.value]

    def set_rng_state(self, state: bytes) -> None:
        state = bytes(state)
        self.run(lib.duramen_context_set_generator_state, state, len(state))

    def is_grad_enabled(self) -> bool:
        return bool(lib.duramen_context_grad_enabled(self.handle))

    def _set_grad_enabled(self, enabled: bool) -> None:
        self.run(lib.duramen_context_set_grad_enabled, int(enabled))

    def no_grad(self) -> GradMode:
        """`with ctx.no_grad():` nothing inside is recorded for backward."""
        return GradMode(self, False)

    def enable_grad(self) -> GradMode:
        return GradMode(self, True)

    def set_grad_enabled(self, mode: bool) -> GradMode:
        """Switches recording at once; as a context manager it puts the old mode back."""
        return GradMode(self, bool(mode), at_once=True)

    def get_default_dtype(self) -> dtype:
        from ._dtype import BY_NUMBER

        return BY_NUMBER[lib.duramen_context_default_dtype(self.handle)]

    def set_default_dtype(self, dtype: Any) -> None:
        self.run(lib.duramen_context_set_default_dtype, dtype_of(dtype).number)

    def cancel(self) -> None:
        """Asks the running call to stop, from any thread; sticky until reset_cancel."""
        lib.duramen_context_cancel(self.handle)

    def reset_cancel(self) -> None:
        lib.duramen_context_reset_cancel(self.handle)

    def memory(self) -> dict[str, int]:
        """What the memory is used for: bytes_in_use, bytes_cached, peak_bytes_in_use, blocks_in_use."""
        numbers = options("duramen_allocator_statistics")
        call(lib.duramen_context_allocator_statistics, self.handle, ctypes.byref(numbers))
        return {name: getattr(numbers, name)
                for name, _ in struct("duramen_allocator_statistics")._fields_[2:]}

    def trim(self) -> None:
        """Gives memory that is kept for reuse back to the system."""
        self.run(lib.duramen_context_trim)

    def blas_info(self) -> str:
        return taken_string(self.build(lib.duramen_context_blas_info))

    def tensor(self, data: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
        """A new tensor with a copy of the data: a NumPy array, a number, nested lists, bytes-like arrays."""
        from ._array import tensor_of

        made = tensor_of(self, data, dtype)
        return made.requires_grad_() if requires_grad else made

    def from_numpy(self, array: Any) -> Tensor:
        """A tensor on the array's own memory."""
        from ._array import tensor_on

        return tensor_on(self, array)

    def from_dlpack(self, source: Any) -> Tensor:
        """A tensor on the memory of another library's array (NumPy, PyTorch, ...), or of a capsule."""
        from ._dlpack import from_dlpack

        return from_dlpack(source, self)

    def empty(self, shape: Sequence[int] | int, dtype: Any = None) -> Tensor:
        """A tensor whose elements are not initialised."""
        return self._filled(lib.duramen_tensor_empty, shape, dtype)

    def zeros(self, shape: Sequence[int] | int, dtype: Any = None) -> Tensor:
        return self._filled(lib.duramen_tensor_zeros, shape, dtype)

    def ones(self, shape: Sequence[int] | int, dtype: Any = None) -> Tensor:
        return self.full(shape, 1.0, dtype)

    def full(self, shape: Sequence[int] | int, value: float, dtype: Any = None) -> Tensor:
        return self._filled(lib.duramen_tensor_full, shape, dtype, ctypes.c_double(value))

    def _filled(self, function: Any, shape: Sequence[int] | int, dtype: Any, *value: Any) -> Tensor:
        from ._tensor import wrap_tensor

        number = self.get_default_dtype().number if dtype is None else dtype_of(dtype).number
        sizes = (shape,) if isinstance(shape, int) else tuple(shape)
        return wrap_tensor(self.build(function, number, *integers(sizes), *value), self)

    def module(self, text: str, /, **names: Any) -> Module:
        """Builds a module from PyTorch's text; the keywords are modules and tensors that the text may use."""
        from ._module import module_from_text

        return module_from_text(self, text, names)

    def module_with(self, text: str, /, *, unknown_as_containers: bool = False,
                    arguments: Mapping[str, str] | None = None, **names: Any) -> tuple[Module, dict[str, str]]:
        """As module, also of a printout with unknown classes, which become plain containers: their classes by path come
        back beside the module. `arguments`: what a printout does not show, by path or class ("num_heads=8")."""
        from ._module import module_from_text_with

        return module_from_text_with(self, text, unknown_as_containers, arguments or {}, names)

    def op(self, text: str, /, *arguments: Any) -> Any:
        """Applies an operator, such as `ctx.op("softmax(dim=-1)", x)`."""
        from ._op import apply

        return apply(self, text, arguments)

    def optimizer(self, text: str, params: Iterable[Any]) -> Optimizer:
        """An optimizer, such as `ctx.optimizer("SGD(lr=0.1)", m.parameters())`; groups are a list of dicts."""
        from ._optimizer import Optimizer

        return Optimizer(self, text, params)

    def load(self, path: str | os.PathLike[str], **how: Any) -> Any:
        """`duramen.load` with this context."""
        from ._checkpoint import load

        return load(path, context=self, **how)

    def save(self, data: Any, path: str | os.PathLike[str], **how: Any) -> None:
        """`duramen.save` with this context."""
        from ._checkpoint import save

        save(data, path, context=self, **how)


def _seed(seed: int) -> int:
    """The seed as PyTorch takes it: a negative one counts from the end of 64 bits."""
    seed = int(seed)
    if not -(2**63) <= seed < 2**64:
        raise ValueError("a seed has 64 bits")
    return seed % 2**64


def registry() -> Mapping[str, Any]:
    """Every type that a text can name: modules, operators, optimizers, initializers, with parameters, kinds, defaults, docs."""
    import json

    described: dict[str, Any] = json.loads(taken_string(make(lib.duramen_registry_describe)))
    return described


class _Current(threading.local):
    """What a thread has entered, and what it uses otherwise."""

    def __init__(self) -> None:
        self.entered: list[Context] = []
        self.own: Context | None = None


_current = _Current()


def current_context() -> Context:
    """The one of the innermost `with ctx:`, else the one that each thread has."""
    if _current.entered:
        return _current.entered[-1]
    if _current.own is None:
        _current.own = Context()
    return _current.own
