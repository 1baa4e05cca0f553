"""Memory shared with NumPy, and with PyTorch where it is: without a copy, alive as long as it is used."""
import gc
import importlib.util
import threading
import unittest

import duramen
import numpy as np

HAS_TORCH = importlib.util.find_spec("torch") is not None


class WithNumpy(unittest.TestCase):
    def setUp(self):
        self.ctx = duramen.Context()

    def test_numpy_shares_and_keeps_the_memory(self):
        tensor = self.ctx.tensor(np.arange(6, dtype=np.float32).reshape(2, 3))
        array, view = tensor.numpy(), tensor.permute(1, 0)[1:].numpy()
        array[0, 1] = 42
        self.assertEqual(tensor[0, 1].item(), 42)
        self.assertEqual((view.shape, view.strides, view[0, 0]), ((2, 2), (4, 12), 42))
        before = tensor._version
        tensor.numpy()
        self.assertEqual(tensor._version, before)
        del tensor
        gc.collect()
        self.ctx.zeros((6,))  # would take the block if it were free
        self.assertEqual(array.tolist(), [[0, 42, 2], [3, 4, 5]])
        self.assertEqual(self.ctx.memory()["blocks_in_use"], 1)
        del array, view
        gc.collect()
        self.assertEqual(self.ctx.memory()["blocks_in_use"], 0)

    def test_array_protocol(self):
        tensor = self.ctx.tensor([1.0, 2.0])
        self.assertEqual(np.asarray(tensor).dtype, np.float32)
        self.assertEqual(np.asarray(tensor, dtype=np.float64).tolist(), [1, 2])
        self.assertEqual(float(np.add.reduce(np.asarray(tensor))), 3.0)
        tracked = tensor.requires_grad_().numpy()
        self.assertEqual(tracked.tolist(), [1, 2])
        self.assertEqual(tensor.numpy(force=True).tolist(), [1, 2])
        with self.assertRaises(ValueError):
            tracked[0] = 3
        with self.assertRaises(TypeError):
            self.ctx.zeros((1,), dtype="bfloat16").numpy()
        self.assertEqual(self.ctx.zeros((0, 3)).numpy().shape, (0, 3))
        self.assertEqual(self.ctx.tensor(1.5).numpy().shape, ())

    def test_dlpack_out(self):
        tensor = self.ctx.tensor(np.arange(4.0))
        array = np.from_dlpack(tensor)
        tensor.fill_(7)
        self.assertEqual(array.tolist(), [7] * 4)
        self.assertEqual(tensor.__dlpack_device__(), (1, 0))
        with self.assertRaises(BufferError):
            tensor.requires_grad_().__dlpack__()
        del array, tensor
        gc.collect()
        self.assertEqual(self.ctx.memory()["blocks_in_use"], 0)

    def test_capsules_that_nobody_takes(self):
        tensor = self.ctx.tensor([1.0])
        for version in (None, (1, 0)):
            capsule = tensor.__dlpack__(max_version=version)
            self.assertIn("dltensor_versioned" if version else "dltensor", repr(capsule))
            del capsule
        capsules = [tensor.__dlpack__() for _ in range(8)]
        del tensor
        thread = threading.Thread(target=capsules.clear)
        thread.start()
        thread.join()
        gc.collect()
        self.assertEqual(self.ctx.memory()["blocks_in_use"], 0)

    def test_a_capsule_is_used_once(self):
        capsule = self.ctx.tensor([1.0]).__dlpack__()
        self.assertEqual(duramen.from_dlpack(capsule).tolist(), [1.0])
        with self.assertRaises(ValueError):
            duramen.from_dlpack(capsule)

    def test_dlpack_in(self):
        for array in (np.arange(6.0).reshape(2, 3), np.arange(6, dtype=np.int32)[::2], np.full((), 3.0)):
            tensor = self.ctx.from_dlpack(array)
            np.testing.assert_array_equal(tensor.numpy(), array)
            tensor.fill_(1)
            self.assertEqual(float(array.sum()), array.size)

    def test_from_numpy_and_read_only_arrays(self):
        array = np.arange(3.0)
        tensor = self.ctx.from_numpy(array)
        tensor[0].fill_(9)
        self.assertEqual(array[0], 9)
        array.flags.writeable = False
        tensor = self.ctx.from_numpy(array)
        with self.assertRaises(duramen.Error) as caught:
            tensor.fill_(1)
        self.assertEqual(caught.exception.status, "READ_ONLY")
        self.assertFalse(tensor.numpy().flags.writeable)
        with self.assertRaises(duramen.Error):
            tensor.__dlpack__()
        flags = np.array([True, False])
        self.assertEqual(self.ctx.from_numpy(flags).tolist(), [True, False])
        with self.assertRaises(ValueError):
            self.ctx.from_numpy(array.astype(">f8"))

    def test_the_array_lives_as_long_as_the_tensor(self):
        from duramen._array import _held

        class Watched(np.ndarray):
            pass

        gone = threading.Event()
        array = np.arange(3.0).view(Watched)
        array.flags.writeable = False
        import weakref

        weakref.finalize(array, gone.set)
        tensor = self.ctx.from_numpy(array)
        view = tensor[1:]
        del array, tensor
        gc.collect()
        self.assertFalse(gone.is_set())
        self.assertEqual(view.tolist(), [1, 2])
        del view
        gc.collect()
        self.assertTrue(gone.is_set())
        self.assertEqual(_held, {})


@unittest.skipUnless(HAS_TORCH, "PyTorch is not in this Python; tests/oracle/python covers it where it is")
class WithTorch(unittest.TestCase):
    def setUp(self):
        self.ctx = duramen.Context()

    def test_both_ways_without_a_copy(self):
        import torch

        theirs = torch.arange(6.0).reshape(2, 3)
        ours = self.ctx.from_dlpack(theirs.T)
        ours[0, 1].fill_(42)
        self.assertEqual(theirs[1, 0].item(), 42)
        back = torch.from_dlpack(ours)
        self.assertEqual(back.data_ptr(), theirs.data_ptr())
        del theirs, ours
        gc.collect()
        self.assertEqual(back[0, 1].item(), 42)
        for dtype in (torch.bfloat16, torch.float16, torch.int64, torch.bool, torch.complex64, torch.float8_e4m3fn):
            tensor = self.ctx.from_dlpack(torch.ones(2, 2).to(dtype))
            self.assertEqual(f"torch.{tensor.dtype}", str(dtype))
            self.assertEqual(torch.from_dlpack(tensor).dtype, dtype)

    def test_a_torch_state_dict_loads(self):
        import torch

        theirs = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))
        ours = self.ctx.module(repr(theirs).split("(")[0] + "(Linear(2, 3), BatchNorm1d(3))")
        self.assertEqual(ours.load_state_dict(theirs.state_dict()).missing_keys, [])
        for key, value in theirs.state_dict().items():
            self.assertEqual(ours.state_dict()[key].tobytes(), value.numpy().tobytes())


if __name__ == "__main__":
    unittest.main()
