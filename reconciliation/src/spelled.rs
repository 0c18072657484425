//! Rules as they are written, and their check against what a source has.

use crate::{
    rules::{KINDS, RulesError, SourceRules, Tolerance, Treatment},
    source::{Column, Is, Source},
};
use chrono::NaiveTime;
use fundflow_domain::case::Severity;
use rust_decimal::Decimal;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

type Names = Vec<Spanned<String>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    join: Spanned<Names>,
    #[serde(default)]
    tell: Names,
    due: Spanned<String>,
    as_of: Option<Spanned<String>>,
    compare: BTreeMap<Spanned<String>, Spanned<String>>,
    breaks: Spanned<BTreeMap<Spanned<String>, Breaks>>,
    #[serde(default)]
    columns: BTreeMap<Spanned<String>, Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Breaks {
    severity: Severity,
    age_days: u32,
    act: Spanned<String>,
}

/// Characters of a proposed act.
const ACT_MAX: usize = 240;
/// The treatment of kinds that have none of their own.
const DEFAULT: &str = "default";

/// A file while it is checked.
struct File<'a> {
    name: &'a str,
    text: &'a str,
}

impl File<'_> {
    fn wrong(&self, at: usize, field: impl Into<String>, problem: impl Into<String>) -> RulesError {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let (name, field) = (self.name.to_owned(), field.into());
        RulesError { name, line, field, problem: problem.into() }
    }
}

pub(crate) fn read(name: &str, text: &str) -> Result<BTreeMap<Source, SourceRules>, RulesError> {
    let file = File { name, text };
    let parsed: Result<BTreeMap<Spanned<String>, Table>, toml::de::Error> = toml::from_str(text);
    let tables = parsed.map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let line = text.get(at..).unwrap_or_default().lines().next().unwrap_or_default();
        let near: String = line.trim().chars().take(60).collect();
        file.wrong(at, near, error.message())
    })?;
    let mut rules = BTreeMap::new();
    for (source, table) in tables {
        let known = source.get_ref().parse::<Source>();
        let known = known.map_err(|error| {
            file.wrong(source.span().start, source.get_ref(), error.to_string())
        })?;
        rules.insert(known, checked(&file, known, table)?);
    }
    Ok(rules)
}

fn checked(file: &File<'_>, source: Source, table: Table) -> Result<SourceRules, RulesError> {
    let due = time(file, source, "due", &table.due)?;
    let as_of = match &table.as_of {
        Some(text) if source == Source::Holdings => time(file, source, "as_of", text)?,
        Some(text) => {
            let (at, field) = (text.span().start, format!("{source}.as_of"));
            return Err(file.wrong(at, field, "only holdings are as of a time"));
        }
        None => due,
    };
    if table.join.get_ref().is_empty() {
        let (at, field) = (table.join.span().start, format!("{source}.join"));
        return Err(file.wrong(at, field, "name at least one value"));
    }
    let mut compare = BTreeMap::new();
    for (name, tolerance) in table.compare {
        let column = column(file, source, "compare", &name, |it| it.is != Is::Key)?;
        let at = tolerance.span().start;
        let tolerance = tolerance_of(column, tolerance.get_ref()).map_err(|problem| {
            file.wrong(at, format!("{source}.compare.{}", column.name), problem)
        })?;
        compare.insert(column.name.to_owned(), tolerance);
    }
    if source == Source::Holdings {
        // Whose parts are not its total agrees with nothing of ours, whatever the rules leave out.
        let none = Tolerance::Number(Decimal::ZERO);
        compare.entry("unaccounted".to_owned()).or_insert(none);
    }
    let (treatments, other) = treatments(file, source, table.breaks)?;
    Ok(SourceRules {
        source,
        join: keys(file, source, "join", table.join.into_inner())?,
        tell: keys(file, source, "tell", table.tell)?,
        due,
        as_of,
        compare,
        treatments,
        other,
        columns: columns(file, source, table.columns)?,
    })
}

fn time(
    file: &File<'_>,
    source: Source,
    name: &str,
    text: &Spanned<String>,
) -> Result<NaiveTime, RulesError> {
    let time = NaiveTime::parse_from_str(text.get_ref(), "%H:%M");
    time.map_err(|_| {
        file.wrong(text.span().start, format!("{source}.{name}"), "write a time of day as HH:MM")
    })
}

/// The value that is named, if it is one that may stand there.
fn column<'a>(
    file: &File<'_>,
    source: Source,
    table: &str,
    name: &Spanned<String>,
    may: impl Fn(&Column) -> bool,
) -> Result<&'a Column, RulesError> {
    let found = source.column(name.get_ref()).filter(|it| may(it));
    found.ok_or_else(|| {
        let known = source.columns().iter().filter(|it| may(it)).map(|it| it.name);
        let known: Vec<_> = known.collect();
        let problem =
            format!("{:?} cannot stand here; write one of: {}", name.get_ref(), known.join(", "));
        file.wrong(name.span().start, format!("{source}.{table}"), problem)
    })
}

fn keys(
    file: &File<'_>,
    source: Source,
    table: &str,
    names: Names,
) -> Result<Vec<String>, RulesError> {
    let mut keys = Vec::new();
    for name in names {
        let column = column(file, source, table, &name, |it| it.is == Is::Key)?;
        if keys.iter().any(|known| known == column.name) {
            let problem = format!("{} is named twice", column.name);
            return Err(file.wrong(name.span().start, format!("{source}.{table}"), problem));
        }
        keys.push(column.name.to_owned());
    }
    Ok(keys)
}

fn tolerance_of(column: &Column, text: &str) -> Result<Tolerance, String> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    match column.is {
        Is::Number(_) => {
            let number = text.parse::<Decimal>().ok().filter(|_| is_plain);
            number.map(Tolerance::Number).ok_or_else(|| {
                format!("{text:?} is no number from 0 on, written with a point: \"0.01\"")
            })
        }
        Is::Day => {
            let days = text.parse::<u32>().ok().filter(|days| is_plain && *days <= 366);
            days.map(Tolerance::Days)
                .ok_or_else(|| format!("{text:?} is no number of days from 0 to 366"))
        }
        Is::Word | Is::Key if text == "exact" => Ok(Tolerance::Exact),
        Is::Word | Is::Key => Err(format!("{text:?}: words agree or do not; write \"exact\"")),
    }
}

type Treatments = (BTreeMap<fundflow_domain::case::Kind, Treatment>, Treatment);

fn treatments(
    file: &File<'_>,
    source: Source,
    breaks: Spanned<BTreeMap<Spanned<String>, Breaks>>,
) -> Result<Treatments, RulesError> {
    let (mut treatments, mut other, whole) = (BTreeMap::new(), None, breaks.span().start);
    for (name, one) in breaks.into_inner() {
        let field = format!("{source}.breaks.{}", name.get_ref());
        let (at, Breaks { severity, age_days, act }) = (act_at(&one), one);
        let act = act.into_inner();
        if act.trim().is_empty()
            || act.chars().count() > ACT_MAX
            || act.chars().any(char::is_control)
        {
            let problem = format!("act is a sentence of 1 to {ACT_MAX} characters on one line");
            return Err(file.wrong(at, field, problem));
        }
        let treatment = Treatment { severity, age_days, act };
        if name.get_ref() == DEFAULT {
            other = Some(treatment);
            continue;
        }
        let kind = KINDS.iter().find(|(known, _)| known == name.get_ref());
        let Some((_, kind)) = kind else {
            let known: Vec<_> = KINDS.iter().map(|(name, _)| *name).collect();
            let problem =
                format!("no such kind of break; write default or one of: {}", known.join(", "));
            return Err(file.wrong(name.span().start, field, problem));
        };
        treatments.insert(*kind, treatment);
    }
    let other = other.ok_or_else(|| {
        file.wrong(
            whole,
            format!("{source}.breaks"),
            "has no `default` for kinds that it does not name",
        )
    })?;
    Ok((treatments, other))
}

fn act_at(one: &Breaks) -> usize {
    one.act.span().start
}

fn columns(
    file: &File<'_>,
    source: Source,
    spelled: BTreeMap<Spanned<String>, Spanned<String>>,
) -> Result<BTreeMap<String, String>, RulesError> {
    let mut columns = BTreeMap::new();
    for (name, heading) in spelled {
        if source != Source::Statement {
            let problem =
                "only a statement has headings; the fields of the other files are the standard's";
            return Err(file.wrong(name.span().start, format!("{source}.columns"), problem));
        }
        let column = column(file, source, "columns", &name, |_| true)?;
        if heading.get_ref().trim().is_empty() {
            let (at, field) = (heading.span().start, format!("{source}.columns.{}", column.name));
            return Err(file.wrong(at, field, "name the heading of the column"));
        }
        columns.insert(column.name.to_owned(), heading.into_inner());
    }
    let needed = ["number", "amount", "direction"];
    let missing = needed.into_iter().find(|name| !columns.contains_key(*name));
    match missing.filter(|_| source == Source::Statement) {
        None => Ok(columns),
        Some(name) => {
            let at = file.text.find("[statement").unwrap_or(0);
            Err(file.wrong(
                at,
                format!("{source}.columns.{name}"),
                "name the heading of the column",
            ))
        }
    }
}
