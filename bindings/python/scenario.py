"""The scenario of bindings/scenario.md in Python: scenario.py DATA, in a folder that files may be written into."""

import os
import sys

import duramen


class Scale(duramen.Module):
    """y = inner(x) * scale, where `scale` is a parameter of one element."""

    def __init__(self, ctx):
        super().__init__()
        self.inner = ctx.module("Linear(3, 2)")
        self.scale = duramen.Parameter(ctx.full((1,), 2.0))
        self.fails = False

    def forward(self, x):
        if self.fails:
            raise ValueError("scale: told to fail")
        return self.inner(x) * self.scale


def numbers(tensor):
    return " ".join(f"{x:.4f}" for x in tensor.detach().reshape(-1).tolist())


def yes(condition):
    return "yes" if condition else "no"


def refused(what, call):
    try:
        call()
    except duramen.Error as error:
        print(f"{what}: {error.status.name}: {error.message}")
        for key in sorted(error.details):
            if key not in ("function", "torch_message"):
                print(f"  {key} = {error.details[key]}")
    else:
        raise SystemExit(f"{what}: was not refused")


def build(ctx):
    print("== build")
    model = ctx.module("Sequential(Linear(3, 2), BatchNorm1d(2))")
    print(model)
    print(f"weight: {numbers(model[0].weight)}")
    print(f"digest: {model.digest()}")
    return model


def list_entries(model):
    print("== list")
    for kind, listing in (("parameter", model.named_parameters()), ("buffer", model.named_buffers())):
        for name, tensor in listing:
            flag = " requires_grad" if tensor.requires_grad else ""
            print(f"{kind} {name}: {tensor.dtype} {list(tensor.shape)}{flag}")
    print("modules:", ", ".join(path or "(root)" for path, _ in model.named_modules()))
    print("state:", ", ".join(model.state_dict()))


def load(ctx, model, data):
    print("== load")
    checkpoint = duramen.Checkpoint(os.path.join(data, "nested.pt"), context=ctx)
    print(f"format: {checkpoint.format}")
    content = checkpoint.content()
    print(f"epoch: {content['epoch']}")
    print(f"loss: {content['loss']:.4f}")
    print(f"name: {content['name']}")
    state = checkpoint.state_dict("state_dict")
    for name, tensor in state.items():
        print(f"{name}: {numbers(tensor)}")
    report = model.load_state_dict(state)
    print(f"missing: {len(report.missing_keys)}, unexpected: {len(report.unexpected_keys)}")
    report = model.load_state_dict(ctx.module("Linear(3, 2)").state_dict(), strict=False)
    print("missing:", ", ".join(report.missing_keys))
    print("unexpected:", ", ".join(report.unexpected_keys))
    return state


def errors(ctx, model, mapped):
    print("== errors")
    refused("text", lambda: ctx.module("Linear(3"))
    refused("path", lambda: model.get_submodule("7"))
    refused("name", lambda: model.register_parameter("0", None))
    refused("shape", lambda: model(ctx.zeros((2, 5))))
    refused("dtype", lambda: model(ctx.zeros((2, 3), dtype=duramen.float64)))
    refused("state", lambda: twice(model, ctx.ones((2, 3))))
    refused("read-only", lambda: mapped["0.bias"].fill_(0.0))
    refused("operator", lambda: ctx.op("relo", ctx.zeros((1,))))
    refused("size", lambda: ctx.zeros((1 << 40, 1 << 40)))
    refused("memory", lambda: ctx.zeros((1 << 50,)))
    refused("file", lambda: duramen.load("missing.safetensors"))
    with open("damaged.safetensors", "wb") as file:
        file.write(b"\x0a\0\0\0\0\0\0\0{\"a\": 1}  ")
    refused("damage", lambda: duramen.load("damaged.safetensors"))
    refused("fit", lambda: model.load_state_dict(ctx.module("Linear(3, 2)").state_dict()))
    ctx.cancel()
    refused("cancel", lambda: model(ctx.zeros((2, 3))))
    ctx.reset_cancel()


def twice(model, x):
    loss = model(x).sum()
    loss.backward()
    loss.backward()


def forward(ctx, model):
    print("== forward")
    model.eval()
    x = ctx.tensor([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]])
    with ctx.no_grad():
        y = model(x)
    print(f"output: {numbers(y)}")
    return x


def train(ctx, model, x):
    print("== train")
    model.train()
    target = ctx.tensor([0, 1])
    optimizer = ctx.optimizer("SGD(lr=0.1, momentum=0.9)", model.parameters())
    for step in range(3):
        optimizer.zero_grad()
        loss = ctx.op("cross_entropy", model(x), target)
        loss.backward()
        optimizer.step()
        print(f"step {step}: loss {loss.item():.4f}")
    state = model.state_dict()
    for name in ("1.weight", "1.bias", "1.running_mean", "1.num_batches_tracked"):
        print(f"{name}: {numbers(state[name])}")


def own_module(ctx, x):
    print("== own module")
    ctx.seed(1)
    scale = Scale(ctx)
    model = ctx.module("Sequential(first, Tanh())", first=scale)
    print(model)
    y = model(x)
    print(f"output: {numbers(y)}")
    y.sum().backward()
    for name, parameter in model.named_parameters():
        print(f"grad {name}: {numbers(parameter.grad)}")
    scale.fails = True
    try:
        model(x)
    except ValueError as error:
        print(f"failure: {error}")
    return model


def save(ctx, model):
    print("== save")
    state = model.state_dict()
    duramen.save(state, "own.safetensors", metadata={"step": "3"})
    duramen.save(state, "own.pt")
    for path in ("own.safetensors", "own.pt"):
        checkpoint = duramen.Checkpoint(path, context=ctx)
        read = checkpoint.state_dict()
        print(f"{path}: {checkpoint.format}, {len(read)} entries, equal {yes(state.diff(read)['equal'])}")
    print(f"metadata: step = {duramen.Checkpoint('own.safetensors', context=ctx).state_dict().metadata['step']}")


def compare(ctx, model):
    print("== compare")
    other = model.deepcopy()
    print(f"digests equal: {yes(model.digest() == other.digest())}")
    with ctx.no_grad():
        other.get_parameter("0.scale").fill_(2.5)
        other.get_parameter("0.inner.bias")[0].fill_(float("nan"))
    found = model.diff(other)
    print(f"equal entries: {found['equal_entries']}")
    for entry in found["differences"]:
        distance = "none" if entry["max_abs"] is None else f"{entry['max_abs']:.4f}"
        print(f"{entry['name']}: {' '.join(entry['what'])}, {entry['different']} different, "
              f"{entry['nan_in_one']} nan in one, at most {distance}")


def main(data):
    ctx = duramen.Context(seed=0)
    model = build(ctx)
    list_entries(model)
    state = load(ctx, model, data)
    errors(ctx, model, state)
    x = forward(ctx, model)
    train(ctx, model, x)
    own = own_module(ctx, x)
    save(ctx, own)
    compare(ctx, own)


main(*sys.argv[1:])
