//! An investor's registered shares of a fund at an instant, as rows beside file 05.

use crate::read_models::StreamFold;
use fundflow_domain::{
    holdings::{HoldingId, Holdings},
    ids::{FundCode, InvestorId},
    money::Shares,
    time::Timestamp,
    wallet::{Wallet, parse_id},
};
use fundflow_kernel::{
    codec::Stored,
    envelope::StreamName,
    store::{EventStore, ReadError},
};
use fundflow_reconciliation::{
    row::{Row, Stand},
    source::Source,
};
use rust_decimal::Decimal;

/// Events of a stream that are read at once.
const PAGE: u32 = 512;

/// A position as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldingAt {
    /// Whose shares they are.
    pub investor: InvestorId,
    /// Of which fund.
    pub fund: FundCode,
    /// On the register, free or not.
    pub registered: Shares,
    /// Frozen by the register.
    pub frozen: Shares,
    stream: StreamName,
    version: u64,
}

impl HoldingAt {
    /// Whether the register has none of the shares.
    pub fn is_empty(&self) -> bool {
        self.registered.is_zero() && self.frozen.is_zero()
    }

    /// The row of the account that the register keeps for the investor; `is_expected`: whether the file must say it.
    /// Nothing is missed of an account without shares.
    pub fn row(&self, account: &str, is_expected: bool, day: chrono::NaiveDate) -> Row {
        let stand = if is_expected && !self.is_empty() {
            Stand::Event { due: None, heard: day, dated: day }
        } else {
            Stand::Known { due: None }
        };
        let place = self.stream.as_str();
        let row = Row::of(Source::Holdings, stand, place, format!("version {}", self.version));
        let row = row.word("account", account).word("fund", self.fund);
        let (registered, frozen) = (self.registered.decimal(), self.frozen.decimal());
        let evidence = format!(
            "{place} at version {}: investor {}, {registered} shares registered, {frozen} frozen",
            self.version, self.investor
        );
        let row = row.number("registered", registered).number("frozen", frozen);
        let row = row.number("unaccounted", Decimal::ZERO);
        Row { fund: Some(self.fund), evidence, ..row }
    }
}

/// The wallet of that stream as it was before the instant; `None` where it was not there yet.
///
/// # Errors
/// As the store's.
pub async fn of_wallet<S: EventStore>(
    store: &S,
    stream: &StreamName,
    until: Timestamp,
) -> Result<Option<HoldingAt>, ReadError> {
    let Some((investor, fund)) = parse_id(stream.id()) else { return Ok(None) };
    let fold = before::<Wallet, S>(store, stream, until).await?;
    let state = &fold.loaded.state;
    let (registered, frozen) = (state.registered(), state.frozen());
    Ok(at(stream, &fold, (investor, fund), (registered, frozen)))
}

/// The holding of that stream as it was before the instant; `None` where it was not there yet.
///
/// # Errors
/// As the store's.
pub async fn of_holding<S: EventStore>(
    store: &S,
    stream: &StreamName,
    until: Timestamp,
) -> Result<Option<HoldingAt>, ReadError> {
    let Some(HoldingId { investor, fund }) = HoldingId::parse(stream.id()) else { return Ok(None) };
    let fold = before::<Holdings, S>(store, stream, until).await?;
    let state = &fold.loaded.state;
    let (registered, frozen) = (state.registered(), state.frozen());
    Ok(at(stream, &fold, (investor, fund), (registered, frozen)))
}

fn at<D: Stored>(
    stream: &StreamName,
    fold: &StreamFold<D>,
    (investor, fund): (InvestorId, FundCode),
    (registered, frozen): (Shares, Shares),
) -> Option<HoldingAt> {
    let version = fold.loaded.version.0;
    let stream = stream.clone();
    (version > 0).then_some(HoldingAt { investor, fund, registered, frozen, stream, version })
}

async fn before<D: Stored, S: EventStore>(
    store: &S,
    stream: &StreamName,
    until: Timestamp,
) -> Result<StreamFold<D>, ReadError> {
    let mut fold = StreamFold::default();
    loop {
        let page = store.read(stream, fold.loaded.version, PAGE).await?;
        for event in &page {
            if event.event.recorded_at >= until {
                return Ok(fold);
            }
            fold.hear(event)?;
        }
        if page.len() < PAGE as usize {
            return Ok(fold);
        }
    }
}
