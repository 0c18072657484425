//! A record of a counterparty figure by figure, beside what was promised and what is booked.
//!
//! The evidence of a case is the record as our program had it, spelled by the rules of the domain; the case
//! is named by its hash, so that text never changes. Here it is taken apart, with the names that the booked
//! record has too.

use fundflow_application::read_models::Order;
use fundflow_domain::{
    application::{Ask, PromisedFee},
    case::SourceKind,
};
use serde::Serialize;
use serde_json::Value;

/// A name and what stands for it.
type Figures = Vec<(String, String)>;

/// One figure, from each side that has it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Beside {
    pub(super) name: String,
    /// To the investor, or asked for.
    pub(super) promised: Option<String>,
    /// As the order's own record stands.
    pub(super) booked: Option<String>,
    /// As this record says it.
    pub(super) record: Option<String>,
    /// Both are booked and in the record, and not the same.
    pub(super) differs: bool,
}

/// Every figure of the record, then those that only the order has; nothing where the evidence is free
/// text.
pub(super) fn beside(evidence: &str, source: SourceKind, order: Option<&Order<'_>>) -> Vec<Beside> {
    let record = taken_apart(evidence);
    if record.is_empty() {
        return Vec::new();
    }
    // What a bank says is about the money alone.
    let of_money = matches!(source, SourceKind::ChannelCallback | SourceKind::ChannelFile);
    let mut order = order.copied();
    if let Some(order) = &mut order
        && of_money
        && order.payment.is_some()
    {
        order.application = None;
    }
    let order = order.as_ref();
    let promised = order.map(promised).unwrap_or_default();
    let booked = order.map(booked).unwrap_or_default();
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in record.iter().chain(&booked).chain(&promised) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let of = |figures: &Figures, wanted: &str| {
        figures.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone())
    };
    let line = |name: &str| {
        let (booked, record) = (of(&booked, name), of(&record, name));
        let differs = booked.is_some() && record.is_some() && booked != record;
        Beside { promised: of(&promised, name), booked, record, differs, name: name.to_owned() }
    };
    names.into_iter().map(line).collect()
}

/// A value in Rust's notation, as the figures of older cases hold it: the record has it word by word.
pub(super) fn is_notation(value: &str) -> bool {
    value.contains(" { ") || value.contains("(\"")
}

/// What was asked for and promised, under the names of the records that answer it.
fn promised(order: &Order<'_>) -> Figures {
    let Some((application, _)) = order.application else {
        let amount = order.payment.map(|(payment, _)| payment.terms.amount.to_string());
        return amount.map(|amount| ("amount".to_owned(), amount)).into_iter().collect();
    };
    let terms = &application.terms;
    let (name, asked) = match &terms.ask {
        Ask::Subscription { amount } | Ask::Purchase { amount, .. } => {
            ("amount", amount.to_string())
        }
        Ask::Conversion { shares, .. } => ("shares out", shares.to_string()),
        Ask::Redemption { shares, .. } | Ask::FastTransfer { shares, .. } => {
            ("shares", shares.to_string())
        }
    };
    let by = format!("by {}", terms.promised.confirm_by);
    let mut all = vec![(name.to_owned(), asked), ("confirmed on".to_owned(), by)];
    let fee = match &terms.promised.fee {
        PromisedFee::Exact(fee) => Some(fee.to_string()),
        PromisedFee::Charge(charge) => Some(charge.to_string()),
        PromisedFee::Tiers(tiers) => Some(tiers.to_string()),
        PromisedFee::Open => None,
    };
    let name = if matches!(terms.ask, Ask::Conversion { .. }) { "topup fee" } else { "fee" };
    all.extend(fee.map(|fee| (name.to_owned(), fee)));
    all
}

/// The last confirmation that stands, or the receipt that was applied.
fn booked(order: &Order<'_>) -> Figures {
    let confirmed =
        order.application.and_then(|(application, _)| application.confirmations().last());
    let json = match (confirmed, order.payment) {
        (Some(confirmation), _) => serde_json::to_value(confirmation),
        (None, Some((payment, _))) => serde_json::to_value(payment.applied()),
        (None, None) => return Figures::new(),
    };
    let mut figures = Figures::new();
    flatten(&mut figures, "", &json.unwrap_or_default());
    figures
}

fn flatten(figures: &mut Figures, name: &str, value: &Value) {
    match value {
        Value::Null => {}
        Value::Object(fields) => {
            for (key, value) in fields {
                flatten(figures, &inner(name, key), value);
            }
        }
        Value::Array(items) => {
            for (at, item) in (1..).zip(items) {
                flatten(figures, &format!("{name} {at}"), item);
            }
        }
        Value::String(text) => figures.push((name.to_owned(), text.clone())),
        Value::Bool(_) | Value::Number(_) => figures.push((name.to_owned(), value.to_string())),
    }
}

/// What a field is called: by itself; in a list, behind the place in the list.
fn inner(outer: &str, field: &str) -> String {
    let field = field.replace('_', " ");
    let listed = outer.ends_with(|last: char| last.is_ascii_digit());
    if listed { format!("{outer}: {field}") } else { field }
}

/// The figures of a value as Rust prints it; nothing of a text that is none.
fn taken_apart(evidence: &str) -> Figures {
    let mut reader = Reader { rest: evidence, figures: Figures::new(), says: Vec::new() };
    reader.value("");
    let Reader { figures, says, .. } = reader;
    if figures.is_empty() {
        return figures;
    }
    let says = ("says".to_owned(), says.join(" "));
    std::iter::once(says).chain(figures).collect()
}

/// Reads one value, from the left.
struct Reader<'a> {
    rest: &'a str,
    figures: Figures,
    /// The names of what the record is, from the outside in: `charge declined`.
    says: Vec<String>,
}

impl Reader<'_> {
    /// A value that is called so; the outermost one by nothing.
    fn value(&mut self, name: &str) {
        self.rest = self.rest.trim_start();
        if self.rest.starts_with('"') {
            let text = self.text();
            return self.note(name, text);
        }
        if self.rest.starts_with('[') {
            return self.list(name);
        }
        let word = self.word();
        match self.rest.trim_start().chars().next() {
            Some('{') => self.fields(name),
            Some('(') => {
                if name.is_empty() {
                    self.says.push(words(&word));
                }
                self.enclosed(name);
            }
            _ if word == "None" => {}
            _ if name.is_empty() => self.says.push(words(&word)),
            _ => self.note(name, word),
        }
    }

    fn note(&mut self, name: &str, value: String) {
        if !name.is_empty() {
            self.figures.push((name.to_owned(), value));
        }
    }

    /// Up to the next sign of the notation. An instant or a date holds signs of its own.
    fn word(&mut self) -> String {
        let end = self.rest.find([',', '(', ')', '{', '}', '[', ']']).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word.trim().to_owned()
    }

    fn text(&mut self) -> String {
        let mut text = String::new();
        let mut letters = self.rest.char_indices().skip(1);
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return text;
                }
                '\\' => text.extend(letters.next().map(|(_, escaped)| escaped)),
                _ => text.push(letter),
            }
        }
        self.rest = "";
        text
    }

    /// Whether that sign comes next; it is taken then.
    fn takes(&mut self, sign: char) -> bool {
        self.rest = self.rest.trim_start();
        let rest = self.rest.strip_prefix(sign);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// What a wrapper holds has the wrapper's name.
    fn enclosed(&mut self, name: &str) {
        self.takes('(');
        while !self.rest.is_empty() && !self.takes(')') {
            let before = self.rest.len();
            self.value(name);
            if !self.takes(',') && self.rest.len() == before {
                return;
            }
        }
    }

    fn list(&mut self, name: &str) {
        self.takes('[');
        for at in 1_u32.. {
            if self.rest.is_empty() || self.takes(']') {
                return;
            }
            let before = self.rest.len();
            self.value(&format!("{name} {at}"));
            if !self.takes(',') && self.rest.len() == before {
                return;
            }
        }
    }

    fn fields(&mut self, name: &str) {
        self.takes('{');
        while !self.rest.is_empty() && !self.takes('}') {
            let Some((field, rest)) = self.rest.split_once(':') else {
                self.rest = "";
                return;
            };
            let field = inner(name, field.trim());
            self.rest = rest;
            self.value(&field);
            self.takes(',');
        }
    }
}

/// `NotFound` is "not found".
fn words(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(evidence: &str) -> Vec<String> {
        taken_apart(evidence).into_iter().map(|(name, value)| format!("{name} = {value}")).collect()
    }

    #[test]
    fn a_confirmation_is_taken_apart_into_its_figures() {
        let evidence = "Confirmed(Confirmation { serial: Serial(\"TA-9\"), confirmed_on: 2026-02-13, \
                        finished: true, outcome: Redemption(RedemptionConfirmed { shares: \
                        Shares(10.00), nav: Nav(1.05000000), income: SignedMoney(-0.01), lots: \
                        [LotConfirmed { serial: Serial(\"L-1\"), shares: Shares(4.00) }] }) })";

        assert_eq!(
            lines(evidence),
            [
                "says = confirmed",
                "serial = TA-9",
                "confirmed on = 2026-02-13",
                "finished = true",
                "shares = 10.00",
                "nav = 1.05000000",
                "income = -0.01",
                "lots 1: serial = L-1",
                "lots 1: shares = 4.00",
            ]
        );
    }

    #[test]
    fn a_decline_a_word_and_a_text_that_was_cut_are_read_as_far_as_they_go() {
        let declined =
            "Charge(Declined(Cause { code: \"ended\", text: \"it \\\"ended\\\", so\" }))";
        let expected = ["says = charge declined", "code = ended", "text = it \"ended\", so"];
        assert_eq!(lines(declined), expected);
        assert_eq!(lines("Rejected(Rejection { cause: None, interest: Money(0.0…").len(), 2);
        assert_eq!(lines("Cancelled"), [""; 0]);
        assert_eq!(lines("a line of a file, as it came"), [""; 0]);
        for cut in 0..declined.len() {
            taken_apart(&declined[..cut]);
        }
    }
}
