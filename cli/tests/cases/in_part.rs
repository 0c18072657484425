//! What is in flight of an order that is confirmed in part, with more to come, as a person reads it.

#![allow(clippy::unwrap_used, reason = "what a test cannot make or find fails it")]

use crate::common::{fundflow, make_in_part};
use std::path::Path;

fn line(store: &Path, words: &[&str]) -> String {
    let said = fundflow(store, words);
    let text = String::from_utf8(said.stdout).unwrap();
    let line = text.lines().find(|line| line.starts_with("in flight"));
    let line = line.unwrap_or_else(|| panic!("{text}{}", String::from_utf8_lossy(&said.stderr)));
    line.split_once("in flight").unwrap().1.trim().to_owned()
}

#[tokio::test]
async fn it_is_what_is_not_in_shares_yet_and_so_is_what_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    make_in_part(folder.path()).await;
    let left = "6000.00 yuan (money_fund), 10000.00 shares of 050003 (conversion)";
    assert_eq!(line(folder.path(), &["saga", "show", "TX-1"]), left);

    let why = ["--operator", "li", "--reason", "the registrar was asked"];
    let ends = ["--disposition", "money_fund=refund", "--disposition", "conversion=refund"];
    let abandon = [&["saga", "abandon", "TX-1"], &why[..], &ends[..]].concat();
    assert_eq!(line(folder.path(), &abandon), left);
}
