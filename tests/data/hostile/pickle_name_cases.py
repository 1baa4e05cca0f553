"""Names that run code, by every door; nothing is imported, and these are refused as well."""
import pickles
from pickles import MARK, NONE, call, name, pairs, pickle, stack_name, text, torch_of

RUNNERS = [
    ("os", "system"), ("posix", "system"), ("nt", "system"), ("os", "popen"), ("os", "execve"), ("os.path", "join"),
    ("subprocess", "Popen"), ("subprocess", "check_output"), ("commands", "getoutput"), ("popen2", "popen3"),
    ("builtins", "eval"), ("builtins", "exec"), ("builtins", "compile"), ("builtins", "open"), ("builtins", "getattr"),
    ("builtins", "__import__"), ("builtins", "breakpoint"), ("builtins", "globals"), ("builtins", "map"),
    ("builtins", "help"), ("__builtin__", "eval"), ("__builtin__", "execfile"), ("__builtin__", "apply"),
    ("__builtin__", "file"), ("__builtin__", "getattr"), ("__builtin__", "reduce"), ("__builtins__", "eval"),
    ("sys", "exit"), ("sys", "modules"), ("runpy", "run_path"), ("runpy", "_run_code"), ("pty", "spawn"),
    ("importlib", "import_module"), ("importlib.machinery", "SourceFileLoader"), ("imp", "load_source"),
    ("pickle", "loads"), ("_pickle", "loads"), ("cloudpickle", "loads"), ("dill", "loads"), ("joblib", "load"),
    ("marshal", "loads"), ("shelve", "open"), ("socket", "create_connection"), ("ssl", "create_default_context"),
    ("requests.api", "get"), ("requests", "get"), ("urllib.request", "urlopen"), ("urllib2", "urlopen"),
    ("http.client", "HTTPSConnection"), ("httplib", "HTTPSConnection"), ("aiohttp.client", "ClientSession"),
    ("webbrowser", "open"), ("smtplib", "SMTP"), ("ftplib", "FTP"), ("shutil", "rmtree"), ("tempfile", "mktemp"),
    ("timeit", "timeit"), ("timeit", "default_timer"), ("profile", "run"), ("cProfile", "run"), ("trace", "Trace"),
    ("bdb", "Bdb"), ("pdb", "run"), ("doctest", "debug_script"), ("code", "InteractiveInterpreter"),
    ("codeop", "compile_command"), ("pydoc", "pipepager"), ("venv", "create"), ("ensurepip", "bootstrap"),
    ("pip", "main"), ("pip._internal", "main"), ("idlelib.pyshell", "ModifiedInterpreter"),
    ("lib2to3.pgen2.grammar", "Grammar"), ("lib2to3.pgen2.pgen", "ParserGenerator"), ("distutils.file_util", "write_file"),
    ("setuptools", "setup"), ("_osx_support", "_read_output"), ("_aix_support", "_read_cmd_output"),
    ("_pyrepl.pager", "pipe_pager"), ("asyncio.unix_events", "_UnixSubprocessTransport"),
    ("multiprocessing.util", "spawnv_passfds"), ("ctypes", "CDLL"), ("_ctypes", "dlopen"), ("cffi", "FFI"),
    ("operator", "attrgetter"), ("operator", "methodcaller"), ("_operator", "attrgetter"), ("functools", "reduce"),
    ("types", "FunctionType"), ("types", "CodeType"), ("logging.config", "dictConfig"), ("platform", "popen"),
    ("numpy.f2py.crackfortran", "getlincoef"), ("numpy.f2py", "compile"), ("numpy.testing._private.utils", "runstring"),
    ("torch.hub", "load"), ("torch.jit.unsupported_tensor_ops", "execWrapper"), ("torch.serialization", "load"),
    ("torch", "load"), ("torch.storage", "_load_from_bytes"), ("torch.utils.cpp_extension", "load_inline"),
    ("torch.utils.collect_env", "run"), ("torch.utils.bottleneck.__main__", "run_cprofile"),
    ("torch._inductor.codecache", "compile_file"), ("torch.utils._config_module", "ConfigModule.load_config"),
    ("torch.fx.experimental.symbolic_shapes", "ShapeEnv.evaluate_guards_expression"),
    ("torch.distributed.run", "main"), ("torch.package", "PackageImporter"), ("test.support.script_helper", "assert_python_ok"),
    ("zipimport", "zipimporter"), ("pkgutil", "resolve_name"), ("inspect", "getattr_static"), ("gc", "get_objects"),
    ("linecache", "getlines"), ("fileinput", "input"), ("site", "main"), ("signal", "signal"), ("io", "FileIO"),
    ("_io", "open"), ("bsddb.db", "DB"), ("winreg", "OpenKey"), ("sqlite3", "connect"),
]
NESTED = [
    ("collections", "OrderedDict.__init__.__globals__"), ("torch", "os.system"), ("torch.nn", "Module.__reduce__"),
    ("numpy", "core.os.system"), ("collections", "abc.sys.modules"), ("torch._utils", "sys.modules"),
    ("json", "loads.__globals__"), ("argparse", "_os.system"), ("random", "_os.system"), ("builtins", "object.__subclasses__"),
    ("logging", "os.system"), ("builtins", "str.format.__self__"), ("numpy", "testing.os"), ("m", "x.eval"),
    ("torch.serialization", "os.popen"), ("collections", "_sys.modules.builtins.eval"),
]
HARMLESS = [("argparse", "Namespace"), ("pathlib", "PosixPath"), ("omegaconf.dictconfig", "DictConfig"),
            ("ultralytics.nn.tasks", "DetectionModel"), ("my.module", "Trainer"), ("osmodule", "Thing"),
            ("systems.control", "Plant"), ("torch.optim.adam", "Adam"), ("torch._C._nn", "gelu"), ("builtins", "slice"),
            ("__main__", "Net"), ("torch.nn.modules.linear", "Linear"), ("easydict", "EasyDict"), ("datetime", "datetime")]


def label(module, attribute):
    return f"{module}.{attribute}".replace("/", "-")


def add_to(registry):
    add = registry.adder("name", ".pt")
    refused = ("'data.pkl'", "whose only use is to run code", "refused", "at byte")
    for module, attribute in RUNNERS:
        add(1, label(module, attribute), "UNSUPPORTED", torch_of(call(name(module, attribute), text("id"))),
            f"{module}.{attribute}", *refused)
    for module, attribute in NESTED:
        add(1, f"nested-{label(module, attribute)}", "UNSUPPORTED", torch_of(stack_name(module, attribute), protocol=4),
            f"{module}.{attribute}", *refused)
    for module, attribute in HARMLESS:
        add(1, f"inert-{label(module, attribute)}", "OK", torch_of(call(name(module, attribute), text("id"))),
            f"opaque {module}.{attribute}".replace("__builtin__", "builtins"))
    system = name("os", "system")
    doors = {
        "never-called": torch_of(pairs(text("w"), pickles.tensor(), text("x"), system)),
        "popped": torch_of(system, b"0", pickles.state()),
        "popped-to-a-mark": torch_of(MARK, system, b"1", pickles.state()),
        "memoized": torch_of(system, b"q\0", b"0", pickles.state()),
        "by-inst": pickles.torch_file(b"(S'id'\nios\nsystem\n."),
        "by-obj": torch_of(MARK, system, text("id"), b"o"),
        "by-newobj": torch_of(system, b")\x81"),
        "by-newobj-ex": torch_of(system, b")}\x92", protocol=4),
        "by-build": torch_of(call(name("m", "C")), system, b"b"),
        "in-a-persistent-id": torch_of(system, b"Q"),
        "in-the-hooks-of-a-tensor": torch_of(call(name("torch._utils", "_rebuild_tensor_v2"), pickles.storage(),
                                                  pickles.integer(0), pickles.sizes(4), pickles.sizes(1), pickles.FALSE, system)),
        "as-a-key": torch_of(pairs(system, NONE)),
        "as-a-default-factory": torch_of(call(name("collections", "defaultdict"), system)),
        "by-short-texts": pickles.torch_file(b"\x80\4\x8c\2os\x8c\6system\x93\x8c\2id\x85R."),
        "from-the-memo": torch_of(text("os"), b"q\0", text("system"), b"q\1", b"00h\0h\1\x93", protocol=4),
        "by-strings-with-escapes": pickles.torch_file(b"S'\\x6fs'\nS'sys\\x74em'\n\x93."),
        "by-unicode-escapes": pickles.torch_file(b"V\\u006fs\nVsystem\n\x93."),
        "with-a-wrong-opcode-behind": torch_of(system, text("id"), b"\x85R", b"\xff"),
        "behind-a-frame-that-lies": torch_of(b"\x95" + bytes(8), system, protocol=4),
    }
    for door, content in doors.items():
        add(1, f"system-{door}", "UNSUPPORTED", content, "os.system", *refused)
    add(1, "with-spaces", "OK", torch_of(call(name("os ", "system"))), "opaque")
    add(1, "with-dots-before", "OK", torch_of(call(name(".os", "system"))), "opaque")
    add(1, "in-capitals", "OK", torch_of(call(name("OS", "SYSTEM"))), "opaque OS.SYSTEM")
    add(7, "of-513-bytes", "CORRUPT", torch_of(name("m", "n" * 600)), "too long", "expected at most 512", "at byte")
    add(17, "not-utf-8", "CORRUPT", pickles.torch_file(b"\x80\2c\xff\nx\n."), "not UTF-8", "at byte 2")
    add(1, "pickle-alone-that-runs-code", "UNSUPPORTED", pickle(call(system, text("id"))), "a pickle")
