//! What contradicts is stored: a case under the hash of the record, opened in the batch that heard
//! it.

use fundflow_domain::{
    case::{
        CaseId, Cases, Command, Disputed, Figure, Finding, Kind, Name, Remark, Reopening, Report,
        Source, SourceKind, State,
    },
    ids::{FundCode, OrderId, TransactionId},
    money::{Income, Money},
    spelling::Spelling,
    text::Text,
    time::Timestamp,
};
use fundflow_kernel::{
    envelope::Actor,
    envelope::StreamName,
    loaded::Meta,
    store::StreamAppend,
    streams::{Key, Need, Streams},
};
use fundflow_runtime::{
    port::Payload,
    runner::Unclaimed,
    saga::Saga,
    turn::{NotDone, Turn},
};

use crate::ports::{bank::BankNotice, registrar::RegistrarNotice, stray::Stray};

/// A record of a counterparty, as it will be named and stored if it does not add up.
#[derive(Debug, Clone)]
pub struct Record {
    /// Whose it is, and how it came.
    pub source: SourceKind,
    /// The counterparty's name, as cases and audits show it.
    pub name: String,
    /// Number of the record.
    pub record: String,
    /// The record itself, as its case is named after it.
    pub said: Spelling,
    /// How often its source had taken it back before it said it.
    pub again: usize,
    /// The record letter by letter, where what names the case is rounded. Earlier programs named the case
    /// after this; where they have opened it, it stays that case for the same spelling.
    pub to_the_letter: Option<Spelling>,
}

impl Record {
    /// The case that this record opens if it does not add up: the same for every repetition, and another
    /// one where it was taken back and is said again.
    pub fn case(&self) -> CaseId {
        CaseId::of_said(&self.name, &self.record, &self.said, self.again)
    }

    /// The stream of that case.
    pub fn key(&self) -> Key<Cases> {
        Key::of(&self.case())
    }

    /// The record as earlier programs named its case.
    fn as_before(&self) -> Option<Self> {
        let said = self.to_the_letter.clone()?;
        Some(Self { said, to_the_letter: None, ..self.clone() })
    }

    /// The streams that its case may be in, an earlier program's first.
    pub fn keys(&self) -> Vec<Key<Cases>> {
        self.as_before().map(|it| it.key()).into_iter().chain([self.key()]).collect()
    }

    /// Streams that must be in memory to open the case.
    pub fn needs(&self) -> Vec<Need> {
        self.keys().iter().map(Key::need).collect()
    }

    fn report(&self, about: About, findings: Vec<Finding>, at: Timestamp) -> Report {
        Report {
            id: self.case(),
            at,
            source: Source {
                kind: self.source,
                name: Text::lossy(&self.name),
                record: Text::lossy(&self.record),
            },
            transaction: about.transaction,
            order: about.order,
            fund: about.fund,
            findings,
            evidence: Text::lossy(self.said.text()),
        }
    }
}

/// The name of a program that opens or closes cases.
pub fn name(program: &str) -> Name {
    Name::lossy(program)
}

/// Subject of a case.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// The transaction, where one is known.
    pub transaction: Option<TransactionId>,
    /// The order that the finding is about, if it is known.
    pub order: Option<OrderId>,
    /// The fund that the finding is about, if it is known.
    pub fund: Option<FundCode>,
}

/// One finding without figures of a formula.
pub fn finding(kind: Kind, what: &str, ours: Vec<Figure>, theirs: Vec<Figure>) -> Finding {
    Finding { kind, what: Text::lossy(what), ours, theirs, disputed: Disputed::default() }
}

/// What depends on income that was paid along, or taken, and was not to be. Yuan.
pub fn of_income(income: Income) -> Disputed {
    let money = Money::new(income.decimal().abs()).unwrap_or_default();
    Disputed { money, ..Disputed::default() }
}

/// Opens the record's case, or widens it. The case's stream must be in memory.
///
/// # Errors
/// [`NotDone::Missing`] when it is not; nothing has changed.
pub fn open<S: Saga>(
    turn: &mut Turn<'_, S>,
    record: &Record,
    about: About,
    findings: Vec<Finding>,
) -> Result<usize, NotDone> {
    let missing = turn.streams().missing(record.needs());
    if !missing.is_empty() {
        return Err(NotDone::Missing(missing));
    }
    let known = |record: &Record| {
        let state = turn.streams().state(&record.key());
        state.is_some_and(|state| state.case().is_some())
    };
    let before = record.as_before().filter(known);
    let record = before.as_ref().unwrap_or(record);
    let key = record.key();
    let about = About { transaction: Some(turn.id().clone()), ..about };
    let report = record.report(about, findings, turn.now());
    let opened = turn.decide(&key, &Command::Open(Box::new(report)))?;
    if opened == 0 {
        turn.stands_in(key.stream());
    }
    Ok(opened)
}

/// The same for a record that takes effect with it: whoever closed the case after a death that left the
/// record unheard has closed something else, so it is open again.
///
/// # Errors
/// [`NotDone::Missing`] when the case's stream is not in memory; nothing has changed.
pub fn open_with_effect<S: Saga>(
    turn: &mut Turn<'_, S>,
    record: &Record,
    about: About,
    findings: Vec<Finding>,
) -> Result<usize, NotDone> {
    let opened = open(turn, record, about, findings)?;
    let key = record.key();
    if turn.state(&key).is_none_or(State::is_open) {
        return Ok(opened);
    }
    let reason = Remark::lossy(format!("the record was heard again at {}", turn.now()));
    let reopening = Reopening { by: Name::lossy(&record.name), reason };
    Ok(opened + turn.decide(&key, &Command::Reopen(reopening))?)
}

/// News about keys that no saga has become cases of kind `unknown_order`; a record of a file that no saga
/// takes, one of the kind that it has.
#[derive(Debug, Clone, Copy, Default)]
pub struct UnknownOrders;

impl UnknownOrders {
    fn record(stream: &StreamName, news: &Payload) -> Option<Record> {
        if let Some(stray) = news.downcast_ref::<Stray>() {
            return Some(stray.record());
        }
        let (source, said) = if let Some(BankNotice(said)) = news.downcast_ref() {
            (SourceKind::ChannelCallback, Spelling::of(said))
        } else if let Some(RegistrarNotice(said)) = news.downcast_ref() {
            (SourceKind::RegistrarCallback, Spelling::of(said))
        } else {
            return None;
        };
        let (name, record) = (stream.category().to_owned(), stream.id().to_owned());
        Some(Record { source, name, record, said, again: 0, to_the_letter: None })
    }
}

/// What the case on such news is about, and what is found.
fn found(stream: &StreamName, news: &Payload) -> (About, Finding) {
    if let Some(stray) = news.downcast_ref::<Stray>() {
        let (transaction, order) = stray.of.clone().unzip();
        let about = About { transaction, order, fund: stray.fund };
        return (about, finding(stray.kind, &stray.why, vec![], stray.figures.clone()));
    }
    let what = format!("no order of ours has the number {}", stream.id());
    let theirs = vec![Figure::new("number", stream.id())];
    (About::default(), finding(Kind::UnknownOrder, &what, vec![], theirs))
}

impl Unclaimed for UnknownOrders {
    fn need(&self, stream: &StreamName, news: &Payload) -> Option<Need> {
        Some(Self::record(stream, news)?.key().need())
    }

    fn store(
        &self,
        streams: &mut Streams,
        batch: &mut Vec<StreamAppend>,
        (stream, news): (&StreamName, &Payload),
        now: Timestamp,
    ) -> Result<usize, NotDone> {
        let Some(record) = Self::record(stream, news) else { return Ok(0) };
        let (about, finding) = found(stream, news);
        let report = record.report(about, vec![finding], now);
        let correlation = TransactionId::new(format!("case.{}", record.case()))
            .map_err(|_| NotDone::Lacks("a name for the case"))?;
        let meta = Meta {
            correlation,
            process: "case".into(),
            causation: "notice".into(),
            actor: Actor::Counterparty(record.name.as_str().into()),
            trace_parent: None,
            occurred_at: now,
            recorded_at: now,
            trade_date: None,
        };
        Ok(streams.decide(&record.key(), &Command::Open(Box::new(report)), &meta, batch)?)
    }
}
