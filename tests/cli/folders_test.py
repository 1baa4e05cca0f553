#!/usr/bin/env python3
"""The tool on checkpoints of several files, beside the programs that write them: shards with an index, folders, and
torch.distributed.checkpoint both ways."""
import hashlib
import json
import pathlib
import pickle
import sys
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from interpreter import use_one_with  # noqa: E402

use_one_with("torch", "numpy", "safetensors")

import safetensors.torch  # noqa: E402
import torch  # noqa: E402
import torch.distributed.checkpoint as dcp  # noqa: E402
from torch.distributed.checkpoint import filesystem  # noqa: E402
from torch.distributed.checkpoint import metadata as md  # noqa: E402
from torch.distributed.checkpoint.format_utils import dcp_to_torch_save  # noqa: E402

from tool import ToolTest, as_json, good, main  # noqa: E402

warnings.simplefilter("ignore")
DTYPES = [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8,
          torch.uint8, torch.bool, torch.complex64, torch.complex128, torch.float8_e4m3fn, torch.uint16, torch.uint64]


def digest(tensor):
    bytes_ = tensor.detach().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes() if tensor.numel() else b""
    return hashlib.sha256(bytes_).hexdigest()


def tensors_of(value, path=""):
    """Names and tensors of nested content, as the tool lists them."""
    if isinstance(value, torch.Tensor):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from tensors_of(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, (list, tuple)):
        for key, item in enumerate(value):
            yield from tensors_of(item, f"{path}.{key}" if path else str(key))


def some_content():
    torch.manual_seed(3)
    model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.randn(4, 3)).sum().backward()
    optimizer.step()
    return {
        "model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3, "lr": 0.1, "names": ["a", "b"],
        "nested": {"list": [torch.ones(2), 5, {"k": None}], 1: torch.zeros(1), True: 2}, "bytes": b"abc", "empty": {},
        "tuple": (1, 2, torch.ones(2)), "nothing": [], "big": 2 ** 70, "none": None, "text": "ü",
        "slice": torch.arange(10)[3:7], "turned": torch.arange(6.0).reshape(2, 3).t(), "no elements": torch.empty(0, 3),
        "expanded": torch.ones(1).expand(3, 4), "scalar": torch.tensor(2.5), "deep": [[torch.ones(1)], [1, [2]]],
        "parameter": torch.nn.Parameter(torch.ones(2)),
        "dtypes": {str(dtype): torch.arange(3).to(dtype) for dtype in DTYPES},
    }


class FolderTest(ToolTest):
    def check_tensors(self, path, tensors):
        listed = {entry["name"]: (entry["dtype"], entry["shape"], entry["sha256"])
                  for entry in as_json("ls", "--json", "--hash", path)["entries"]}
        self.assertEqual(listed, {name: (str(tensor.dtype)[6:], list(tensor.shape), digest(tensor))
                                  for name, tensor in tensors})
        return list(listed)


class Shards(FolderTest):
    def index(self, name, shards, total_size):
        index = {"metadata": {"total_size": total_size},
                 "weight_map": {key: shard for shard, content in shards.items() for key in content}}
        (self.folder / name).write_text(json.dumps(index, indent=2, sort_keys=True) + "\n")
        return self.folder / name

    def content(self):
        torch.manual_seed(4)
        return {f"layer.{i}.weight": torch.randn(2, i + 1) for i in range(12)}

    def test_what_safetensors_saved(self):
        content = self.content()
        shards = {f"model-0000{i + 1}-of-00003.safetensors": dict(list(content.items())[4 * i:4 * i + 4]) for i in range(3)}
        for name, part in shards.items():
            safetensors.torch.save_file(part, self.folder / name, metadata={"format": "pt"})
        index = self.index("model.safetensors.index.json", shards, sum(t.nbytes for t in content.values()))
        for path in (index, self.folder):
            names = self.check_tensors(path, content.items())
            self.assertEqual(names, [name for shard in sorted(shards)
                                     for name in safetensors.safe_open(self.folder / shard, "pt").keys()])
        self.assertEqual(as_json("info", "--json", index)["metadata"], {"format": "pt"})

    def test_what_torch_saved(self):
        content = self.content()
        content["tied"] = content["layer.0.weight"]
        names = ["tied", *list(content)[:5]], list(content)[5:-1]
        shards = {f"pytorch_model-0000{i + 1}-of-00002.bin": {name: content[name] for name in part}
                  for i, part in enumerate(names)}
        for name, part in shards.items():
            torch.save(part, self.folder / name)
        index = self.index("pytorch_model.bin.index.json", shards, 0)
        self.assertEqual(self.check_tensors(index, content.items()), [*names[0], *names[1]])
        aliases = {entry["name"]: entry["aliases"] for entry in as_json("ls", "--json", index)["entries"]}
        self.assertEqual(aliases["layer.0.weight"], "tied")

    def test_a_download_that_is_not_complete(self):
        content = {"a": torch.ones(2)}
        safetensors.torch.save_file(content, self.folder / "model-00001-of-00002.safetensors")
        index = self.index("model.safetensors.index.json", {"model-00001-of-00002.safetensors": content,
                                                            "model-00002-of-00002.safetensors": {"b": 0}}, 16)
        self.assertIn("'model-00002-of-00002.safetensors': the shard is missing", self.refused(3, "ls", index))

    def test_what_the_storage_writer_of_pytorch_saved(self):
        content = self.content()
        dcp.save(dict(content), storage_writer=dcp.HuggingFaceStorageWriter(str(self.folder)), no_dist=True)
        self.check_tensors(self.folder, content.items())


class Distributed(FolderTest):
    def same(self, a, b, path=""):
        self.assertEqual(type(a), type(b), path)
        if isinstance(b, torch.Tensor):
            self.assertEqual((a.dtype, a.shape, digest(a)), (b.dtype, b.shape, digest(b)), path)
        elif isinstance(b, dict):
            self.assertEqual(list(a), list(b), path)
            for key in b:
                self.same(a[key], b[key], f"{path}.{key}")
        elif isinstance(b, (list, tuple)):
            self.assertEqual(len(a), len(b), path)
            for i, (x, y) in enumerate(zip(a, b)):
                self.same(x, y, f"{path}.{i}")
        else:
            self.assertEqual(a, b, path)

    def loaded(self, folder):
        dcp_to_torch_save(folder, self.folder / "loaded.pt")
        return torch.load(self.folder / "loaded.pt")

    def test_what_pytorch_saved(self):
        content = some_content()
        dcp.save(content, checkpoint_id=self.folder / "a", no_dist=True)
        loaded = self.loaded(self.folder / "a")
        names = self.check_tensors(self.folder / "a", tensors_of(loaded))
        self.assertEqual(names, [name for name, _ in tensors_of(loaded)])
        torch.save(loaded, self.folder / "a.pt")
        values = as_json("ls", "--json", self.folder / "a")["values"]
        self.assertEqual(values, as_json("ls", "--json", self.folder / "a.pt")["values"])
        for writer in ({"single_file_per_rank": False}, {"thread_count": 3}):
            dcp.save(content, storage_writer=dcp.FileSystemWriter(self.folder / "b", **writer), no_dist=True)
            self.check_tensors(self.folder / "b", tensors_of(loaded))

    def test_what_is_not_flattened(self):
        planner = dcp.DefaultSavePlanner(flatten_state_dict=False)
        content = {"a.b": torch.ones(2), "c": {"d": torch.zeros(3)}}
        dcp.save(content, checkpoint_id=self.folder / "a", planner=planner, no_dist=True)
        self.check_tensors(self.folder / "a", [("a.b", torch.ones(2)), ("c.d", torch.zeros(3))])

    def test_what_pytorch_loads(self):
        text = "Sequential(Linear(3, 2), BatchNorm1d(2))"
        good("init", text, "--seed", 5, "-o", f"{self.folder / 'a'}/")
        torch.manual_seed(5)
        expected = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2)).state_dict()
        found = {key: torch.zeros_like(value) for key, value in expected.items()}
        dcp.load(found, checkpoint_id=self.folder / "a", no_dist=True)
        self.same(found, dict(expected))
        self.check_tensors(self.folder / "a", expected.items())
        self.assertEqual(sorted(path.name for path in (self.folder / "a").iterdir()), [".metadata", "__0_0.distcp"])
        before = (self.folder / "a" / "__0_0.distcp").read_bytes()
        good("init", text, "--seed", 5, "-o", f"{self.folder / 'a'}/")
        self.assertEqual(sorted(path.name for path in (self.folder / "a").iterdir()), [".metadata", "__0_1.distcp"])
        self.assertEqual((self.folder / "a" / "__0_1.distcp").read_bytes(), before)
        self.same(dict(self.loaded(self.folder / "a")), dict(expected))

    # Several ranks, by hand
    def write(self, entries, files, storage, **options):
        folder = self.folder / "hand"
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
        (folder / ".metadata").write_bytes(pickle.dumps(md.Metadata(entries, options.get("planner"), storage)))
        return folder

    def tensor_metadata(self, tensor, chunks):
        return md.TensorStorageMetadata(
            md.TensorProperties.create_from_tensor(tensor), tensor.size(),
            [md.ChunkStorageMetadata(torch.Size(offsets), torch.Size(sizes)) for offsets, sizes in chunks])

    def grid(self, tensor, rows, columns):
        """Chunks of a matrix, as a mesh of ranks has them, the last first."""
        chunks = []
        for i, row in enumerate(tensor.chunk(rows, 0)):
            for j, part in enumerate(row.chunk(columns, 1)):
                chunks.append(((i * -(-tensor.shape[0] // rows), j * -(-tensor.shape[1] // columns)), tuple(part.shape)))
        return chunks[::-1]

    def part(self, tensor, chunk):
        offsets, sizes = chunk
        return tensor[tuple(slice(o, o + s) for o, s in zip(offsets, sizes))]

    def stream(self, value):
        path = self.folder / "item"
        torch.save(value, path)
        return path.read_bytes()

    def sharded(self, tensor, chunks, encode=None):
        """One file a chunk."""
        encode = encode or (lambda part: self.stream(part.clone()))
        files, storage = {}, {}
        for rank, chunk in enumerate(chunks):
            data = encode(self.part(tensor, chunk))
            name = f"__{rank}_0.distcp"
            files[name] = b"\1" * 3 + data
            storage[md.MetadataIndex("w", chunk[0], rank)] = filesystem._StorageInfo(name, 3, len(data))
        return self.write({"w": self.tensor_metadata(tensor, chunks)}, files, storage)

    def test_chunks_are_put_together(self):
        tensor = torch.arange(7 * 5).reshape(7, 5)
        for rows, columns in ((1, 1), (7, 1), (1, 5), (3, 2), (2, 3), (7, 5)):
            for dtype in (torch.float32, torch.int8, torch.complex128, torch.bool):
                whole = tensor.to(dtype)
                folder = self.sharded(whole, self.grid(whole, rows, columns))
                self.check_tensors(folder, [("w", whole)])
                self.same(self.loaded(folder), {"w": whole})
        cube = torch.arange(2 * 3 * 4.0).reshape(2, 3, 4)
        self.check_tensors(self.sharded(cube, [((0, 0, 0), (2, 2, 4)), ((0, 2, 0), (1, 1, 4)), ((1, 2, 0), (1, 1, 1)),
                                               ((1, 2, 1), (1, 1, 3))]), [("w", cube)])

    def test_chunks_in_other_forms(self):
        tensor = torch.arange(12, dtype=torch.int16).reshape(3, 4)
        chunks = self.grid(tensor, 3, 2)
        raw = self.sharded(tensor, chunks, lambda part: part.contiguous().numpy().tobytes())
        self.check_tensors(raw, [("w", tensor)])
        turned = self.sharded(tensor, chunks, lambda part: self.stream(part.t().contiguous().t()))
        self.check_tensors(turned, [("w", tensor)])
        file = safetensors.torch.save({"w": tensor, "v": torch.ones(2)})
        storage = {md.MetadataIndex("w", (0, 0), 0): filesystem._StorageInfo("__0_0.distcp", 5, 24),
                   md.MetadataIndex("v", (0,), 0): filesystem._StorageInfo("__0_0.distcp", 5, 8)}
        self.check_tensors(self.write({"w": self.tensor_metadata(tensor, [((0, 0), (3, 4))]),
                                       "v": self.tensor_metadata(torch.ones(2), [((0,), (2,))])},
                                      {"__0_0.distcp": b"12345" + file}, storage),
                           [("w", tensor), ("v", torch.ones(2))])

    def test_empty_chunks(self):
        tensor = torch.ones(2, 3)
        chunks = [((0, 0), (2, 3)), ((2, 0), (0, 3)), ((2, 0), (0, 3))]
        files = {"__0_0.distcp": self.stream(tensor)}
        storage = {md.MetadataIndex("w", (0, 0), 0): filesystem._StorageInfo("__0_0.distcp", 0, len(files["__0_0.distcp"]))}
        self.check_tensors(self.write({"w": self.tensor_metadata(tensor, chunks)}, files, storage), [("w", tensor)])

    def test_metadata_that_lies(self):
        tensor = torch.arange(6.0).reshape(2, 3)
        item = self.stream(tensor)
        whole = [((0, 0), (2, 3))]

        def refused(word, *, chunks=whole, name="__0_0.distcp", offset=0, length=len(item), key=("w", (0, 0)), told=tensor,
                    data=item, planner=None, more=None, info=None):
            info = info or filesystem._StorageInfo(name, offset, length)
            entries = {"w": self.tensor_metadata(told, chunks), **(more or {})}
            storage = {md.MetadataIndex(*key, 0): info}
            for other in more or {}:
                storage[md.MetadataIndex(other, (0, 0), 0)] = filesystem._StorageInfo("__0_0.distcp", offset, length)
            folder = self.write(entries, {"__0_0.distcp": data}, storage, planner=planner)
            message = self.refused(3, "ls", folder)
            self.assertIn(word, message)
            if word != "take more memory":
                self.assertIn("'w'", message)

        for name in ("../a", "/etc/passwd", "..", "", "a/b", "a\\b", "x\0"):
            refused("not a plain name", name=name)
        refused("leaves the file", offset=1)
        refused("leaves the file", offset=2 ** 62, length=2 ** 62)
        refused("leaves the file", length=2 ** 63 - 1)
        refused("not a number", offset=-1)
        refused("nothing says where it is stored", key=("v", (0, 0)))
        refused("nothing says where it is stored", key=("w", (0, 1)))
        refused("nothing says where it is stored", key=("w", None))
        refused("a chunk leaves the tensor", chunks=[((1, 0), (2, 3))])
        refused("a chunk leaves the tensor", chunks=[((0, 0), (2, 3, 1))])
        refused("do not cover it", chunks=[((0, 0), (1, 3))])
        refused("do not cover it", chunks=[])
        refused("overlap", chunks=whole + whole)
        refused("another dtype or shape", told=tensor.long())
        refused("another dtype or shape", told=torch.ones(3, 2), chunks=[((0, 0), (3, 2))])
        refused("neither a stream", offset=4, length=len(item) - 4)
        refused("no end record", length=len(item) - 1)
        refused("are those of", more={"v": self.tensor_metadata(tensor, whole)})
        refused("expected a tensor, got list", data=(data := self.stream([1])), length=len(data))
        refused("not a tuple of keys", planner={"w": ()})
        refused("not a tuple of keys", planner={"w": "w"})
        refused("is not a number", planner={"w": ("a", -1)})
        refused("take more memory", planner={"w": ("a", 2 ** 62)})
        refused("nested too deeply", planner={"w": ("a",) * 1001})
        refused("extension", info=filesystem._StorageInfo("__0_0.distcp", 0, len(item), ["zstd"]))
        four = [((0, 0), (2, 2)), ((0, 1), (1, 2))]
        storage = {md.MetadataIndex("w", offsets, 0): filesystem._StorageInfo("__0_0.distcp", 0, 1) for offsets, _ in four}
        folder = self.write({"w": self.tensor_metadata(tensor, four)}, {"__0_0.distcp": item}, storage)
        self.assertIn("overlap", self.refused(3, "ls", folder))

    def test_files_that_are_missing(self):
        dcp.save({"a": torch.ones(2)}, checkpoint_id=self.folder / "a", no_dist=True)
        (self.folder / "a" / "__0_0.distcp").unlink()
        self.assertIn("'__0_0.distcp': the file is missing", self.refused(3, "ls", self.folder / "a"))

    def test_pickles_of_other_things(self):
        folder = self.folder / "a"
        folder.mkdir()
        for content, word in (({"a": 1}, "class Metadata"), (md.Metadata({}), "storage_data"),
                              (md.Metadata({}, None, {1: 2}), "MetadataIndex"), (eval, "whose only use is to run code")):
            (folder / ".metadata").write_bytes(pickle.dumps(content))
            self.assertIn(word, self.refused(3, "ls", folder))
        (folder / ".metadata").write_bytes(pickle.dumps(md.Metadata({}, {}, {})))
        self.assertEqual(as_json("ls", "--json", folder)["entries"], [])


if __name__ == "__main__":
    main()
