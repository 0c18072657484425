//! What the model of the disk promises, one sentence each.

use crate::machine::{Ended, Fate, Life, Machine, argument, directory, say};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Seek as _, SeekFrom, Write as _},
    os::unix::fs::{FileExt as _, OpenOptionsExt as _},
    path::Path,
};

/// One step of a script, from its words.
fn step(words: &[&str]) -> io::Result<()> {
    let at = |name: &str| directory().join(name);
    let open = |name: &str| OpenOptions::new().write(true).open(at(name));
    match *words {
        ["write", name, text] => File::create(at(name))?.write_all(text.as_bytes()),
        ["append", name, text] => {
            OpenOptions::new().append(true).open(at(name))?.write_all(text.as_bytes())
        }
        ["at", place, name, text] => {
            open(name)?.write_all_at(text.as_bytes(), place.parse().expect("a place"))
        }
        ["seek", place, name, text] => {
            let (mut file, place) = (open(name)?, place.parse().expect("a place"));
            file.seek(SeekFrom::Start(place))?;
            file.write_vectored(&[io::IoSlice::new(text.as_bytes())]).map(drop)
        }
        ["cut", name, size] => open(name)?.set_len(size.parse().expect("a size")),
        ["sync", name] => File::open(at(name))?.sync_all(),
        ["datasync", name] => open(name)?.sync_data(),
        ["through", name, text] => {
            let mut options = OpenOptions::new();
            let options = options.write(true).create(true).custom_flags(libc_o_dsync());
            options.open(at(name))?.write_all(text.as_bytes())
        }
        ["rename", from, to] => fs::rename(at(from), at(to)),
        ["remove", name] => fs::remove_file(at(name)),
        ["copy", from, to] => fs::copy(at(from), at(to)).map(drop),
        ["link", from, to] => fs::hard_link(at(from), at(to)),
        ["mkdir", name] => fs::create_dir(at(name)),
        _ => panic!("no such step: {words:?}"),
    }
}

/// `O_DSYNC` of Linux, on every processor that Rust's standard library knows it for but MIPS and SPARC.
const fn libc_o_dsync() -> i32 {
    0x1000
}

/// Does the steps, and says of each what came of it.
pub(crate) fn child() {
    for line in argument().split("; ") {
        let words: Vec<&str> = line.split(' ').collect();
        match step(&words) {
            Ok(()) => say(&format!("{line}: done")),
            Err(error) => say(&format!("{line}: error {}", error.raw_os_error().unwrap_or(0))),
        }
    }
}

const EIO: &str = "error 5";
const EROFS: &str = "error 30";

fn scripted(machine: &Machine, script: &str, life: impl Into<Life>) -> Ended {
    machine.run("script", script, life)
}

/// What each of the scripts leaves on the disk of one machine.
fn after(scripts: &[(&str, Fate)]) -> Option<Vec<(String, String)>> {
    let machine = Machine::new()?;
    for (script, fate) in scripts {
        scripted(&machine, script, *fate);
    }
    Some(found(&machine.on_disk()))
}

fn found(place: &Path) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut open = vec![place.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(place).expect("below it").display().to_string();
                let content = fs::read(&path).expect("a file");
                all.push((name, String::from_utf8_lossy(&content).replace('\0', "-")));
            }
        }
    }
    all.sort();
    all
}

/// Names and contents after a script during which nothing fails.
#[track_caller]
fn leaves(script: &str, expected: &[(&str, &str)]) {
    leaves_all(&[(script, Fate::Nothing)], expected);
}

#[track_caller]
fn leaves_all(scripts: &[(&str, Fate)], expected: &[(&str, &str)]) {
    let Some(found) = after(scripts) else { return };
    let expected: Vec<_> =
        expected.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    assert_eq!(found, expected, "{scripts:?}");
}

#[test]
fn what_is_written_and_not_synced_is_not_on_the_disk() {
    leaves("write a one", &[]);
    leaves("write a one; sync .", &[("a", "")]);
    leaves("write a one; sync a; sync .; append a two", &[("a", "one")]);
    leaves("write a one; sync a; sync .; write a 2", &[("a", "one")]);
}

#[test]
fn what_is_synced_is_on_the_disk_however_it_was_written() {
    leaves("write a one; sync a; sync .", &[("a", "one")]);
    leaves("write a one; sync .; datasync a", &[("a", "one")]);
    leaves("write a one; sync .; append a two; sync a", &[("a", "onetwo")]);
    leaves("write a onetwo; sync .; at 3 a TWO; seek 1 a N; sync a", &[("a", "oNeTWO")]);
    leaves("write a one; sync .; at 6 a two; sync a", &[("a", "one---two")]);
    leaves("write a one; copy a b; sync b; sync .", &[("a", ""), ("b", "one")]);
    leaves("through a one; sync .", &[("a", "one")]);
}

#[test]
fn what_was_cut_off_comes_back_as_nothing() {
    leaves("write a onetwo; sync .; sync a; cut a 3", &[("a", "onetwo")]);
    leaves("write a onetwo; sync .; sync a; cut a 3; sync a", &[("a", "one")]);
    leaves("write a onetwo; sync .; sync a; cut a 3; cut a 6; sync a", &[("a", "one---")]);
    leaves("write a onetwo; sync .; sync a; write a x; cut a 3; sync a", &[("a", "x--")]);
}

#[test]
fn a_name_is_on_the_disk_when_its_directory_is_synced() {
    leaves("write a one; sync a", &[]);
    leaves("write a one; sync a; sync .; rename a b", &[("a", "one")]);
    leaves("write a one; sync a; sync .; rename a b; append b two; sync b", &[("a", "onetwo")]);
    leaves("write a one; sync a; sync .; rename a b; sync .", &[("b", "one")]);
    leaves("write a one; sync a; sync .; remove a", &[("a", "one")]);
    leaves("write a one; sync a; sync .; remove a; sync .", &[]);
    leaves("write a one; sync a; sync .; remove a; write a two; sync a", &[("a", "one")]);
    leaves("write a one; sync a; link a b; sync .", &[("a", "one"), ("b", "one")]);
}

#[test]
fn a_directory_is_on_the_disk_when_the_one_above_is_synced() {
    leaves("mkdir d; write d/a one; sync d/a; sync d", &[]);
    leaves("mkdir d; write d/a one; sync d/a; sync .", &[]);
    leaves("mkdir d; write d/a one; sync d/a; sync d; sync .", &[("d/a", "one")]);
    leaves("mkdir d; sync .; write d/a one; sync d/a; sync d; rename d e", &[("d/a", "one")]);
    leaves("mkdir d; write d/a one; sync d/a; sync d; rename d e; sync .", &[("e/a", "one")]);
}

#[test]
fn after_a_failed_sync_the_page_cache_lies() {
    let script = "write a one; sync .; sync a; sync a";
    leaves_all(&[(script, Fate::Fail(2))], &[("a", "---")]);
    leaves_all(&[(script, Fate::Fail(2)), ("sync a", Fate::Nothing)], &[("a", "---")]);
    leaves_all(&[(script, Fate::Fail(2)), ("at 0 a two; sync a", Fate::Nothing)], &[("a", "two")]);
    // A page is dirty as a whole.
    leaves_all(&[(script, Fate::Fail(2)), ("append a !; sync a", Fate::Nothing)], &[("a", "one!")]);
    let Some(machine) = Machine::new() else { return };
    let ended = scripted(&machine, script, Fate::Fail(2));
    let said: Vec<_> = ended.lines.iter().filter(|line| line.starts_with("sync")).collect();
    assert_eq!(said, ["sync .: done", &format!("sync a: {EIO}"), "sync a: done"]);
    assert_eq!(machine.journal(), ["1 synced directory ", "2 failed file a", "3 synced file a"]);
    assert_eq!(found(&machine.directory()), [("a".to_owned(), "one".to_owned())]);
}

#[test]
fn what_a_dead_process_left_dirty_is_synced_by_the_next() {
    let first = ("write a one; sync .", Fate::Nothing);
    leaves_all(&[first], &[("a", "")]);
    leaves_all(&[first, ("sync a", Fate::Nothing)], &[("a", "one")]);
}

#[test]
fn after_the_failed_sync_of_a_directory_nothing_is_taken() {
    let Some(machine) = Machine::new() else { return };
    let script = "write a one; sync a; sync .; append a two; sync a; sync .; write b x; cut a 0";
    let ended = scripted(&machine, script, Fate::Fail(2));
    let expected = [
        "write a one: done".to_owned(),
        "sync a: done".to_owned(),
        format!("sync .: {EIO}"),
        format!("append a two: {EROFS}"),
        format!("sync a: {EIO}"),
        format!("sync .: {EIO}"),
        format!("write b x: {EROFS}"),
        format!("cut a 0: {EROFS}"),
    ];
    let said: Vec<_> = ended.lines.iter().filter(|line| line.contains(": ")).collect();
    assert_eq!(said, expected.each_ref());
    assert_eq!(found(&machine.on_disk()), []);
}

#[test]
fn a_cut_ends_the_process_before_or_after_the_sync() {
    let script = "write a one; sync .; sync a; append a two; sync a; write b x";
    for (fate, said, left) in [
        (Fate::CutBefore(2), "sync .: done", ""),
        (Fate::CutAfter(2), "sync .: done", "one"),
        (Fate::CutBefore(3), "append a two: done", "one"),
        (Fate::CutAfter(3), "append a two: done", "onetwo"),
    ] {
        let Some(machine) = Machine::new() else { return };
        let ended = scripted(&machine, script, fate);
        assert!(ended.cut, "{fate:?}");
        assert_eq!(ended.lines.last().map(String::as_str), Some(said), "{fate:?}");
        assert_eq!(found(&machine.on_disk()), [("a".to_owned(), left.to_owned())], "{fate:?}");
        machine.start_again();
        assert_eq!(found(&machine.directory()), [("a".to_owned(), left.to_owned())], "{fate:?}");
        scripted(&machine, "append a !; sync a", Fate::Nothing);
        assert_eq!(found(&machine.on_disk()), [("a".to_owned(), format!("{left}!"))]);
    }
}

#[test]
fn of_the_unsynced_any_sector_any_size_and_any_name_may_be_on_the_disk() {
    let (zeros, ones) = ("0".repeat(1024), "1".repeat(1024));
    let first = format!("write a {zeros}; sync a; sync .");
    let second = format!("at 0 a {ones}; append a {ones}; write b x; sync b");
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..48 {
        let Some(machine) = Machine::new() else { return };
        scripted(&machine, &first, Fate::Nothing);
        let life = Life { fate: Fate::CutBefore(1), torn: Some(seed) };
        scripted(&machine, &second, life);
        let left = found(&machine.on_disk());
        let sectors = left[0].1.as_bytes().chunks(512).map(|sector| {
            assert!(sector.iter().all(|byte| *byte == sector[0]), "seed {seed}: {left:?}");
            char::from(sector[0])
        });
        seen.insert((sectors.collect::<String>(), left.len()));
    }
    let has = |content: &str, names| seen.contains(&(content.to_owned(), names));
    assert!(has("00", 1) && has("11", 2) && has("1111", 1), "{seen:?}");
    assert!(seen.iter().any(|(content, _)| matches!(&**content, "01" | "10")), "{seen:?}");
    assert!(seen.iter().any(|(content, _)| content.contains('-')), "{seen:?}");
    let again = |seed| {
        let machine = Machine::new()?;
        scripted(&machine, &first, Fate::Nothing);
        scripted(&machine, &second, Life { fate: Fate::CutBefore(1), torn: Some(seed) });
        Some(found(&machine.on_disk()))
    };
    assert_eq!(again(5), again(5), "a seed decides");
}
