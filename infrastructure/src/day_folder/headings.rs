//! The first line of a CSV file: which columns it names, and which are wrong.

use super::Problem;

/// A column that a file of one kind has, and the columns of the other kind.
pub(super) type Unless = Option<(&'static str, &'static Columns)>;

/// The columns that a file has.
pub(super) struct Columns {
    pub(super) needed: &'static [&'static str],
    pub(super) optional: &'static [&'static str],
    /// A column whose presence means that the file has other columns.
    pub(super) unless: Unless,
}

impl Columns {
    fn all(&self) -> impl Iterator<Item = &'static str> {
        self.needed.iter().chain(self.optional).copied()
    }

    fn has(&self, heading: &str) -> bool {
        self.all().any(|column| column == heading)
    }

    /// Every column that there is, also those of a file of the other kind.
    fn listed(&self) -> String {
        let all: Vec<_> = self.all().collect();
        let more = self.unless.map_or_else(String::new, |(column, others)| {
            let more: Vec<_> = others.all().filter(|other| !self.has(other)).collect();
            format!("; with {column} also {}", more.join(","))
        });
        format!("the columns are {}{more}", all.join(","))
    }
}

/// What is wrong with the headings, which stand on that line; nothing if they can be used.
pub(super) fn heading_problems(
    (file, line): (&str, usize),
    headings: &[String],
    columns: &Columns,
) -> Vec<Problem> {
    if headings.iter().all(String::is_empty) {
        let first: Vec<_> = columns.all().collect();
        let problem = format!("is empty; its first line is {}", first.join(","));
        return vec![Problem::of_file(file, problem)];
    }
    let as_one = mistakes((file, line), headings, columns);
    match columns.unless {
        Some((column, others)) if headings.iter().any(|heading| heading == column) => {
            mistakes((file, line), headings, others)
        }
        Some((_, others)) if !as_one.is_empty() => {
            // The column that tells them apart may be the misspelt one.
            let as_other = mistakes((file, line), headings, others);
            if as_other.len() < as_one.len() { as_other } else { as_one }
        }
        Some(_) | None => as_one,
    }
}

fn mistakes((file, line): (&str, usize), headings: &[String], columns: &Columns) -> Vec<Problem> {
    let listed = columns.listed();
    let lacks = |column: &&&str| !headings.iter().any(|heading| heading == **column);
    let mut missing: Vec<&str> = columns.needed.iter().filter(lacks).copied().collect();
    let mut problems = Vec::new();
    for (index, heading) in headings.iter().enumerate() {
        let twice = headings.iter().take(index).any(|before| before == heading);
        if !twice && columns.has(heading) {
            continue;
        }
        let what = if twice {
            "stands twice".to_owned()
        } else if let Some(meant) = meant(heading, headings, columns) {
            missing.retain(|column| *column != meant);
            format!("is unknown; {meant} may be meant")
        } else {
            "is unknown".to_owned()
        };
        let (field, value) = ("column".to_owned(), heading.clone());
        let problem = Problem::of_line(file, line, format!("{what}; {listed}"));
        problems.push(Problem { field, value, ..problem });
    }
    let missing = missing.into_iter().map(|column| {
        Problem::of_line(file, line, format!("column {column} is missing; {listed}"))
    });
    missing.chain(problems).collect()
}

/// The column that is nearest to a heading that is none, of those that the file does not have yet.
fn meant(heading: &str, headings: &[String], columns: &Columns) -> Option<&'static str> {
    let plain = |text: &str| text.to_lowercase().replace([' ', '-'], "_");
    let written = plain(heading);
    let of_others = columns.unless.into_iter().flat_map(|(_, others)| others.all());
    let left = columns.all().chain(of_others);
    let left = left.filter(|column| !headings.iter().any(|heading| heading == column));
    let near = left.filter_map(|column| {
        let slips = slips(&written, column);
        // Two slips in three letters would be another word.
        (slips <= 2 && slips.saturating_mul(2) <= column.len()).then_some((slips, column))
    });
    near.min_by_key(|(slips, _)| *slips).map(|(_, column)| column)
}

/// Letters to add, to leave out, to write otherwise or to swap with the next one, until one word is the
/// other.
fn slips(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=other.len()).collect();
    for (row, letter) in one.iter().enumerate() {
        let mut now = vec![row + 1];
        for (column, wanted) in other.iter().enumerate() {
            let cost =
                |cells: &[usize], at: usize| cells.get(at).copied().unwrap_or(usize::MAX - 1);
            let mut fewest = cost(&above, column) + usize::from(letter != wanted);
            fewest = fewest.min(cost(&above, column + 1) + 1).min(cost(&now, column) + 1);
            let swapped = row > 0
                && column > 0
                && one.get(row - 1) == Some(wanted)
                && other.get(column - 1) == Some(letter);
            if swapped {
                fewest = fewest.min(cost(&before, column - 1) + 1);
            }
            now.push(fewest);
        }
        before = std::mem::replace(&mut above, now);
    }
    above.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{super::orders::COLUMNS, *};

    const KINDS: &str = "transaction,time,kind,investor,wallet_fund,target_fund,fund,amount,shares,\
                         lots,on_huge,account,mode,only_today,warning_confirmed,distributor,of,scope,\
                         frequency,start,through,periods,misses_max,closed_day,missing_day,day,per_10_000,\
                         publication,note";
    const BOTH: &str = "transaction,time,investor,wallet_fund,target_fund,amount,mode,only_today,\
                        warning_confirmed,distributor,note,kind; with kind also fund,shares,lots,on_huge,account,\
                        of,scope,frequency,start,through,periods,misses_max,closed_day,missing_day,\
                        day,per_10_000,publication";

    fn said(headings: &str) -> Vec<String> {
        let headings: Vec<String> = headings.split(',').map(str::to_owned).collect();
        let found = heading_problems(("orders.csv", 1), &headings, &COLUMNS);
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_misspelt_heading_is_reported_alone_with_what_was_meant_and_every_column() {
        let plain = "transaction,time,investor,wallet_fund,target_fund,amount";
        for kind in ["knd", "Kind", "kinds", "kidn", "KIND"] {
            let heading = format!("transaction,time,{kind},investor,fund,amount,shares,of");
            let problem = format!("is unknown; kind may be meant; the columns are {KINDS}");
            assert_eq!(said(&heading), [format!("orders.csv:1: column {kind:?}: {problem}")]);
        }
        let rows = [
            ("amount", "amuont", "amount"),
            ("wallet_fund", "wallet fund", "wallet_fund"),
            ("amount", "amount,knd", "kind"),
            ("amount", "amount,only_todya", "only_today"),
        ];
        for (from, to, meant) in rows {
            let written = to.split(',').next_back().unwrap();
            assert_eq!(
                said(&plain.replace(from, to)),
                [format!(
                    "orders.csv:1: column {written:?}: is unknown; {meant} may be meant; the columns \
                     are {BOTH}"
                )],
                "{to}"
            );
        }
    }

    #[test]
    fn a_heading_that_is_like_none_a_double_one_and_a_missing_one_are_reported_with_every_column() {
        let rows = [
            (
                "transaction,time,kind,fund,colour",
                format!("column \"colour\": is unknown; the columns are {KINDS}"),
            ),
            (
                "transaction,time,kind,fund,fund",
                format!("column \"fund\": stands twice; the columns are {KINDS}"),
            ),
            ("time,kind,fund", format!("column transaction is missing; the columns are {KINDS}")),
            (
                "transaction,time,investor,wallet_fund,target_fund",
                format!("column amount is missing; the columns are {BOTH}"),
            ),
        ];
        for (headings, problem) in rows {
            assert_eq!(said(headings), [format!("orders.csv:1: {problem}")]);
        }
    }
}
