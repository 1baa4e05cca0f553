#!/usr/bin/env python3
"""What the tool says where a newcomer stumbles: which file, option or name is meant instead."""
from tool import ToolTest, duramen, good, main


class WrongFile(ToolTest):
    def test_a_part_of_a_distributed_checkpoint(self):
        good("init", "Linear(4, 3)", "-o", self.folder / "x.pt")
        good("convert", self.folder / "x.pt", "-o", f"{self.folder}/dcp/")
        for name in ("__0_0.distcp", ".metadata"):
            self.assertIn("give the folder it is in", self.refused(3, "ls", self.folder / "dcp" / name))
        self.assertNotIn("give the folder", self.refused(3, "ls", self.folder / "dcp" / "__1_0.distcp"))
        good("ls", self.folder / "dcp")

    def test_an_index_on_standard_input(self):
        good("init", "Linear(4, 3)", "-o", self.folder / "x.pt")
        index = self.folder / "parts.safetensors.index.json"
        good("split", self.folder / "x.pt", "--max-shard-size", "20", "-o", index)
        expected = "duramen: error: stdin: this is an index of shards, which are files beside it (expected its path)\n"
        self.assertEqual(self.refused(3, "ls", "-", text=index.read_text()), expected)
        with open(index) as file:
            self.assertEqual(duramen("ls", "-", stdin=file).stderr, expected)


if __name__ == "__main__":
    main()
