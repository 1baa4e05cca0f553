#!/usr/bin/env python3
"""The package and a program that uses it pass `mypy --strict`. Exit 77: no mypy (an error where all is required)."""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2] / "tests" / "support"))
from interpreter import use_one_with  # noqa: E402

GOOD = """
import duramen
ctx = duramen.Context(seed=1)
model: duramen.Module = ctx.module("Linear(4, 3)")
for name, parameter in model.named_parameters():
    shape: tuple[int, ...] = parameter.shape
    kind: duramen.dtype = parameter.dtype
report: duramen.LoadReport = model.load_state_dict(model.state_dict())
missing: list[str] = report.missing_keys
count: int = ctx.zeros((2, 3)).numel()
class Net(duramen.Module):
    def __init__(self) -> None:
        super().__init__(ctx)
        self.layers = duramen.Sequential(model, ctx.module("ReLU()"))
    def forward(self, x: duramen.Tensor) -> duramen.Tensor:
        y: duramen.Tensor = self.layers(x)
        return y
net = Net()
layers = duramen.ModuleList([net])
layers.insert(0, model)
both: int = len(layers[:1] + layers)
class Scaled(duramen.nn.Linear):
    def __init__(self, factor: float) -> None:
        super().__init__(4, 4, bias=False, context=ctx)
        self.factor = factor
    def forward(self, x: duramen.Tensor) -> duramen.Tensor:
        y: duramen.Tensor = super().forward(x) * self.factor
        return y
class Stack(duramen.nn.Sequential):
    pass
optimizer: duramen.optim.Optimizer = duramen.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
kernel = duramen.nn.Conv2d(3, 8, (3, 1), padding="same", dtype=duramen.float64)
named = duramen.nn.Linear(2, 2, dtype="float64")
with ctx:
    stack = Stack(Scaled(2.0), duramen.nn.ReLU())
"""
BAD = {"attribute": "import duramen\nduramen.Context().modul('x')\n",
       "argument": "import duramen\nduramen.Context(seed='a')\n",
       "layer": "import duramen\nduramen.nn.Linear(4)\n",
       "layer_type": "import duramen\nduramen.nn.Linear('4', 3)\n",
       "layer_name": "import duramen\nduramen.nn.Linear(4, 3, bais=False)\n",
       "optimizer": "import duramen\nduramen.optim.SGD([], lr='fast')\n",
       "result": "import duramen\nx: str = duramen.Context().zeros((1,)).numel()\n"}


def mypy(folder, *arguments):
    run = subprocess.run([sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(folder / "cache"), *arguments],
                         capture_output=True, text=True, cwd=folder, env={**os.environ, "MYPYPATH": str(HERE.parent)})
    return run.returncode, run.stdout + run.stderr


def main():
    use_one_with("mypy", "numpy")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        code, text = mypy(folder, "-p", "duramen")
        if code:
            sys.exit(text)
        for title, source in {"good": GOOD, **BAD}.items():
            (folder / f"{title}.py").write_text(source)
            code, text = mypy(folder, f"{title}.py")
            if (code == 0) != (title == "good"):
                sys.exit(f"{title}: mypy exits with {code}\n{text}")
    print(f"the package and {1 + len(BAD)} programs were checked")


if __name__ == "__main__":
    main()
