use super::*;
use crate::exchange::{
    header::Header,
    version::{FileType, Version},
    writer::Writer,
};
use chrono::NaiveDate;
use fundflow_sagas::ports::file_exchange::Taken;
use std::{
    io::Write as _,
    process::{Command, Stdio},
};

/// Where the child puts its sets; the child's sign that it is one.
const PLACE: &str = "FUNDFLOW_PUT_PLACE";

fn date(nth: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Days::new(nth.into())
}

/// A set of so many records; the path of its index.
fn set(directory: &Path, nth: u32, records: u64) -> PathBuf {
    fs::create_dir_all(directory).unwrap();
    let mut files = Vec::new();
    for file_type in [FileType::TradeConfirmation, FileType::ShareBalance] {
        let mut header = Header::standard(file_type, Version::V21, ("05", "305"), date(nth));
        header.records = records;
        let mut writer = Writer::new(Vec::new(), header).unwrap();
        let blank = writer.blank();
        for _ in 0..records {
            writer.write(blank.as_ref()).unwrap();
        }
        let name = format!("OFD_05_305_{}_{file_type}.TXT", date(nth).format("%Y%m%d"));
        fs::write(directory.join(&name), writer.finish().unwrap().0).unwrap();
        files.push(name);
    }
    let (creator, receiver) = ("05".to_owned(), "305".to_owned());
    let index = IndexFile { version: Version::V21, creator, receiver, date: date(nth), files };
    index.publish(directory).unwrap()
}

/// What one puts the other gets: both ways are one directory.
struct Both {
    root: tempfile::TempDir,
    exchange: DirectoryExchange,
}

impl Both {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let exchange = between(root.path());
        Self { root, exchange }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.root.path().join("files").join(name)
    }

    fn arrived(&self) -> Vec<Taken> {
        self.exchange.arrived_now().unwrap().into_iter().map(|it| it.taken).collect()
    }

    fn refused(&self, index: &str) -> String {
        self.exchange.get_now(index).unwrap_err().to_string()
    }
}

fn between(root: &Path) -> DirectoryExchange {
    let files = root.join("files");
    fs::create_dir_all(&files).unwrap();
    DirectoryExchange::of(files.clone(), files, root.join("taken"))
}

const INDEX: &str = "OFI_05_305_20260101.TXT";
const DATA: &str = "OFD_05_305_20260101_04.TXT";

#[tokio::test]
async fn a_set_that_was_put_arrives_whole_and_is_taken_once() {
    let both = Both::new();
    let index = set(&both.root.path().join("making"), 0, 3);
    let put = both.exchange.put(index.clone()).await.unwrap();
    assert_eq!(both.arrived(), [Taken::Never]);

    let got = both.exchange.get(INDEX.into()).await.unwrap();
    assert_eq!(got.files, put);
    assert_eq!(fs::read(both.at(DATA)).unwrap(), fs::read(index.with_file_name(DATA)).unwrap());
    both.exchange.taken(got.clone()).await.unwrap();
    assert_eq!(both.arrived(), [Taken::AsItIs]);
    // Neither is anything the second time.
    assert_eq!(both.exchange.put(index).await.unwrap(), put);
    both.exchange.taken(got).await.unwrap();
    assert_eq!(both.arrived(), [Taken::AsItIs]);
}

#[tokio::test]
async fn the_same_name_with_other_bytes_is_said_on_either_way() {
    let both = Both::new();
    let making = both.root.path().join("making");
    both.exchange.put(set(&making, 0, 3)).await.unwrap();
    let got = both.exchange.get(INDEX.into()).await.unwrap();
    both.exchange.taken(got.clone()).await.unwrap();

    let other = both.exchange.put(set(&making, 0, 4)).await.unwrap_err();
    assert!(matches!(&other, NotExchanged::Otherwise { name } if name == DATA), "{other}");
    assert_eq!(both.exchange.get(INDEX.into()).await.unwrap(), got, "nothing of it was put");

    // The counterparty puts another one in its place, with its sums.
    fs::copy(making.join(DATA), both.at(DATA)).unwrap();
    fs::remove_file(both.at(INDEX).with_extension("sha256")).unwrap();
    assert_eq!(both.arrived(), [Taken::Otherwise(vec![DATA.into()])]);
    assert!(both.refused(INDEX).starts_with(&format!("{DATA} has other bytes than before")));
    // Until somebody has it taken as if for the first time.
    both.exchange.forget().unwrap();
    assert_eq!(both.arrived(), [Taken::Never]);
    assert!(both.exchange.get(INDEX.into()).await.is_ok());
}

#[tokio::test]
async fn nothing_arrives_before_its_index_and_all_that_it_names() {
    let both = Both::new();
    let making = both.root.path().join("making");
    let index = set(&making, 0, 1);
    for name in [DATA, INDEX] {
        fs::copy(making.join(name), both.at(name)).unwrap();
        assert_eq!(both.arrived(), []);
    }
    assert_eq!(
        both.refused(INDEX),
        "OFD_05_305_20260101_05.TXT: it is not there; wait for it, or have it sent again"
    );
    both.exchange.put(index).await.unwrap();
    assert_eq!(both.arrived(), [Taken::Never]);

    let whole = fs::read(both.at(DATA)).unwrap();
    fs::write(both.at(DATA), &whole[..whole.len() - 1]).unwrap();
    let refused = both.refused(INDEX);
    assert!(refused.contains("its bytes are not those of the sums beside it"), "{refused}");
    fs::write(both.at(DATA), whole).unwrap();
    fs::write(both.at(INDEX).with_extension("sha256"), "no sum\n").unwrap();
    let refused = both.refused(INDEX);
    assert!(refused.contains("is no digest with the name of a file"), "{refused}");
    // Half an index has not arrived, and whoever asks for it hears why.
    let whole = fs::read(both.at(INDEX)).unwrap();
    fs::write(both.at(INDEX), &whole[..whole.len() / 2]).unwrap();
    assert_eq!(both.arrived(), []);
    assert!(both.refused(INDEX).contains("; wait for it"));
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_a_pipe_and_what_is_too_large_are_not_taken() {
    let both = Both::new();
    let index = set(&both.root.path().join("making"), 0, 1);
    both.exchange.put(index).await.unwrap();
    let aside = both.root.path().join("aside");
    fs::rename(both.at(DATA), &aside).unwrap();

    std::os::unix::fs::symlink(&aside, both.at(DATA)).unwrap();
    assert!(both.refused(INDEX).contains("is a symbolic link"), "{}", both.refused(INDEX));
    fs::remove_file(both.at(DATA)).unwrap();
    assert!(Command::new("mkfifo").arg(both.at(DATA)).status().unwrap().success());
    assert!(both.refused(INDEX).contains("is a pipe (FIFO)"), "{}", both.refused(INDEX));
    fs::remove_file(both.at(DATA)).unwrap();
    fs::rename(&aside, both.at(DATA)).unwrap();

    assert!(both.exchange.get_now(INDEX).is_ok());
    let small = both.exchange.clone().at_most(1_000);
    let refused = small.get_now(INDEX).unwrap_err().to_string();
    assert!(refused.contains("is larger than 1000 bytes"), "{refused}");
    for name in ["../OFI_05_305_20260101.TXT", "taken", DATA] {
        assert!(both.refused(name).contains("is not named as an index"), "{name}");
    }
}

/// Not a test of its own: the program that is killed. Does nothing unless a parent started it.
#[test]
fn child() {
    let Some(place) = std::env::var_os(PLACE).map(PathBuf::from) else { return };
    let exchange = between(&place);
    for nth in 0..300 {
        let making = place.join("making");
        let index = set(&making, nth, 40);
        exchange.put_now(&index).unwrap();
        fs::remove_dir_all(&making).unwrap();
        // The parent hears of it only when it is durable.
        println!("put {nth}");
        std::io::stdout().flush().unwrap();
    }
}

#[test]
fn a_process_that_is_killed_while_it_puts_files_leaves_whole_sets_or_none() {
    use std::io::{BufRead as _, BufReader};
    if std::env::var_os(PLACE).is_some() {
        return;
    }
    let root = tempfile::tempdir().unwrap();
    for kill_after in [0_usize, 1, 3, 7] {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "file_exchange::tests::child", "--nocapture"])
            .env(PLACE, root.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut put = lines.filter(|line| line.contains("put "));
        for _ in 0..kill_after {
            put.next().unwrap();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let heard = kill_after + put.count();

        let exchange = between(root.path());
        let arrived = exchange.arrived_now().unwrap();
        assert!(arrived.len() >= heard, "{} of {heard}", arrived.len());
        for it in &arrived {
            let got = exchange.get_now(&it.index).unwrap();
            assert_eq!(got.files.len(), 3, "{}", it.index);
            IndexFile::open_complete(&got.index).unwrap();
        }
    }
}
