"""The tool's tests with files that PyTorch writes and reads. Its user has seen to an interpreter with torch."""
import torch

from tool import ToolTest


class TorchFiles(ToolTest):
    def saved(self, content, name="a.pt"):
        path = self.folder / name
        torch.save(content, path)
        return path

    def loaded(self, name):
        return torch.load(self.folder / name, weights_only=True)
