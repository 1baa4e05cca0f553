"""Optimizers: groups of parameters with options of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, Callable

from ._handle import Handle, adopt
from ._library import call, encoded, lent_text, lib, make, pointers
from ._tensor import Tensor, handle_of
from ._value import Values, python_of, release_value

if TYPE_CHECKING:
    from ._context import Context


class ParamGroup(MutableMapping[str, Any]):
    """One group: "params" and the options, which can be set."""

    def __init__(self, owner: Optimizer, index: int, params: list[Tensor], names: list[str]) -> None:
        self._owner, self._index, self._params, self._names = owner, index, params, names

    def __getitem__(self, name: str) -> Any:
        if name == "params":
            return list(self._params)
        if name not in self._names:
            raise KeyError(name)
        value = make(lib.duramen_optimizer_get_option, self._owner.handle, self._index, *encoded(name))
        try:
            return python_of(value, self._owner._context)
        finally:
            release_value(value)

    def __setitem__(self, name: str, option: Any) -> None:
        if name == "params":
            raise TypeError("the parameters of a group are fixed; add_param_group adds some")
        with Values(self._owner._context) as values:
            call(lib.duramen_optimizer_set_option, self._owner.handle, self._index, *encoded(name), values.of(option))

    def __delitem__(self, name: str) -> None:
        raise TypeError("a group keeps its options")

    def __iter__(self) -> Iterator[str]:
        return iter(["params", *self._names])

    def __len__(self) -> int:
        return 1 + len(self._names)

    def __repr__(self) -> str:
        return repr(dict(self))


class Optimizer(Handle):
    """Updates parameters from their gradients: `zero_grad`, `backward` of a loss, `step`."""

    __slots__ = ("_context", "_groups")
    _release = "duramen_optimizer_release"
    _context: Context

    def __init__(self, context: Context, text: str, params: Iterable[Any]) -> None:
        if isinstance(params, Tensor):
            raise TypeError("params argument given to the optimizer should be an iterable of Tensors or dicts, "
                            "but got a tensor")
        groups = [one[1] if isinstance(one, tuple) else one for one in params]
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        if not isinstance(groups[0], Mapping):
            groups = [{"params": groups}]
        self._context = context
        self._groups: list[list[Tensor]] = []
        first, given = split(groups[0])
        handles, count = pointers([handle_of(one) for one in first])
        adopt(self, context.build(lib.duramen_optimizer_from_text, *encoded(text), handles, count))
        self._groups.append(first)
        self._set_options(given)
        for group in groups[1:]:
            self.add_param_group(group)

    def _set_options(self, given: dict[str, Any]) -> None:
        """Numbers before flags: nesterov needs its momentum."""
        group = self.param_groups[0]
        for name, option in sorted(given.items(), key=lambda item: isinstance(item[1], bool)):
            group[name] = option

    @property
    def class_name(self) -> str:
        return lent_text(lib.duramen_optimizer_class_name, self.handle) or ""

    def add_param_group(self, param_group: Mapping[str, Any]) -> None:
        params, given = split(param_group)
        handles, count = pointers([handle_of(one) for one in params])
        with Values(self._context) as values:
            self._context.run(lib.duramen_optimizer_add_group, self.handle, handles, count, values.of(given))
        self._groups.append(params)

    @property
    def param_groups(self) -> list[ParamGroup]:
        names = [[name for name in group if name != "params"] for group in self.state_dict()["param_groups"]]
        return [ParamGroup(self, i, params, names[i]) for i, params in enumerate(self._groups)]

    @property
    def state(self) -> dict[Tensor, dict[str, Any]]:
        """What the optimizer keeps for each parameter."""
        kept = self.state_dict()["state"]
        params = [one for group in self._groups for one in group]
        return {one: kept[i] for i, one in enumerate(params) if i in kept}

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Updates every parameter that has a gradient; a closure computes the loss again first."""
        loss = None
        if closure is not None:
            with self._context.enable_grad():
                loss = closure()
        self._context.run(lib.duramen_optimizer_step, self.handle)
        return loss

    def zero_grad(self, set_to_none: bool = True) -> None:
        call(lib.duramen_optimizer_zero_grad, self.handle, int(set_to_none))

    def state_dict(self) -> dict[str, Any]:
        """{"state": ..., "param_groups": [...]} as PyTorch has it; the tensors are the optimizer's own."""
        value = make(lib.duramen_optimizer_state, self.handle)
        try:
            out: dict[str, Any] = python_of(value, self._context)
            return out
        finally:
            release_value(value)

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Continues from a state; its tensors are copied."""
        with Values(self._context) as values:
            self._context.run(lib.duramen_optimizer_load_state, self.handle, values.of(state_dict))

    def __repr__(self) -> str:
        lines = []
        for i, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {i}\n")
            lines += [f"    {name}: {group[name]}\n" for name in sorted(group) if name != "params"]
        return f"{self.class_name} (\n{''.join(lines)})"


def split(group: Mapping[str, Any]) -> tuple[list[Tensor], dict[str, Any]]:
    """The parameters of a group, which may be pairs with a name, and its options."""
    params = group["params"]
    params = [params] if isinstance(params, Tensor) else [one[1] if isinstance(one, tuple) else one for one in params]
    return params, {name: option for name, option in group.items() if name != "params"}


def given(params: Iterable[Any], name: str, **options: Any) -> tuple[Context, str, list[Any]]:
    """What Optimizer takes, for a class by its name: the context is that of the first parameter."""
    from ._layer import Spelling

    if isinstance(params, Tensor):
        raise TypeError("params argument given to the optimizer should be an iterable of Tensors or dicts, "
                        "but got a tensor")
    groups = [{**one, "params": split(one)[0]} if isinstance(one, Mapping) else one for one in params]
    flat = groups[0]["params"] if groups and isinstance(groups[0], Mapping) else groups
    first: Any = flat[0] if flat else None
    if isinstance(first, tuple):
        first = first[1]
    if not isinstance(first, Tensor):
        raise ValueError("optimizer got an empty parameter list") if not flat else TypeError(
            f"optimizer can only optimize Tensors, but one of the params is {type(first).__name__}")
    return first.context, Spelling().call(name, (), options), groups
