"""What people really hand to a reader of checkpoints."""
import bz2
import gzip
import io
import lzma
import pickle
import tarfile
import zipfile

import pickles
import safetensors_cases
import zip_cases


def zip_of(*names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in names:
            file.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def tar_of(*names):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as file:
        for name, content in names:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            file.addfile(member, io.BytesIO(content))
    return out.getvalue()


LFS = (b"version https://git-lfs.github.com/spec/v1\n"
       b"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 548105171\n")


def add_to(registry):
    add = lambda name, status, content, *says, **options: registry.add(16, f"found-{name}", status, content, *says, **options)
    model = zip_cases.plain()
    add("git-lfs-pointer.safetensors", "UNSUPPORTED", LFS, "Git LFS pointer", "git lfs pull")
    add("git-lfs-pointer-windows.safetensors", "UNSUPPORTED", LFS.replace(b"\n", b"\r\n"), "Git LFS pointer")
    for name, page in {"html": b"<!DOCTYPE html>\n<html><title>404</title></html>", "html-behind-space": b"\n\n <html></html>",
                       "html-with-a-byte-order-mark": b"\xef\xbb\xbf<!doctype html><html></html>",
                       "xml": b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"}.items():
        add(f"{name}.pt", "UNSUPPORTED", page, "HTML or XML page", "download")
    for name, text in {"not-found": b"Not Found", "access-denied": b"Access to model x/y is restricted. You must log in.",
                       "entry-not-found": b"Entry not found", "one-letter": b"x", "newline": b"\n"}.items():
        add(f"{name}.bin", "UNSUPPORTED" if len(text) >= 8 else "CORRUPT", text, "")
    add("short-text.bin", "UNSUPPORTED", b"oops\n", "not a checkpoint")
    add("json-error.bin", "UNSUPPORTED", b'{"error":"Repository not found"}', "JSON text")
    add("config.json", "UNSUPPORTED", b'{\n  "architectures": ["GPT2LMHeadModel"],\n  "n_layer": 12\n}\n', "JSON text")
    add("empty.pt", "CORRUPT", b"", "empty")
    add("zeros.pt", "CORRUPT", bytes(4096), "")
    add("ones.pt", "UNSUPPORTED", b"\xff" * 4096, "not a checkpoint")
    add("text.txt", "UNSUPPORTED", b"These are the notes on the model.\n" * 10, "not a checkpoint")
    add("python-script.py", "UNSUPPORTED", b"import torch\nprint(torch.__version__)\n", "not a checkpoint")
    add("elf-program", "UNSUPPORTED", b"\x7fELF\2\1\1" + bytes(100), "")
    add("windows-program.exe", "UNSUPPORTED", b"MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0" + bytes(100), "")
    add("png.png", "UNSUPPORTED", b"\x89PNG\r\n\x1a\n" + bytes(100), "")
    add("pdf.pdf", "UNSUPPORTED", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(100), "")
    add("gzip-of-a-pt.pt.gz", "UNSUPPORTED", gzip.compress(model, mtime=0), "gzip")
    add("bzip2-of-a-pt.pt.bz2", "UNSUPPORTED", bz2.compress(model), "bzip2")
    add("xz-of-a-pt.pt.xz", "UNSUPPORTED", lzma.compress(model), "xz")
    add("zstd.pt.zst", "UNSUPPORTED", b"\x28\xb5\x2f\xfd\x04\x00" + bytes(60), "zstd")
    add("7z.7z", "UNSUPPORTED", b"7z\xbc\xaf\x27\x1c\0\4" + bytes(60), "7z")
    add("rar.rar", "UNSUPPORTED", b"Rar!\x1a\7\1\0" + bytes(60), "RAR")
    add("hdf5-keras.h5", "UNSUPPORTED", b"\x89HDF\r\n\x1a\n" + bytes(500), "HDF5")
    add("onnx.onnx", "UNSUPPORTED", b"\x08\x07\x12\x07pytorch\x1a\x052.1.0:" + bytes(100), "")
    add("tflite.tflite", "UNSUPPORTED", b"\x1c\0\0\0TFL3" + bytes(100), "")
    add("keras.keras", "UNSUPPORTED", zip_of(("metadata.json", b"{}"), ("config.json", b"{}"), ("model.weights.h5", b"\x89HDF")),
        "zip archive", "not PyTorch's")
    add("zip-of-a-folder.zip", "UNSUPPORTED", zip_of(("model/model.safetensors", safetensors_cases.of(
        {"a": safetensors_cases.tensor()})), ("model/config.json", b"{}")), "zip archive")
    add("zip-of-a-pt.zip", "UNSUPPORTED", zip_of(("model.pt", model)), "zip archive")
    add("docx.docx", "UNSUPPORTED", zip_of(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w/>")), "zip archive")
    add("wheel.whl", "UNSUPPORTED", zip_of(("torch/__init__.py", b""), ("torch-2.dist-info/METADATA", b"")), "zip archive")
    add("tar-of-a-folder.tar", "UNSUPPORTED", tar_of(("model/config.json", b"{}"), ("model/model.pt", model)), "tar archive")
    add("pickle-of-numbers.pkl", "UNSUPPORTED", pickle.dumps({"a": [1, 2.5, "x"]}, 2), "a pickle")
    add("pickle-of-protocol-0.pkl", "UNSUPPORTED", pickle.dumps({"a": [1, 2.5, "x"]}, 0), "")
    for protocol in (3, 4, 5):
        add(f"pickle-of-protocol-{protocol}.pkl", "UNSUPPORTED", pickle.dumps([1, 2], protocol), "a pickle")
    add("sklearn-joblib.joblib", "UNSUPPORTED", pickles.pickle(pickles.call(pickles.name(
        "sklearn.linear_model._base", "LinearRegression")), protocol=3), "a pickle")
    add("half-a-download.pt", "CORRUPT", model[:len(model) // 2], "truncated")
    add("half-a-download.safetensors", "CORRUPT", safetensors_cases.of(
        {"a": safetensors_cases.tensor(shape=[1000], end=4000)}, 4000)[:2000], "truncated")
    add("download-filled-with-zeros.pt", "CORRUPT", model[:300] + bytes(len(model) - 300), "")
    add("download-filled-with-zeros.safetensors", "CORRUPT", bytes(1000), "")
