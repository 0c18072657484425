//! A machine whose disk is modelled: processes run on it one after the other.

use crate::variables;
use std::{
    env, fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use tempfile::TempDir;

const WORK: &str = "FUNDFLOW_DISK_WORK";
const ARGUMENT: &str = "FUNDFLOW_DISK_ARGUMENT";

/// Of a child: which it is.
pub(crate) fn work() -> Option<String> {
    env::var(WORK).ok()
}

/// Of a child: what its parent hands it.
pub(crate) fn argument() -> String {
    env::var(ARGUMENT).expect("an argument")
}

/// Of a child: where it works.
pub(crate) fn directory() -> PathBuf {
    env::var_os(variables::DIRECTORY).expect("a modelled directory").into()
}

/// To the parent. A line is out when this returns, whatever happens next.
pub(crate) fn say(line: &str) {
    std::io::stderr().lock().write_all(format!("{line}\n").as_bytes()).expect("a parent");
}

/// What happens to the disk in one process.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fate {
    Nothing,
    Fail(u64),
    CutBefore(u64),
    CutAfter(u64),
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Life {
    pub(crate) fate: Fate,
    /// Of the unsynced at a cut; without it nothing reaches the disk.
    pub(crate) torn: Option<u64>,
}

impl From<Fate> for Life {
    fn from(fate: Fate) -> Self {
        Self { fate, torn: None }
    }
}

/// How a process ended, and what it said before.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) cut: bool,
    pub(crate) lines: Vec<String>,
    pub(crate) printed: String,
}

pub(crate) struct Machine {
    base: TempDir,
    library: PathBuf,
}

impl Machine {
    /// With an empty directory; nothing, where no library can be preloaded.
    pub(crate) fn new() -> Option<Self> {
        let works = cfg!(all(
            target_os = "linux",
            target_env = "gnu",
            target_pointer_width = "64",
            not(target_feature = "crt-static")
        ));
        if !works {
            let test = std::thread::current().name().unwrap_or_default().to_owned();
            println!("skipped: {test}: no library can be preloaded into this program");
            return None;
        }
        let built = env::current_exe().expect("this test binary");
        let mut places = built.ancestors().skip(1).take(2);
        let library = places.find_map(|place| {
            let library = place.join("libfundflow_disk.so");
            library.exists().then_some(library)
        });
        let library = library.expect("libfundflow_disk.so beside this test binary");
        let base = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
        fs::create_dir(base.path().join("real")).expect("a directory");
        Some(Self { base, library })
    }

    /// The page cache: what a process finds while the power is on.
    pub(crate) fn directory(&self) -> PathBuf {
        self.base.path().join("real")
    }

    fn disk(&self) -> PathBuf {
        self.base.path().join("disk")
    }

    /// What there would be if the power were cut now.
    pub(crate) fn on_disk(&self) -> PathBuf {
        self.disk().join("tree")
    }

    pub(crate) fn run(&self, work: &str, argument: &str, life: impl Into<Life>) -> Ended {
        let Life { fate, torn } = life.into();
        let _ = fs::remove_file(self.disk().join("journal"));
        let mut command = Command::new(env::current_exe().expect("this test binary"));
        command
            .args(["--exact", "child", "--nocapture", "--test-threads=1"])
            .env("LD_PRELOAD", &self.library)
            .env(variables::DIRECTORY, self.directory())
            .env(variables::DISK, self.disk())
            .envs([(WORK, work), (ARGUMENT, argument)])
            .stdin(Stdio::null());
        match fate {
            Fate::Nothing => &mut command,
            Fate::Fail(nth) => command.env(variables::FAIL, nth.to_string()),
            Fate::CutBefore(nth) => command.env(variables::CUT_BEFORE, nth.to_string()),
            Fate::CutAfter(nth) => command.env(variables::CUT_AFTER, nth.to_string()),
        };
        if let Some(seed) = torn {
            command.env(variables::TORN, seed.to_string());
        }
        let output = command.output().expect("a child");
        let said = String::from_utf8_lossy(&output.stderr);
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let cut = output.status.code() == Some(variables::CUT_CODE);
        assert!(
            cut || output.status.success(),
            "{work} {argument} {fate:?} {torn:?}: {}\n{said}\n{printed}{}",
            output.status,
            self.journal().join("\n")
        );
        Ended { cut, lines: said.lines().map(str::to_owned).collect(), printed }
    }

    /// What became of each sync of the last process.
    pub(crate) fn journal(&self) -> Vec<String> {
        let journal = fs::read_to_string(self.disk().join("journal")).unwrap_or_default();
        journal.lines().map(str::to_owned).collect()
    }

    /// The power comes back: the next process finds what is on the disk, and nothing else.
    pub(crate) fn start_again(&self) {
        self.start_again_beside(|_| false);
    }

    /// As that, but what stands below these names at the top was somebody else's and is as it was.
    pub(crate) fn start_again_beside(&self, others: impl Fn(&str) -> bool) {
        let found = self.base.path().join("found");
        copy(&self.on_disk(), &found, &|name| !others(name));
        copy(&self.directory(), &found, &others);
        fs::remove_dir_all(self.directory()).expect("the page cache, to forget");
        fs::rename(found, self.directory()).expect("what is on the disk");
        fs::remove_dir_all(self.disk()).expect("a disk to make anew");
    }
}

/// What is chosen by name, and all that is below it. Names that lead elsewhere are followed.
fn copy(from: &Path, to: &Path, chosen: &dyn Fn(&str) -> bool) {
    fs::create_dir_all(to).expect("a directory");
    for entry in fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry");
        let (path, copied) = (entry.path(), to.join(entry.file_name()));
        if !chosen(&entry.file_name().to_string_lossy()) {
            continue;
        }
        if path.is_dir() {
            copy(&path, &copied, &|_| true);
        } else {
            fs::copy(&path, &copied).expect("a copy");
        }
    }
}
