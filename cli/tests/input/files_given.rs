//! Files that somebody put where they are: pipes, links, names that are taken; and who may read what is made.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
    process::{Command, Output},
};

const FUND: &str = include_str!("../../../catalogue/011162.toml");

fn said(output: &Output) -> String {
    [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).concat()
}

/// Through a shell, so that the file mode mask is its own; a program that hangs is ended.
fn run(umask: &str, words: &[&str]) -> Output {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("umask {umask}; exec timeout 60 \"$@\"")).arg("sh");
    shell.arg(env!("CARGO_BIN_EXE_fundflow")).args(words).env("USER", "chen").output().unwrap()
}

fn folder(at: &Path) {
    fs::create_dir_all(at.join("funds")).unwrap();
    for (name, text) in [
        ("day.toml", "trade_date = 2026-03-09\nseed = 1\nfunds = \"added\"\n"),
        (
            "investors.csv",
            "investor,account,risk,questionnaire_valid_until,kyc,id_valid_until\n\
             I-1,A-1,C5,2027-01-31,verified,2035-06-30\n",
        ),
        ("navs.csv", "fund,date,nav\n011162,2026-03-09,1.0000\n011162,2026-03-10,1.0000\n"),
        (
            "orders.csv",
            "transaction,time,investor,fund,amount,kind\nR-1,09:00:00,I-1,000730,1000.00,recharge\n",
        ),
        ("scenario.toml", "\n"),
        ("funds/011162.toml", FUND),
    ] {
        fs::write(at.join(name), text).unwrap();
    }
}

fn pipe(at: &Path) {
    assert!(Command::new("mkfifo").arg(at).status().unwrap().success());
}

fn play(umask: &str, folder: &Path, store: &Path) -> Output {
    let [folder, store] = [folder, store].map(|path| path.to_str().unwrap());
    run(umask, &["day", "--no-progress", folder, "--store", store])
}

/// Every file and directory below, from there.
fn below(at: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(at).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(below(&path));
        }
        all.push(path);
    }
    all.sort();
    all
}

#[test]
fn a_pipe_is_refused_at_once_wherever_a_file_is_read() {
    for name in [
        "day.toml",
        "investors.csv",
        "navs.csv",
        "orders.csv",
        "scenario.toml",
        "funds/011162.toml",
    ] {
        let at = tempfile::tempdir().unwrap();
        folder(at.path());
        fs::remove_file(at.path().join(name)).unwrap();
        pipe(&at.path().join(name));
        let output = play("022", at.path(), &at.path().join("store"));
        let said = said(&output);
        assert!(
            output.status.code() == Some(1) && said.contains("is a pipe (FIFO)"),
            "{name}: {said}"
        );
        assert!(said.contains(name), "{said}");
    }
    let at = tempfile::tempdir().unwrap();
    let given = at.path().join("OFD_05_305_20260310_04.json");
    pipe(&given);
    let given = given.to_str().unwrap();
    for words in [
        vec!["file", "show", given],
        vec!["file", "check", given],
        vec!["file", "convert", given, "--to", "v22"],
        vec!["quote", "purchase", "--file", given],
    ] {
        let output = run("022", &words);
        let said = said(&output);
        assert!(!output.status.success() && said.contains("is a pipe (FIFO)"), "{words:?}: {said}");
    }
    for device in ["/dev/zero", at.path().to_str().unwrap()] {
        let output = run("022", &["file", "check", device]);
        assert!(said(&output).contains("only a regular file is taken"), "{}", said(&output));
    }
}

#[test]
fn a_pipe_in_the_place_of_a_file_of_ours_hangs_nobody() {
    let at = tempfile::tempdir().unwrap();
    folder(at.path());
    let first = at.path().join("first");
    assert!(play("022", at.path(), &first).status.success());
    for file in below(&first).iter().filter(|path| path.is_file()) {
        let name = file.strip_prefix(&first).unwrap();
        let store = at.path().join("second");
        copy(&first, &store);
        fs::remove_file(store.join(name)).unwrap();
        pipe(&store.join(name));
        let output = play("022", at.path(), &store);
        assert_ne!(output.status.code(), Some(124), "{} hangs", name.display());
        fs::remove_dir_all(&store).unwrap();
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}

#[test]
fn what_is_made_is_its_owners_alone_whatever_the_umask() {
    for umask in ["000", "022", "077"] {
        let at = tempfile::tempdir().unwrap();
        folder(at.path());
        let [store, copy] = ["deep/store", "copy"].map(|name| at.path().join(name));
        let output = play(umask, at.path(), &store);
        assert!(output.status.success(), "{}", said(&output));
        let words = ["store", "backup", copy.to_str().unwrap(), "--store", store.to_str().unwrap()];
        let output = run(umask, &words);
        assert!(output.status.success(), "{}", said(&output));

        let made = [
            below(&at.path().join("deep")),
            below(&copy),
            vec![copy.clone(), at.path().join("deep")],
        ];
        for path in made.concat() {
            let found = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
            let expected = if path.is_dir() { 0o700 } else { 0o600 };
            assert_eq!(found, expected, "{} with umask {umask}: {found:o}", path.display());
        }
    }
}

#[test]
fn nothing_is_written_through_a_planted_link() {
    let at = tempfile::tempdir().unwrap();
    folder(at.path());
    let first = at.path().join("first");
    assert!(play("022", at.path(), &first).status.success());
    let written =
        below(&first).into_iter().map(|path| path.strip_prefix(&first).unwrap().to_owned());
    let mut names: Vec<PathBuf> = written.collect();
    names.extend(["events.db-wal", "events.db-shm", "events.db.unfinished"].map(PathBuf::from));
    let outside = at.path().join("outside");
    for name in names {
        let (store, theirs) = (at.path().join("second"), outside.join("theirs"));
        fs::create_dir_all(store.join(&name).parent().unwrap()).unwrap();
        fs::create_dir_all(&outside).unwrap();
        let is_directory = first.join(&name).is_dir();
        if is_directory {
            fs::create_dir(&theirs).unwrap();
        } else {
            fs::write(&theirs, "theirs").unwrap();
        }
        symlink(&theirs, store.join(&name)).unwrap();

        let output = play("022", at.path(), &store);

        let said = said(&output);
        if is_directory {
            assert_eq!(below(&theirs), Vec::<PathBuf>::new(), "{}: {said}", name.display());
            // Refused before anything was stored that it would hold up.
            let store = store.to_str().unwrap();
            let stored = run("022", &["event", "ls", "--store", store, "-o", "json"]);
            let events = String::from_utf8_lossy(&stored.stdout).trim().to_owned();
            assert!(["[]", ""].contains(&&*events), "{}: {events}", name.display());
        } else {
            assert_eq!(fs::read(&theirs).unwrap(), b"theirs", "{}: {said}", name.display());
        }
        // An index, a mark or a head that is there is read, and says itself what is wrong with it.
        let name_is = |part: &str| name.to_string_lossy().contains(part);
        let ours = !name_is("events.db")
            && !name_is("OFI_")
            && !name_is(".head")
            && !name.ends_with("read");
        // What others answered a store whose database is gone is taken by no new one, link or not.
        let refused = ["symbolic link", "is gone, but"].iter().any(|why| said.contains(why));
        assert!(!ours || refused, "{}: {said}", name.display());
        // A link to a database names the store that it leads to, and its companions are beside that.
        let leads = name == Path::new("events.db");
        assert!(leads || fs::read_dir(&outside).unwrap().count() == 1, "{}", name.display());
        fs::remove_dir_all(&store).unwrap();
        fs::remove_dir_all(&outside).unwrap();
    }
}

#[test]
fn a_converted_file_replaces_no_link_and_no_device() {
    let at = tempfile::tempdir().unwrap();
    folder(at.path());
    let store = at.path().join("store");
    assert!(play("022", at.path(), &store).status.success());
    let is_03 = |path: &PathBuf| path.to_string_lossy().ends_with("_03.TXT");
    let file = below(&store).into_iter().find(is_03).unwrap();
    let theirs = at.path().join("theirs");
    fs::write(&theirs, "theirs").unwrap();
    symlink(&theirs, at.path().join("link")).unwrap();
    for target in [at.path().join("link"), PathBuf::from("/dev/full")] {
        let target = target.to_str().unwrap();
        let output = run(
            "022",
            &["file", "convert", file.to_str().unwrap(), "--to", "json", "--out", target],
        );
        let said = said(&output);
        assert!(!output.status.success(), "{said}");
        assert!(said.contains("is a symbolic link") || said.contains("is a device"), "{said}");
    }
    assert_eq!(fs::read(&theirs).unwrap(), b"theirs");
}
