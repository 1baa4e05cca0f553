"""Files: what is saved is read again; refused files say why."""
import errno
import io
import os
import pickle
import tempfile
import unittest
from pathlib import Path

import duramen
import numpy as np

DATA = Path(__file__).resolve().parents[3] / "tests" / "data"


class Files(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.ctx = duramen.Context(seed=2)

    def path(self, name):
        return Path(self.folder.name) / name

    def test_a_state_dict_goes_through_both_formats(self):
        m = self.ctx.module("Sequential(Linear(2, 3), BatchNorm1d(3))")
        state = m.state_dict()
        duramen.save(state, self.path("a.pt"))
        back = duramen.load(self.path("a.pt"))
        self.assertIsInstance(back, duramen.StateDict)
        self.assertEqual((list(back), back.versions()), (list(state), state.versions()))
        duramen.save(state, str(self.path("a.safetensors")), metadata={"format": "pt"})
        plain = duramen.load(self.path("a.safetensors"))
        self.assertEqual((sorted(plain), dict(plain.metadata)), (sorted(state), {"format": "pt"}))
        for key in state:
            self.assertEqual(back[key].tobytes(), state[key].tobytes())
            self.assertEqual(plain[key].tobytes(), state[key].tobytes())
        self.assertEqual(m.load_state_dict(back).missing_keys, [])

    def test_limits_refuse_what_claims_more(self):
        duramen.save(self.ctx.module("Linear(8, 8)").state_dict(), self.path("a.pt"))
        self.assertEqual(len(duramen.load(self.path("a.pt"), limits={"max_tensor_bytes": 256})), 2)
        for limits in ({"max_tensor_bytes": 255}, {"max_total_bytes": 287}, {"max_entries": 1}):
            with self.assertRaises(duramen.Error) as caught:
                duramen.load(self.path("a.pt"), limits=limits)
            self.assertEqual(caught.exception.status, "LIMIT")
        with self.assertRaisesRegex(TypeError, "max_entries"):
            duramen.load(self.path("a.pt"), limits={"max_names": 1})

    def test_a_name_that_is_no_text(self):
        np.savez(self.path("a.npz"), aX=np.zeros(2))
        data = self.path("a.npz").read_bytes()
        self.path("a.npz").write_bytes(data.replace(b"aX.npy", b"a\xff.npy"))
        with self.assertRaises(duramen.Error) as caught:
            duramen.load(self.path("a.npz"))
        self.assertIn("a\\xff", " ".join([str(caught.exception), *caught.exception.details.values()]))

    def test_a_file_tells_of_itself(self):
        duramen.save(self.ctx.module("Linear(2, 2)").state_dict(), self.path("a.pt"))
        self.assertEqual(duramen.Checkpoint(self.path("a.pt")).property("byteorder"), "little")
        self.assertIsNone(duramen.Checkpoint(self.path("a.pt")).property("colour"))

    def test_a_path_may_be_bytes(self):
        duramen.save({"a": self.ctx.ones(2)}, os.fsencode(self.path("b.safetensors")), metadata={"x": "1"})
        duramen.set_metadata(os.fsencode(self.path("b.safetensors")), "x", "2")
        self.assertEqual(dict(duramen.load(self.path("b.safetensors")).metadata), {"x": "2"})

    def test_files_without_a_path(self):
        state = self.ctx.module("Linear(2, 3)").state_dict()
        for format in ("torch", "safetensors", "npz"):
            stream = io.BytesIO()
            duramen.save(state, stream, format=format)
            for source in (stream.getvalue(), io.BytesIO(stream.getvalue()), bytearray(stream.getvalue())):
                back = duramen.load(source)
                self.assertEqual({k: back[k].tobytes() for k in back}, {k: state[k].tobytes() for k in state})
        stream = io.BytesIO()
        duramen.save({"epoch": 3, "w": state["weight"]}, stream)
        self.assertEqual(duramen.load(stream.getvalue())["epoch"], 3)

    def test_tensor_by_tensor(self):
        stream = duramen.TensorStream(self.path("s.safetensors"), context=self.ctx)
        stream.declare("a", "float32", (2, 3))
        stream.declare("b", duramen.int64, ())
        stream.set_metadata("k", "v")
        stream.write("b", np.array(7))
        with self.assertRaises(duramen.Error) as caught:
            stream.finish()
        self.assertEqual(caught.exception.status, "STATE")
        self.assertFalse(self.path("s.safetensors").exists())
        stream.write("a", np.ones((2, 3), np.float32))
        stream.finish()
        back = duramen.load(self.path("s.safetensors"))
        self.assertEqual((back["b"].item(), back["a"].shape, dict(back.metadata)), (7, (2, 3), {"k": "v"}))
        self.assertFalse(duramen.set_metadata(self.path("s.safetensors"), "k", "w"))
        self.assertTrue(duramen.set_metadata(self.path("s.safetensors"), "longer", "x" * 1000))
        self.assertEqual(dict(duramen.load(self.path("s.safetensors")).metadata), {"k": "w", "longer": "x" * 1000})
        duramen.set_metadata(self.path("s.safetensors"), "k", None)
        self.assertNotIn("k", duramen.load(self.path("s.safetensors")).metadata)
        self.assertFalse(duramen.edit_metadata(self.path("s.safetensors"), {"longer": None, "a": "1", "b": "2"}))
        with self.assertRaises(duramen.Error):
            duramen.edit_metadata(self.path("s.safetensors"), {"a": "3", "b": 4})
        self.assertEqual(dict(duramen.load(self.path("s.safetensors")).metadata), {"a": "1", "b": "2"})

    def test_shards(self):
        state = self.ctx.module("Sequential(Linear(8, 8), Linear(8, 8))").state_dict()
        duramen.save(state, self.path("m.safetensors"), max_shard_bytes=300)
        self.assertEqual(len(list(Path(self.folder.name).glob("m-*-of-*.safetensors"))), 2)
        back = duramen.load(self.path("m.safetensors.index.json"))
        self.assertEqual({k: back[k].tobytes() for k in back}, {k: state[k].tobytes() for k in state})

    def test_entries_without_tensors(self):
        state = self.ctx.module("Linear(3, 2)").state_dict()
        duramen.save(state, self.path("e.safetensors"), metadata={"step": "3"})
        file = duramen.Checkpoint(self.path("e.safetensors"), context=self.ctx)
        self.assertEqual(file.metadata, {"step": "3"})
        weight = next(entry for entry in file.entries() if entry.name == "weight")
        self.assertEqual((weight.dtype, weight.shape, weight.nbytes), (duramen.float32, (2, 3), 24))
        data = Path(self.path("e.safetensors")).read_bytes()
        self.assertEqual(data[weight.offset:weight.offset + 24], state["weight"].tobytes())
        self.assertIs(file.tensor("weight"), file.state_dict()["weight"])
        duramen.save({"a": state, "n": 3}, self.path("e.pt"))
        nested = duramen.Checkpoint(self.path("e.pt"), context=self.ctx)
        self.assertEqual([(entry.name, entry.dtype, entry.offset) for entry in nested.entries()],
                         [("a.weight", duramen.float32, None), ("a.bias", duramen.float32, None), ("n", None, None)])
        self.assertEqual(nested.metadata, {})

    def test_a_nested_checkpoint(self):
        m = self.ctx.module("Linear(2, 2)")
        optimizer = self.ctx.optimizer("SGD(lr=0.1, momentum=0.9)", m.parameters())
        m(self.ctx.ones((1, 2))).sum().backward()
        optimizer.step()
        duramen.save({"model": m.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3, "names": ["a", "b"]},
                     self.path("c.pt"))
        back = duramen.load(self.path("c.pt"), context=self.ctx)
        self.assertEqual((back["epoch"], back["names"]), (3, ["a", "b"]))
        self.assertEqual(back["model"].versions(), {"": 1})
        fresh = self.ctx.optimizer("SGD(lr=9)", m.parameters())
        fresh.load_state_dict(back["optimizer"])
        self.assertEqual(fresh.param_groups[0]["lr"], 0.1)
        self.assertEqual(list(duramen.load(self.path("c.pt"), select="model")), ["weight", "bias"])

    def test_arrays_and_single_tensors(self):
        self.ctx.save({"x": np.arange(3)}, self.path("n.safetensors"))
        self.assertEqual(self.ctx.load(self.path("n.safetensors"))["x"].tolist(), [0, 1, 2])
        duramen.save(self.ctx.tensor([1.5]), self.path("t.pt"))
        self.assertEqual(duramen.load(self.path("t.pt")).tolist(), [1.5])
        duramen.save(np.arange(6.0).reshape(2, 3), self.path("a.npy"))
        self.assertEqual(np.load(self.path("a.npy")).tolist(), [[0, 1, 2], [3, 4, 5]])
        np.save(self.path("b.npy"), np.arange(6, dtype=np.int16).reshape(2, 3).T)
        self.assertEqual(duramen.load(self.path("b.npy")).tolist(), [[0, 3], [1, 4], [2, 5]])
        tensor = duramen.load(self.path("t.pt"), read=True, verify=True)
        self.assertEqual(tensor.tolist(), [1.5])

    def test_what_pytorch_wrote(self):
        files = sorted((DATA / "torch").glob("*.pt"))
        self.assertGreater(len(files), 5)
        for path in files:
            opened = duramen.Checkpoint(path, context=self.ctx)
            self.assertEqual(opened.format, "torch")
            opened.content()

    def test_failures(self):
        with self.assertRaises(duramen.Error) as caught:
            duramen.load(self.path("nothing.pt"))
        self.assertEqual(caught.exception.status, "IO")
        self.assertIsInstance(caught.exception, FileNotFoundError)
        again = pickle.loads(pickle.dumps(caught.exception))
        for error in (caught.exception, again):
            self.assertEqual((error.errno, error.filename), (errno.ENOENT, str(self.path("nothing.pt"))))
            self.assertIn("nothing.pt: open: No such file", str(error))
        with self.assertRaises(OSError):
            duramen.save({}, self.path(""), format="torch")
        self.path("bad.pt").write_bytes(b"PK\x03\x04 and no more")
        with self.assertRaises(duramen.Error) as caught:
            duramen.load(self.path("bad.pt"))
        self.assertIn(caught.exception.status, ("CORRUPT", "UNSUPPORTED"))
        self.assertIn("bad.pt", str(caught.exception))
        with self.assertRaises(duramen.Error):
            duramen.save({"a": np.ones(1)}, self.path("a.unknown"))
        with self.assertRaises(TypeError):
            duramen.save({"a": object()}, self.path("a.pt"))
        with self.assertRaises(ValueError):
            duramen.save({}, self.path("a.pt"), format="zip")
        self.assertEqual(list(Path(self.folder.name).iterdir()), [self.path("bad.pt")])


if __name__ == "__main__":
    unittest.main()
