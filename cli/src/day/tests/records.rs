//! Date and time of the records of file 03 (domain.md 5.8): the date is the order's T, the time is the
//! order's own, of whatever date. One of an evening, or of a closed day, says so by a time after the
//! cut-off, or by one of a day before T.

use super::{
    kinds::{BEFORE, folder},
    *,
};
use fundflow_infrastructure::exchange::{
    check::read_all_or_refuse, flow::trade_application::TradeApplication,
};

const ROWS: &str = "\
redeem,2026-02-12T18:30:01+08:00,redemption,I-1,,,011162,,100.00,,,,,
convert,2026-02-12T18:30:02+08:00,conversion,I-2,,050027,011162,,100.00,,,,,
withdraw,2026-02-12T18:30:03+08:00,withdraw,I-3,,,000730,,100.00,,,,,
fast,2026-02-12T18:30:04+08:00,fast_withdraw,I-4,,,000730,,100.00,,,,,
held,2026-02-12T18:30:05+08:00,discount_purchase,I-5,000730,011162,,100.00,,held,,,,
linked,2026-02-12T18:30:06+08:00,discount_purchase,I-6,000730,011162,,100.00,,linked_same_day,,,,
purchase,2026-02-12T18:30:07+08:00,purchase,I-6,,,011162,100.00,,,,,,
recharge,2026-02-12T18:30:08+08:00,recharge,I-6,,,000730,100.00,,,,,,
subscribe,2026-02-12T18:30:09+08:00,subscription,I-6,,,918145,100.00,,,,,,
plan,2026-02-12T18:30:10+08:00,plan,I-6,,,011162,100.00,,,daily,2026-02-13,1,
back,2026-02-12T18:30:11+08:00,purchase,I-6,,,011162,200.00,,,,,,
undo,2026-02-12T18:31:00+08:00,cancel,,,,,,,,,,,back
noon,2026-02-13T12:00:00+08:00,purchase,I-5,,,011162,100.00,,,,,,
late,2026-02-13T15:00:00+08:00,redemption,I-1,,,011162,,100.00,,,,,
holiday,2026-02-14T10:00:00+08:00,redemption,I-2,,,011162,,100.00,,,,,
";

fn records(base: &Path) -> Vec<String> {
    let mut days: Vec<_> =
        std::fs::read_dir(base.join("exchange")).unwrap().map(|it| it.unwrap().path()).collect();
    days.sort();
    let mut all = Vec::new();
    for day in days.iter().filter(|day| day.file_name().unwrap().to_str().unwrap() > "2026-02-11") {
        // A day of which nothing went out may have answers to earlier ones.
        let Ok(out) = std::fs::read_dir(day.join("out")) else { continue };
        let file = out.map(|it| it.unwrap().path());
        let Some(file) = file.into_iter().find(|it| it.to_str().unwrap().ends_with("_03.TXT"))
        else {
            continue;
        };
        for record in read_all_or_refuse(&file).unwrap().1 {
            let it = TradeApplication::from_record(record.as_ref()).unwrap();
            let (date, time) = (it.transaction_date.unwrap(), it.transaction_time.unwrap());
            let of = if it.application_amount.is_zero() {
                it.application_vol
            } else {
                it.application_amount
            };
            all.push(format!("{} {} {of} {date} {time}", it.business_code, it.fund_code));
        }
    }
    all
}

#[tokio::test]
async fn a_record_of_any_kind_has_the_t_of_its_order_and_the_time_at_which_it_became_ours() {
    let store = Arc::new(MemoryStore::new());
    let calendar = Arc::new(TradingCalendar::xshg().unwrap());
    let before = Laid::of(folder("2026-02-02", &calendar, BEFORE).path());
    before.play(&store).await;
    let day = Laid { base: before.base, ..Laid::of(folder("2026-02-13", &calendar, ROWS).path()) };
    let report = day.play(&store).await;

    assert_eq!(report.findings, 0);
    // The code, the fund, yuan or shares, T, and the time: `back` was taken back, and is in no file.
    assert_eq!(
        records(day.base.path()),
        [
            "022 000730 100.00 2026-02-13 18:30:06",
            "022 011162 100.00 2026-02-13 12:00:00",
            "039 011162 100.00 2026-02-13 14:30:00",
            "022 011162 100.00 2026-02-13 18:30:07",
            "022 000730 100.00 2026-02-13 18:30:08",
            "020 918145 100.00 2026-02-13 18:30:09",
            "036 011162 100.00 2026-02-13 18:30:02",
            "098 000730 100.00 2026-02-13 18:30:04",
            "036 000730 100.00 2026-02-13 18:30:05",
            "036 000730 100.00 2026-02-13 18:30:06",
            "024 011162 100.00 2026-02-13 18:30:01",
            "024 000730 100.00 2026-02-13 18:30:03",
            "024 000730 100.00 2026-02-24 08:30:00",
            "024 011162 100.00 2026-02-24 10:00:00",
            "024 011162 100.00 2026-02-24 15:00:00",
        ],
        "{:?}",
        endings(&report)
    );
}
