//! The morning's figures as a page: everything in it, nothing loaded from elsewhere, no script, and fit to be printed.

use super::{
    morning::{Morning, ages},
    run::coverage_cells,
};
use crate::safe::shown;
use std::fmt::Write as _;

const STYLE: &str = "\
@page { size: A4 landscape; margin: 12mm; }
body { font: 13px/1.45 system-ui, sans-serif; color: #1b1f24; margin: 24px auto; max-width: 1160px; padding: 0 16px; }
h1 { font-size: 21px; margin: 0 0 2px; }
h2 { font-size: 15px; margin: 26px 0 6px; break-after: avoid; }
p { margin: 2px 0 8px; color: #57606a; }
.figures { display: flex; flex-wrap: wrap; gap: 10px; margin: 14px 0; }
.figure { border: 1px solid #d0d7de; border-radius: 6px; padding: 8px 14px; min-width: 120px; }
.figure b { display: block; font-size: 19px; font-variant-numeric: tabular-nums; }
.good b { color: #1a7f37; }
.bad b { color: #b42318; }
table { border-collapse: collapse; width: 100%; font-size: 12px; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th { text-align: left; border-bottom: 2px solid #1b1f24; padding: 4px 8px 4px 0; white-space: nowrap; }
td { border-bottom: 1px solid #e4e8ec; padding: 4px 8px 4px 0; vertical-align: top; overflow-wrap: break-word; }
th.n, td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
@media print { body { margin: 0; max-width: none; padding: 0; } }
";

/// Text as a page may have it, whoever wrote it.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in shown(text).chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// The whole page.
pub(super) fn page(morning: &Morning) -> String {
    let date = morning.date;
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>Reconciliation of {date}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n"
    );
    let files = if morning.files.is_empty() { "none".to_owned() } else { morning.files.join(", ") };
    let _ = write!(page, "<h1>Reconciliation of {date}</h1>\n<p>Files: {}</p>\n", escaped(&files));
    figures(&mut page, morning);
    coverage(&mut page, morning);
    breaks(&mut page, morning);
    cases(&mut page, morning);
    money(&mut page, morning);
    page.push_str("</body>\n</html>\n");
    page
}

fn figures(page: &mut String, morning: &Morning) {
    let whole = morning.coverage.whole();
    let overdue: u64 = morning.kinds.iter().map(|kind| kind.overdue).sum();
    let under_way = morning.in_flight.iter().map(|it| it.amount.abs());
    let under_way =
        under_way.fold(rust_decimal::Decimal::ZERO, rust_decimal::Decimal::saturating_add);
    let orders: u64 = morning.orders.values().sum();
    let good = |is_good: bool| if is_good { "good" } else { "bad" };
    let complete = if morning.complete { "complete" } else { "not complete" };
    let open = morning.open.len();
    let all = [
        (good(morning.complete), "Coverage", complete.to_owned()),
        (good(whole.records.is_whole()), "Records joined", whole.records.percent()),
        (good(whole.events.is_whole()), "Events joined", whole.events.percent()),
        ("", "Orders of T", orders.to_string()),
        (good(morning.breaks.is_empty()), "Breaks of the day", morning.breaks.len().to_string()),
        (good(open == 0), "Open cases", open.to_string()),
        (good(overdue == 0), "Overdue", overdue.to_string()),
        ("", "Money under way, yuan", under_way.to_string()),
    ];
    page.push_str("<div class=\"figures\">\n");
    for (class, name, figure) in all {
        let _ =
            writeln!(page, "<div class=\"figure {class}\"><b>{}</b>{name}</div>", escaped(&figure));
    }
    page.push_str("</div>\n");
    let of = |(stage, count): (&&str, &u64)| vec![(*stage).to_owned(), count.to_string()];
    section(
        page,
        "Orders of T, by where they stand",
        &["Stage", "Orders "],
        morning.orders.iter().map(of),
    );
}

const COVERAGE: &[&str] = &[
    "Source", "Records ", "joined ", "by case ", "loose ", "Events ", "joined ", "by case ",
    "loose ", "Awaited ", "",
];

fn coverage(page: &mut String, morning: &Morning) {
    let rows = morning.coverage.sources.iter();
    let rows =
        rows.map(|(source, both)| coverage_cells(&format!("{source} ({})", source.file()), *both));
    section(page, "Coverage", COVERAGE, rows);
}

fn breaks(page: &mut String, morning: &Morning) {
    let dash = |it: Option<String>| it.unwrap_or_else(|| "-".to_owned());
    let rows = morning.breaks.iter().map(|row| {
        vec![
            row.kind.clone(),
            row.source.to_string(),
            row.side.to_string(),
            row.severity.to_string(),
            dash(row.transaction.as_ref().map(ToString::to_string)),
            dash(row.order.as_ref().map(ToString::to_string)),
            row.money.to_string(),
            row.shares.to_string(),
            row.what.clone(),
            row.case.to_string(),
        ]
    });
    let header = [
        "Kind",
        "Source",
        "Side",
        "Severity",
        "Transaction",
        "Order",
        "Yuan ",
        "Shares ",
        "What",
        "Case",
    ];
    section(page, "Breaks of the day", &header, rows);
}

fn cases(page: &mut String, morning: &Morning) {
    let rows = morning.kinds.iter().map(|it| {
        let (money, shares) = (it.money.to_string(), it.shares.to_string());
        vec![
            it.source.clone(),
            it.kind.clone(),
            ages(&it.ages),
            it.overdue.to_string(),
            money,
            shares,
        ]
    });
    let header = ["Source", "Kind", "Age", "Overdue ", "Yuan ", "Shares "];
    section(page, "Open cases of all days, by kind and age", &header, rows);
    let dash = |it: Option<&String>| it.cloned().unwrap_or_else(|| "-".to_owned());
    let rows = morning.open.iter().filter(|aged| aged.overdue).map(|aged| {
        let act = aged.row.proposal.as_ref().map(|it| it.act.to_string());
        let order = aged.row.order.as_ref().map(ToString::to_string);
        vec![
            aged.row.case.clone(),
            aged.short_kind.clone(),
            dash(order.as_ref()),
            dash(aged.row.owner.as_ref()),
            aged.age_days.to_string(),
            dash(act.as_ref()),
        ]
    });
    let header = ["Case", "Kind", "Order", "Owner", "Days ", "Proposed"];
    section(page, "Overdue cases", &header, rows);
}

fn money(page: &mut String, morning: &Morning) {
    let rows = morning.in_flight.iter().map(|it| {
        vec![it.leg.clone(), it.since.clone(), it.days.to_string(), it.amount.to_string()]
    });
    section(page, "Money under way", &["Leg", "Since", "Days ", "Yuan "], rows);
    let rows = morning.trial_balance.iter().map(|it| {
        vec![it.class.clone(), it.commodity.clone(), it.debit.to_string(), it.credit.to_string()]
    });
    section(page, "Trial balance", &["Accounts", "Of", "Debit ", "Credit "], rows);
}

/// A heading and a table; headers that end in a space are of numbers.
fn section(
    page: &mut String,
    title: &str,
    header: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
) {
    let _ = writeln!(page, "<h2>{}</h2>", escaped(title));
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        page.push_str("<p>None.</p>\n");
        return;
    }
    let class = |at: usize| {
        if header.get(at).is_some_and(|name| name.ends_with(' ')) { " class=\"n\"" } else { "" }
    };
    page.push_str("<table>\n<thead><tr>");
    for (at, name) in header.iter().enumerate() {
        let _ = write!(page, "<th{}>{}</th>", class(at), escaped(name.trim_end()));
    }
    page.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        page.push_str("<tr>");
        for (at, cell) in row.iter().enumerate() {
            let _ = write!(page, "<td{}>{}</td>", class(at), escaped(cell));
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</tbody>\n</table>\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_record_says_is_text_on_the_page() {
        let text = "<script>alert('1')</script> & \"x\"\u{202e}\u{7}";
        let safe = escaped(text);
        assert!(
            safe.starts_with("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;x&quot;")
        );
        assert!(!safe.contains(['\u{202e}', '\u{7}', '<', '>']));
    }
}
