//! The tutorial's example as its reader compiles it: a package outside of the workspace that depends on
//! what `docs/YOUR_SAGA.md` lists, and on nothing else. So no exported macro may expand to another crate.

#![allow(clippy::unwrap_used, reason = "what a test cannot make or find fails it")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Uses the macros that neither the example nor its test uses.
const OTHER_MACROS: &str = r#"
use fundflow::kernel::memory_store::MemoryStore;

fundflow::kernel::identifier!(
    /// A ship, as the harbour's register names it.
    ShipId, "a ship's ID", 8, "1 to 8 of A-Z a-z 0-9 . _ -"
);
fundflow_testkit::store_contract!(memory, || async { (MemoryStore::new(), ()) });

type Faulty = fundflow_testkit::faulty_store::FaultyStore<MemoryStore>;
fundflow_testkit::store_fault_contract!(
    failing,
    || async { (Faulty::scripted(MemoryStore::new(), []), ()) },
    |store: &Faulty, (): &(), fails: fundflow_testkit::store_contract::faults::Fails| {
        store.script_more([fails.into()]);
    },
    async |store: Faulty, (): &()| {
        store.reopen();
        store
    }
);

#[test]
fn the_names_of_a_process_follow_from_its_kind() {
    let names = fundflow::runtime::process_names!("sailing": ["left"], ["arrived"]);
    assert!(names.all.contains(&"sailing.left") && ShipId::new("S-17").is_ok());
}
"#;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// What the tutorial tells its reader to write into `Cargo.toml`, with the paths of this machine.
fn dependencies() -> String {
    let tutorial = read("docs/YOUR_SAGA.md");
    let block = tutorial.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    block.replace("\"../fundflow/", &format!("\"{}/", root().display()))
}

/// How the workspace compiles for tests, so that what is compiled already is used again.
fn profile() -> String {
    let manifest = read("Cargo.toml");
    let part = |from: &str| {
        let part = &manifest[manifest.find(from).unwrap()..];
        part.split("\n\n").next().unwrap().to_owned()
    };
    [part("[profile.dev]"), part("[profile.dev.package]")].join("\n\n")
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn the_example_its_test_and_every_macro_compile_with_the_listed_dependencies_alone() {
    let package = tempfile::tempdir().unwrap();
    let at = |path: &str| package.path().join(path);
    let manifest = "[package]\nname = \"points\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    write(&at("Cargo.toml"), &[manifest, &dependencies(), &profile()].join("\n"));
    write(&at("Cargo.lock"), &read("Cargo.lock"));
    write(&at("src/main.rs"), &read("engine/examples/points.rs"));
    for file in ["main.rs", "outside.rs", "storm.rs"] {
        let test = read(&format!("tests/tests/your_saga/{file}"))
            .replace("../../../engine/examples/points.rs", "../../src/main.rs")
            .replace("../../../docs/YOUR_SAGA.md", "../../x");
        write(&at(&format!("tests/your_saga/{file}")), &test);
    }
    write(&at("tests/macros.rs"), OTHER_MACROS);
    write(&at("x"), "");

    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let mut check = Command::new(cargo);
    check.args(["check", "--all-targets", "--offline", "--quiet", "--target-dir"]).arg(target);
    let said = check.current_dir(package.path()).output().unwrap();

    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
}

#[test]
fn every_exported_macro_is_among_those_that_are_compiled_outside() {
    let compiled = [
        read("engine/examples/points.rs"),
        read("tests/tests/your_saga/main.rs"),
        OTHER_MACROS.to_owned(),
    ];
    for folder in [
        "kernel/src",
        "domain/src",
        "sagas",
        "engine/src",
        "application/src",
        "cli/src",
        "tests/src",
    ] {
        for file in sources(&root().join(folder)) {
            let text = fs::read_to_string(&file).unwrap();
            for (at, _) in text.match_indices("#[macro_export]\n") {
                let after = text[at..].split("macro_rules! ").nth(1).unwrap();
                let name =
                    after.split(|it: char| !it.is_alphanumeric() && it != '_').next().unwrap();
                let used = compiled.iter().any(|it| it.contains(&format!("{name}!")));
                assert!(used, "{name}! of {} is not compiled outside", file.display());
            }
        }
    }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(path);
        }
    }
    found
}
