"""Indexes of shards: names that lead out of their folder, shards that disagree."""
import json

import pickles
import safetensors_cases
from safetensors_cases import tensor

INDEX = "model.safetensors.index.json"
FIRST, SECOND = "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"
BOTH = ("'a': float32[1]", "'b': float32[1]")


def shard(*names):
    return safetensors_cases.of({name: tensor(begin=4 * i, end=4 * i + 4) for i, name in enumerate(names)}, 4 * len(names))


def index(weights=None, size=8, **more):
    weights = {"a": FIRST, "b": SECOND} if weights is None else weights
    return json.dumps({"metadata": {"total_size": size}, "weight_map": weights, **more}).encode()


def folder(text=None, files=None, **more):
    files = {FIRST: shard("a"), SECOND: shard("b")} if files is None else files
    return {INDEX: index() if text is None else text, **files, **more}


def add_to(registry):
    def add(threat, name, status, content, *says, **options):
        registry.add(threat, f"index-{name}", status, content, *says, **{"opens": INDEX, "from_memory": "UNSUPPORTED", **options})
    add(20, "good", "OK", folder(), *BOTH)
    add(20, "without-metadata", "OK", folder(json.dumps({"weight_map": {"a": FIRST, "b": SECOND}}).encode()), *BOTH)
    add(20, "total-size-wrong", "OK", folder(index(size=12345)), *BOTH)
    add(20, "total-size-a-fraction", "OK", folder(index(size=8.0)), *BOTH)
    add(20, "names-more-in-the-shards", "OK", folder(files={FIRST: shard("a", "c"), SECOND: shard("b")}), *BOTH, "'c': float32[1]")
    state = lambda key: pickles.torch_of(pickles.state(key=key))
    torch = {"p1.bin": state("a"), "p2.bin": state("b")}
    add(20, "of-pytorch-shards", "OK", folder(index({"a": "p1.bin", "b": "p2.bin"}, 32), torch), "'a': float32[4]", "'b': float32[4]")
    for label, name in {"climbs": "../secret.safetensors", "absolute": "/etc/passwd", "in-a-folder": "sub/x.safetensors", "dots": "..",
                        "dot": ".", "empty": "", "backslash": "..\\x", "nul": "x\0y", "url": "https://x/y", "climbs-late": "a/../../x",
                        "drive": "C:x\\y"}.items():
        files = {FIRST: shard("a"), "sub/x.safetensors": shard("b")}
        add(12, f"shard-name-{label}", "CORRUPT", folder(index({"a": FIRST, "b": name}), files), "'b'", "plain name", "at byte",
            from_memory="skip" if label else "")
    for label, value in {"an-object": {"file": FIRST}, "null": None, "a-number": 1, "a-list": [FIRST]}.items():
        add(16, f"shard-is-{label}", "CORRUPT", folder(index({"a": FIRST, "b": value})), "'b'", "not a string", "at byte", from_memory="skip")
    add(12, "shard-name-with-an-escape-sequence", "IO", folder(index({"a": FIRST, "b": "\x1b[2J"})), "\\x1b[2J", "missing")
    add(15, "shard-missing", "IO", folder(files={FIRST: shard("a")}), SECOND, "missing", "download")
    add(15, "shard-empty", "CORRUPT", folder(files={FIRST: shard("a"), SECOND: b""}), "empty")
    add(15, "shard-cut-off", "CORRUPT", folder(files={FIRST: shard("a"), SECOND: shard("b")[:-1]}), SECOND, "truncated")
    add(16, "shard-a-git-lfs-pointer", "UNSUPPORTED", folder(files={FIRST: shard("a"), SECOND: b"version https://git-lfs.github.com/spec/v1\n"
                                                                    b"oid sha256:00\nsize 5\n"}), SECOND, "Git LFS")
    add(16, "shard-a-page", "UNSUPPORTED", folder(files={FIRST: shard("a"), SECOND: b"<html>404</html>"}), SECOND, "HTML")
    add(8, "shard-is-the-index-itself", "UNSUPPORTED", folder(index({"a": FIRST, "b": INDEX})), "index")
    add(8, "shard-is-another-index", "UNSUPPORTED", folder(index({"a": FIRST, "b": "other.json"}), **{"other.json": index()}), "index")
    add(13, "name-in-two-shards", "CORRUPT", folder(files={FIRST: shard("a"), SECOND: shard("a", "b")}), "'a'", "two shards")
    add(3, "name-not-in-its-shard", "CORRUPT", folder(index({"a": FIRST, "b": FIRST})), "'b'", "not in its shard")
    add(3, "name-in-no-shard", "CORRUPT", folder(index({"a": FIRST, "b": SECOND, "c": SECOND})), "'c'", "not in its shard")
    add(3, "name-in-the-other-shard", "CORRUPT", folder(index({"a": SECOND, "b": FIRST})), "not in its shard")
    twice = index().replace(b'"b":', b'"a":')
    add(13, "name-twice", "CORRUPT", folder(twice), "'a'", "twice", "at byte", from_memory="skip")
    add(13, "map-twice", "CORRUPT", folder(index()[:-1] + b', "weight_map": {}}'), "'weight_map'", "twice", from_memory="skip")
    add(17, "name-with-a-nul", "CORRUPT", folder(index({"a": FIRST, "b\0": SECOND})), "NUL", "at byte", from_memory="skip")
    for label, text in {"map-a-list": b'{"weight_map": ["a"]}', "map-null": b'{"weight_map": null}', "metadata-a-list":
                        b'{"metadata": [], "weight_map": {}}', "trailing-comma": b'{"weight_map": {},}', "cut-off": index()[:-3],
                        "two-objects": index() + b"{}", "nul-behind": index() + b"\0"}.items():
        add(16, label, "CORRUPT", folder(text), "shard index", from_memory="skip")
    add(9, "nested-50000", "LIMIT", folder(b'{"x":' * 50_000 + b'"weight_map"' + b"}" * 50_000), "nested too deeply", from_memory="skip")
    add(7, "limit-of-entries", "LIMIT", folder(), "at most 1", limits={"max_entries": 1}, from_memory="skip")
    add(7, "limit-of-the-header", "LIMIT", folder(), "at most 20", limits={"max_header_bytes": 20}, from_memory="skip")
    add(4, "limit-of-all", "LIMIT", folder(), "at most", limits={"max_total_bytes": 7}, from_memory="skip")
    more = folder(files={FIRST: shard("a", "c"), SECOND: shard("b")})
    add(7, "limit-of-entries-in-all-shards", "LIMIT", more, "too many entries in all shards", limits={"max_entries": 2}, from_memory="skip")
    byte = safetensors_cases.of({"b": tensor("U8", (1,), 0, 1)}, 1)
    add(4, "limit-of-all-by-a-byte", "LIMIT", folder(index(size=5), {FIRST: shard("a"), SECOND: byte}), "of all shards are too large together",
        limits={"max_total_bytes": 4}, from_memory="skip")
    many = {f"n{i}": FIRST for i in range(5000)}
    add(14, "names-5000-of-one-shard", "OK", folder(index(many, 20_000), {FIRST: shard(*many)}), "5000 items")
