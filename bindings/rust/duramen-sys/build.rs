//! Finds libduramen by pkg-config, or builds the bundled source with CMake (feature `bundled`).
use std::path::{Path, PathBuf};
use std::process::Command;

const OLDEST: &str = "0.2.0";
/// A prefix with an archive that was built before, for packagers: `bundled` links it instead of building.
const BUILT: &str = "DURAMEN_BUNDLED_PREFIX";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=DOCS_RS");
    if std::env::var_os("DOCS_RS").is_some() {
        return; // docs.rs has neither the library nor what builds it, and links nothing
    }
    let bundled = std::env::var_os("CARGO_FEATURE_BUNDLED").is_some();
    let linked = if bundled { link_bundled() } else { link_installed() };
    if let Err(reason) = linked {
        eprintln!("duramen-sys: {}", reason);
        std::process::exit(1);
    }
}

fn link_installed() -> Result<(), String> {
    let flags = pkg_config(&["--libs", &format!("duramen >= {}", OLDEST)]).map_err(|reason| {
        format!(
            "libduramen {} or newer was not found: {}\n  \
             Installed in a folder of its own? Set PKG_CONFIG_PATH=PREFIX/lib/pkgconfig.\n  \
             Not installed? `./dev install PREFIX` in its source, or the feature `bundled`.",
            OLDEST, reason
        )
    })?;
    print_flags(&flags);
    Ok(())
}

/// What pkg-config says, or why it does not; `PKG_CONFIG` names another program.
fn pkg_config(arguments: &[&str]) -> Result<String, String> {
    for name in ["PKG_CONFIG", "PKG_CONFIG_PATH", "PKG_CONFIG_LIBDIR", "PKG_CONFIG_SYSROOT_DIR"] {
        println!("cargo:rerun-if-env-changed={}", name);
    }
    let program = std::env::var_os("PKG_CONFIG").unwrap_or_else(|| "pkg-config".into());
    run(Command::new(program).args(arguments))
}

/// `-L` and `-l` for the linker, through cargo.
fn print_flags(flags: &str) {
    for flag in flags.split_whitespace() {
        if let Some(folder) = flag.strip_prefix("-L") {
            println!("cargo:rustc-link-search=native={}", folder);
        } else if let Some(library) = flag.strip_prefix("-l") {
            println!("cargo:rustc-link-lib=dylib={}", library);
        }
    }
}

fn run(command: &mut Command) -> Result<String, String> {
    let shown = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("{} cannot be run: {}", shown, error))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(format!("{} failed:\n{}", shown, String::from_utf8_lossy(&said).trim_end()))
}

/// The C++ source: in a package of this crate, or in the repository around it.
fn source() -> Result<PathBuf, String> {
    let here = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let places = [here.join("vendor"), here.join("../../..")];
    let found = places.iter().find(|place| place.join("capi/exports.map").is_file());
    found.cloned().ok_or_else(|| "the source is neither in `vendor` (made by vendor.sh) nor around the crate".into())
}

/// The archive keeps its own dependencies as shared libraries.
fn link_bundled() -> Result<(), String> {
    println!("cargo:rerun-if-env-changed={}", BUILT);
    let prefix = match std::env::var_os(BUILT) {
        Some(prefix) => PathBuf::from(prefix),
        None => build(&source()?)?,
    };
    println!("cargo:rustc-link-search=native={}", folder_of_archive(&prefix)?.display());
    println!("cargo:rustc-link-lib=static=duramen");
    print_flags(&pkg_config(&["--libs", "openblas", "libhwy", "simdjson", "libdeflate"])?);
    print_flags("-lstdc++ -lm -lpthread");
    println!("cargo:root={}", prefix.display());
    Ok(())
}

/// `lib`, or what a system calls it: `lib64`, `lib/x86_64-linux-gnu`.
fn folder_of_archive(prefix: &Path) -> Result<PathBuf, String> {
    let below = std::fs::read_dir(prefix.join("lib")).into_iter().flatten().flatten().map(|entry| entry.path());
    let places = [prefix.join("lib"), prefix.join("lib64")].into_iter().chain(below);
    let mut with_archive = places.filter(|place| place.join("libduramen.a").is_file());
    with_archive.next().ok_or_else(|| format!("there is no libduramen.a in the lib of {}", prefix.display()))
}

fn build(source: &Path) -> Result<PathBuf, String> {
    for part in ["CMakeLists.txt", "cmake", "src", "capi", "include"] {
        println!("cargo:rerun-if-changed={}", source.join(part).display());
    }
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    let (tree, prefix) = (out.join("build"), out.join("prefix"));
    let jobs = std::env::var("NUM_JOBS").unwrap_or_else(|_| "1".into());
    let mut configure = Command::new("cmake");
    configure.arg("-S").arg(source).arg("-B").arg(&tree).args(["-DCMAKE_BUILD_TYPE=Release", "-DDURAMEN_WERROR=OFF"]);
    for part in ["TESTS", "EXAMPLES", "BENCH", "CLI"] {
        configure.arg(format!("-DDURAMEN_BUILD_{}=OFF", part));
    }
    configure.arg("-DCMAKE_INSTALL_LIBDIR=lib").arg(format!("-DCMAKE_INSTALL_PREFIX={}", prefix.display()));
    run(&mut configure)?;
    run(Command::new("cmake").arg("--build").arg(&tree).args(["--parallel", &jobs]))?;
    run(Command::new("cmake").arg("--install").arg(&tree))?;
    Ok(prefix)
}
