//! Folders of every kind of order, of investors who hold something already.

use super::*;
use chrono::NaiveDate;
use std::{fmt::Write as _, fs};

const CATALOGUE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../catalogue");
const HEADING: &str = "transaction,time,kind,investor,wallet_fund,target_fund,fund,amount,shares,mode,\
                       frequency,start,periods,of\n";
/// What they come to hold on 2 February.
pub(super) const BEFORE: &str = "\
A-1,10:00:00,purchase,I-1,,,011162,5000.00,,,,,,
A-2,10:00:00,purchase,I-2,,,011162,5000.00,,,,,,
A-3,10:00:00,recharge,I-3,,,000730,5000.00,,,,,,
A-4,10:00:00,recharge,I-4,,,000730,5000.00,,,,,,
A-5,10:00:00,recharge,I-5,,,000730,5000.00,,,,,,
";
pub(super) fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The shipped funds, with a pair from 011162 into 050027 and a fund 918145 that is being raised.
fn funds(folder: &Path) {
    fs::create_dir(folder.join("funds")).unwrap();
    let shipped = |code: &str| fs::read_to_string(format!("{CATALOGUE}/{code}.toml")).unwrap();
    let wallet = shipped("000730");
    let pair = wallet.split("[[terms.conversions]]").find(|it| it.contains("\"050027\"")).unwrap();
    let left = format!("{}\n[[terms.conversions]]{pair}", shipped("011162"));
    fs::write(folder.join("funds/011162.toml"), left).unwrap();
    let raised = shipped("018145").replace("018145", "918145");
    let raised = raised.replace("status = \"open\"", "status = \"raising\"").replacen(
        "[terms.limits.individual]",
        "[terms.raising]\nfrom = 2026-02-02\nthrough = 2026-02-24\nfounded_on = 2026-02-26\n\n\
         [terms.limits.individual]",
        1,
    );
    let subscription = "subscription = [{ from = \"0\", rate = \"0.01\" }]\npurchase = [";
    let raised = raised.replacen("purchase = [", subscription, 1);
    fs::write(folder.join("funds/918145.toml"), raised).unwrap();
}

pub(super) fn folder(t: &str, calendar: &TradingCalendar, orders: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    funds(folder.path());
    let mut investors = "investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,\
                         same_name_card,customer_type\n"
        .to_owned();
    for nth in 1..=6 {
        let rest = "C5,2027-01-31,verified,2035-06-30,yes,individual";
        writeln!(investors, "I-{nth},A-{nth},{rest}").unwrap();
    }
    let mut navs = "fund,date,nav\n".to_owned();
    for day in date(t).iter_days().take(40).filter(|day| calendar.day(*day).is_ok()) {
        writeln!(navs, "011162,{day},0.7421\n050027,{day},1.0523").unwrap();
    }
    let day = format!("trade_date = {t}\nseed = 1\nfunds = \"added\"\n");
    let orders = format!("{HEADING}{orders}");
    for (name, text) in [
        ("day.toml", day),
        ("investors.csv", investors),
        ("navs.csv", navs),
        ("orders.csv", orders),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}
