//! Programs that must not compile, each for one reason: the files of tests/compile_fail begin with the code of the
//! error and a text that the compiler says with it. `accepted.rs` must compile, or nothing here means anything.
use std::path::{Path, PathBuf};
use std::process::Command;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compile_fail")
}

/// The library as it was built for this test.
fn library() -> PathBuf {
    let deps = std::env::current_exe().unwrap().parent().unwrap().to_path_buf();
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.starts_with("libduramen-") && name.ends_with(".rlib")
    };
    let entries = std::fs::read_dir(&deps).unwrap().map(|entry| entry.unwrap().path());
    let newest = entries.filter(is_ours).max_by_key(|path| path.metadata().unwrap().modified().unwrap());
    newest.expect("the library beside the test")
}

fn compiler() -> PathBuf {
    let named = std::env::var_os("RUSTC").map(PathBuf::from);
    named.unwrap_or_else(|| Path::new(env!("CARGO")).with_file_name("rustc"))
}

/// Whether it compiles, and what the compiler says.
fn compile(source: &Path) -> (bool, String) {
    let library = library();
    let output = Command::new(compiler())
        .args(["--edition", "2021", "--crate-type", "lib", "--emit", "metadata"])
        // Never a device: the compiler replaces what it writes to.
        .args(["-o", concat!(env!("CARGO_TARGET_TMPDIR"), "/compile_fail.rmeta")])
        .arg("--extern")
        .arg(format!("duramen={}", library.display()))
        .arg("-L")
        .arg(format!("dependency={}", library.parent().unwrap().display()))
        .arg(source)
        .output()
        .unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn check(source: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(source).unwrap();
    let mut wanted = text.lines().next().unwrap().trim_start_matches("// ").splitn(2, ": ");
    let (code, reason) = (wanted.next().unwrap(), wanted.next().unwrap());
    let (compiled, said) = compile(source);
    let name = source.file_name().unwrap().to_string_lossy().into_owned();
    let errors: Vec<_> = said.lines().filter(|line| line.starts_with("error[")).collect();
    if compiled {
        return Err(format!("{}: it compiles", name));
    }
    let start = format!("error[{}]", code);
    if errors.is_empty() || !errors.iter().all(|error| error.starts_with(&start)) || !said.contains(reason) {
        return Err(format!("{}: not {} alone, with '{}':\n{}", name, code, reason, said));
    }
    Ok(())
}

#[test]
fn each_is_refused_for_its_reason() {
    let (compiled, said) = compile(&folder().join("accepted.rs"));
    assert!(compiled, "{}", said);
    let entries = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let cases: Vec<_> = entries.filter(|path| !path.ends_with("accepted.rs")).collect();
    let failures: Vec<_> = cases.iter().filter_map(|case| check(case).err()).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(cases.len() >= 12, "only {} cases", cases.len());
}
