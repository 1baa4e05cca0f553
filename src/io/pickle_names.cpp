#include <algorithm>

#include "io/pickle.hpp"

namespace duramen::io::pickle {
namespace {

struct Known {
  std::string_view module;
  std::string_view name;
  Symbol symbol;
};
constexpr std::string_view kScriptPickle = "torch.jit._pickle";
constexpr Known kKnown[] = {
    {"torch._utils", "_rebuild_tensor_v2", Symbol::rebuild_tensor_v2},
    {"collections", "OrderedDict", Symbol::ordered_dict},
    {"torch._utils", "_rebuild_tensor", Symbol::rebuild_tensor},
    {"torch._utils", "_rebuild_tensor_v3", Symbol::rebuild_tensor_v3},
    {"torch._utils", "_rebuild_parameter", Symbol::rebuild_parameter},
    {"torch._utils", "_rebuild_parameter_with_state", Symbol::rebuild_parameter_with_state},
    {"torch._tensor", "_rebuild_from_type_v2", Symbol::rebuild_from_type},
    {"torch._utils", "_rebuild_qtensor", Symbol::rebuild_qtensor},
    {"torch.nn.parameter", "Parameter", Symbol::parameter},
    {"torch", "Size", Symbol::torch_size},
    {"collections", "defaultdict", Symbol::default_dict},
    {"collections", "Counter", Symbol::counter},
    {"_codecs", "encode", Symbol::codecs_encode},
    {"numpy.core.multiarray", "scalar", Symbol::numpy_scalar},
    {"numpy._core.multiarray", "scalar", Symbol::numpy_scalar},
    {"numpy", "dtype", Symbol::numpy_dtype},
    {"numpy.core.multiarray", "_reconstruct", Symbol::numpy_array},
    {"numpy._core.multiarray", "_reconstruct", Symbol::numpy_array},
    {"numpy.core.numeric", "_frombuffer", Symbol::numpy_frombuffer},
    {"numpy._core.numeric", "_frombuffer", Symbol::numpy_frombuffer},
    {"copyreg", "_reconstructor", Symbol::reconstructor},
    {"copy_reg", "_reconstructor", Symbol::reconstructor},
    {"torch.tensor", "_rebuild_from_type", Symbol::rebuild_from_type},
    {"torch._tensor", "_rebuild_from_type", Symbol::rebuild_from_type},
    {"torch._utils", "_rebuild_device_tensor_from_numpy", Symbol::rebuild_of_array},
    {"torch._utils", "_rebuild_device_tensor_from_cpu_tensor", Symbol::rebuild_of_array},
    {"torch._utils", "_rebuild_xla_tensor", Symbol::rebuild_of_array},
    {"torch.autograd.variable", "Variable", Symbol::variable},
    {kScriptPickle, "build_intlist", Symbol::script_list},
    {kScriptPickle, "build_doublelist", Symbol::script_list},
    {kScriptPickle, "build_boollist", Symbol::script_list},
    {kScriptPickle, "build_tensorlist", Symbol::script_list},
    {kScriptPickle, "restore_type_tag", Symbol::script_tagged},
};
constexpr Known kBuiltins[] = {
    {"", "set", Symbol::py_set},         {"", "frozenset", Symbol::py_frozenset},
    {"", "complex", Symbol::py_complex}, {"", "bytes", Symbol::py_bytes},
    {"", "dict", Symbol::py_dict},       {"", "bytearray", Symbol::py_bytearray},
    {"", "list", Symbol::py_list},       {"", "tuple", Symbol::py_tuple},
};

// Modules of which nothing belongs into a checkpoint; with all that is below them.
constexpr std::string_view kModules[] = {"_aix_support",
                                         "_bootlocale",
                                         "_ctypes",
                                         "_frozen_importlib",
                                         "_frozen_importlib_external",
                                         "_imp",
                                         "_io",
                                         "_osx_support",
                                         "_pickle",
                                         "_posixsubprocess",
                                         "_pyrepl",
                                         "_socket",
                                         "_ssl",
                                         "_thread",
                                         "_winapi",
                                         "_xxsubinterpreters",
                                         "aiohttp",
                                         "asyncio",
                                         "bdb",
                                         "cProfile",
                                         "cffi",
                                         "cloudpickle",
                                         "code",
                                         "codeop",
                                         "commands",
                                         "concurrent",
                                         "ctypes",
                                         "dill",
                                         "distutils",
                                         "doctest",
                                         "dummy_threading",
                                         "ensurepip",
                                         "fileinput",
                                         "ftplib",
                                         "gc",
                                         "http",
                                         "httplib",
                                         "idlelib",
                                         "imaplib",
                                         "imp",
                                         "importlib",
                                         "inspect",
                                         "io",
                                         "joblib",
                                         "lib2to3",
                                         "linecache",
                                         "marshal",
                                         "modulefinder",
                                         "multiprocessing",
                                         "nt",
                                         "ntpath",
                                         "nturl2path",
                                         "os",
                                         "paramiko",
                                         "pdb",
                                         "pickle",
                                         "pickletools",
                                         "pip",
                                         "pipes",
                                         "pkg_resources",
                                         "pkgutil",
                                         "platform",
                                         "popen2",
                                         "poplib",
                                         "posix",
                                         "posixpath",
                                         "posixsubprocess",
                                         "profile",
                                         "pty",
                                         "py_compile",
                                         "pydoc",
                                         "pyexpat",
                                         "requests",
                                         "runpy",
                                         "select",
                                         "setuptools",
                                         "shelve",
                                         "shutil",
                                         "signal",
                                         "site",
                                         "smtplib",
                                         "socket",
                                         "socketserver",
                                         "sqlite3",
                                         "ssl",
                                         "subprocess",
                                         "sys",
                                         "sysconfig",
                                         "tarfile",
                                         "telnetlib",
                                         "tempfile",
                                         "threading",
                                         "timeit",
                                         "trace",
                                         "urllib",
                                         "urllib2",
                                         "urllib3",
                                         "venv",
                                         "webbrowser",
                                         "winreg",
                                         "xmlrpc",
                                         "zipfile",
                                         "zipimport"};

struct Refused {
  std::string_view module;
  std::string_view name;  // empty: every name below a module of a library that is otherwise fine
};
constexpr Refused kNames[] = {
    {"_operator", "attrgetter"},
    {"_operator", "methodcaller"},
    {"bsddb.db", "DB"},
    {"functools", "reduce"},
    {"logging.config", ""},
    {"numpy.f2py", ""},
    {"numpy.testing", ""},
    {"operator", "attrgetter"},
    {"operator", "methodcaller"},
    {"torch.hub", ""},
    {"torch.jit", ""},
    {"torch.storage", "_load_from_bytes"},
    {"torch.serialization", "load"},
    {"torch", "load"},
    {"torch.utils._config_module", ""},
    {"torch.utils.bottleneck", ""},
    {"torch.utils.collect_env", ""},
    {"torch.utils.cpp_extension", ""},
    {"torch.fx", ""},
    {"torch.package", ""},
    {"torch._inductor.codecache", ""},
    {"test.support", ""},
    {"torch.distributed.run", ""},
    {"types", "CodeType"},
    {"types", "FunctionType"},
    {"types", "MethodType"},
};

constexpr std::string_view kBuiltinNames[] = {"__build_class__",
                                              "__import__",
                                              "__loader__",
                                              "apply",
                                              "breakpoint",
                                              "compile",
                                              "copyright",
                                              "credits",
                                              "delattr",
                                              "dir",
                                              "eval",
                                              "exec",
                                              "execfile",
                                              "exit",
                                              "file",
                                              "filter",
                                              "getattr",
                                              "globals",
                                              "hasattr",
                                              "help",
                                              "input",
                                              "license",
                                              "locals",
                                              "map",
                                              "open",
                                              "print",
                                              "quit",
                                              "raw_input",
                                              "reduce",
                                              "reload",
                                              "setattr",
                                              "vars"};

static_assert(std::is_sorted(std::begin(kModules), std::end(kModules)));
static_assert(std::is_sorted(std::begin(kBuiltinNames), std::end(kBuiltinNames)));

bool is_builtin(std::string_view module) noexcept {
  return module == "builtins" || module == "__builtin__" || module == "__builtins__";
}

bool is_refused_module(std::string_view module) noexcept {
  const std::string_view top = module.substr(0, module.find('.'));
  return std::binary_search(std::begin(kModules), std::end(kModules), top);
}

bool is_refused_builtin(std::string_view name) noexcept {
  return std::binary_search(std::begin(kBuiltinNames), std::end(kBuiltinNames), name);
}

// "loads.__globals__.os.system": attributes of a name lead anywhere.
bool reaches_code(std::string_view path) noexcept {
  if (path.find('.') == std::string_view::npos) return false;
  while (!path.empty()) {
    const size_t dot = path.find('.');
    const std::string_view step = path.substr(0, dot);
    if (step.starts_with("__") || is_refused_module(step) || is_builtin(step) || step == "system" ||
        step == "eval" || step == "exec" || step == "popen" || step == "getattr") {
      return true;
    }
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  }
  return false;
}

}  // namespace

bool is_below(std::string_view module, std::string_view top) noexcept {
  return module.starts_with(top) && (module.size() == top.size() || module[top.size()] == '.');
}

bool runs_code(std::string_view module, std::string_view name) noexcept {
  if (is_builtin(module)) {
    return is_refused_builtin(name.substr(0, name.find('.'))) || reaches_code(name);
  }
  if (module == kScriptPickle && symbol_of(module, name) != Symbol::other) return false;
  if (is_refused_module(module) || reaches_code(name)) return true;
  return std::any_of(std::begin(kNames), std::end(kNames), [&](const Refused& refused) {
    return is_below(module, refused.module) && (refused.name.empty() || refused.name == name);
  });
}

Symbol symbol_of(std::string_view module, std::string_view name) noexcept {
  if (is_builtin(module)) {
    for (const Known& known : kBuiltins) {
      if (known.name == name) return known.symbol;
    }
    return Symbol::other;
  }
  for (const Known& known : kKnown) {
    if (known.name == name && known.module == module) return known.symbol;
  }
  return Symbol::other;
}

}  // namespace duramen::io::pickle
