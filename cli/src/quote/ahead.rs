//! `quote withdraw`, `quote fast-withdraw`, `quote discount-purchase`, `quote plan` and `quote cancel`: what is
//! asked of a store, before anybody asks it.
//!
//! Each answer is the decision of the saga itself, on the streams of the store as they are, and nothing is
//! appended. Without a store nobody holds anything.

use super::{
    answer::{Answer, Failure, Row, needed},
    args::{Cancel, DiscountPurchase as Discount, Plan, Withdraw},
    by_folder::{distributor, profile},
    values::{MissingName, MoveName},
};
use crate::{
    house::{Terms, calendar, calendar_of},
    operate::time_of,
    reading::{Place, database},
    registry::{self, Registry, Sagas},
};
use fundflow::runtime::quote::{Quoted, Revocable, Until};
use fundflow_application::desk;
use fundflow_domain::{
    explain::plain,
    ids::{PlanId, TransactionId},
    investor::SalesChannel,
    modes::ConversionMode,
    plan::{self, Frequency, MissingDay, MoveRule, RegularPlan, Upcoming, upcoming},
    time::Timestamp,
};
use fundflow_infrastructure::sqlite::SqliteStore;
use fundflow_kernel::loaded::with_sources;
use fundflow_kernel::{loaded::Loaded, memory_store::MemoryStore, streams::Key};
use fundflow_sagas::{
    discount_purchase::{
        self, DiscountPurchase,
        quote::{Leg, OfMode},
    },
    fast_withdraw,
    house::House,
    regular_plan::{self, RegularPlans},
    withdraw,
};
use std::{path::Path, sync::Arc};

const FUND: &str = "the code of a fund, like 000730";
const AMOUNT: &str = "0.01 to 99999999999999.99 yuan, fee included";
const AT: &str =
    "the instant of the request, like 2026-02-13T10:00:00+08:00; there is no store to take it from";
/// How many dates of a plan are quoted where nobody says.
const DATES: usize = regular_plan::quote::DATES;

/// Where a quote is asked, and by whom.
pub(super) struct Asking<'a> {
    pub(super) registry: &'a Registry,
    pub(super) store: &'a Path,
}

/// What a quote of a store is decided on.
struct Standing {
    house: House,
    sagas: Sagas,
    now: Timestamp,
    /// None: there is no store.
    store: Option<SqliteStore>,
}

impl Asking<'_> {
    async fn stand(
        &self,
        folder: Option<&Path>,
        at: Option<Timestamp>,
    ) -> Result<Standing, Failure> {
        let file = database(self.store);
        let store = file.exists().then(|| SqliteStore::open_read_only(&file)).transpose();
        let store = store.map_err(|error| Failure::Store(with_sources(&error)))?;
        let last = match &store {
            Some(store) => Some(time_of(store).await?),
            None => None,
        };
        let now = needed(at.or(last), "at", AT)?;
        if let Some(last) = last.filter(|last| now < *last) {
            return Err(Failure::Past { at: now, last });
        }
        let calendar = match &store {
            Some(store) => calendar_of(store).await?,
            None => Arc::new(calendar()?),
        };
        let terms = Terms::by(&Place { store: self.store, folder }, calendar)?;
        let house = terms.house(now)?;
        let sagas = self.registry.sagas(&house);
        Ok(Standing { house, sagas, now, store })
    }
}

impl Standing {
    async fn quote<S: Quoted>(
        &self,
        saga: &S,
        (request, asked): (S::Request, S::Asked),
    ) -> Result<S::Quote, Failure> {
        let id: TransactionId =
            "quote".parse().map_err(|error| Failure::Internal(format!("{error}")))?;
        let knows = (&self.sagas.desk, saga);
        let quoted = match &self.store {
            Some(store) => desk::quote(store, knows, &id, (request, asked), self.now).await,
            None => desk::quote(&MemoryStore::new(), knows, &id, (request, asked), self.now).await,
        };
        quoted.map_err(|why| Failure::Refused(why.to_string()))
    }

    /// What was taken for granted.
    fn explain(&self, mut lines: Vec<String>) -> Vec<String> {
        lines.push(format!("as of {}; nothing is stored by a quote", self.now));
        if self.store.is_none() {
            lines.push("there is no store: nobody holds anything yet".to_owned());
        }
        lines
    }
}

/// Ordinary: the money comes when the fund pays.
pub(super) async fn withdraw(asking: &Asking<'_>, args: &Withdraw) -> Result<Answer, Failure> {
    let fund = needed(args.fund, "fund", FUND)?;
    let folder = args.folder.as_deref();
    let investor = profile(folder, args.investor.as_ref())?;
    let stand = asking.stand(folder, args.at).await?;
    let request = withdraw::Request {
        investor: investor.id.clone(),
        account: investor.account.clone(),
        fund,
        shares: args.shares,
        on_huge: fundflow_domain::application::OnHuge::default(),
        distributor: distributor(folder, args.distributor.as_ref())?,
    };
    let saga = withdraw::Withdraw { house: stand.house.clone() };
    let asked = withdraw::Asked { investor, at: None };
    let quote = stand.quote(&saga, (request, asked)).await?;
    let mut lines = vec![format!(
        "payout = {} shares at 1.00 - fee {} = {}, to the account that the money came from",
        quote.shares, quote.fee, quote.payout
    )];
    lines.push(match (quote.income, quote.earns_until) {
        (Some(_), Some(until)) => format!(
            "nothing stays: the unpaid income goes along, and what the shares earn until {until} with it"
        ),
        (Some(_), None) => "nothing stays: the unpaid income goes along".to_owned(),
        (None, _) => "shares stay, and the unpaid income with them".to_owned(),
    });
    let income =
        quote.income.map_or_else(|| "-".to_owned(), |it| plain(it.decimal(), 2).to_string());
    Ok(Answer::new(stand.explain(lines))
        .with("trade_date", quote.trade_date)
        .with("confirm_by", quote.confirm_by)
        .with("paid_by", quote.paid_by)
        .with("shares", quote.shares)
        .with("gross", quote.gross)
        .with("fee", quote.fee)
        .with("payout", quote.payout)
        .with("income", income))
}

/// At once, out of a bank's money.
pub(super) async fn fast_withdraw(asking: &Asking<'_>, args: &Withdraw) -> Result<Answer, Failure> {
    let fund = needed(args.fund, "fund", FUND)?;
    let folder = args.folder.as_deref();
    let investor = profile(folder, args.investor.as_ref())?;
    let stand = asking.stand(folder, args.at).await?;
    let request = fast_withdraw::Request {
        investor: investor.id.clone(),
        account: investor.account.clone(),
        fund,
        shares: args.shares,
        distributor: distributor(folder, args.distributor.as_ref())?,
    };
    let of = request.distributor.as_ref().map(|code| format!(" of {code}")).unwrap_or_default();
    let saga = registry::fast_withdraw(stand.house.clone());
    let asked = fast_withdraw::Asked { investor, at: None };
    let quote = stand.quote(&saga, (request, asked)).await?;
    let lines = vec![
        format!(
            "left = {} of {} - {} used - {} now = {}, over all channels{of} and share classes",
            quote.max, quote.day, quote.used, quote.cash, quote.left
        ),
        "the cash is paid at once and cannot be taken back; the shares earn for the bank"
            .to_owned(),
    ];
    Ok(Answer::new(stand.explain(lines))
        .with("day", quote.day)
        .with("max", quote.max)
        .with("used", quote.used)
        .with("shares", quote.shares)
        .with("cash", quote.cash)
        .with("left", quote.left)
        .with("trade_date", quote.trade_date)
        .with("confirm_by", quote.confirm_by)
        .with("repaid_by", quote.repaid_by))
}

/// Mode by mode.
pub(super) async fn discount(asking: &Asking<'_>, args: &Discount) -> Result<Answer, Failure> {
    let folder = args.folder.as_deref();
    let investor = profile(folder, args.investor.as_ref())?;
    let request = discount_purchase::Request {
        investor: investor.id.clone(),
        account: investor.account.clone(),
        wallet_fund: needed(args.wallet_fund, "wallet-fund", FUND)?,
        target_fund: needed(args.target_fund, "target-fund", FUND)?,
        amount: needed(args.amount, "amount", AMOUNT)?,
        mode: args.mode.map(ConversionMode::from),
        only_today: false,
        by_plan: false,
        distributor: None,
    };
    let stand = asking.stand(folder, args.at).await?;
    let saga = DiscountPurchase { house: stand.house.clone() };
    let asked = discount_purchase::Asked {
        investor,
        channel: SalesChannel::DirectOnline,
        warning_confirmed: args.warning.clone(),
        at: None,
    };
    let quote = stand.quote(&saga, (request, asked)).await?;
    let lines = vec![
        "ordinary_fee: what buying the target by itself costs; saved = ordinary_fee - fee"
            .to_owned(),
    ];
    let rows = quote.modes.iter().map(|(mode, of)| mode_row(*mode, of)).collect();
    let answer = Answer::new(stand.explain(lines)).with_rows("modes", rows);
    Ok(match quote.chosen {
        Ok(mode) => answer.with("chosen", mode.name()),
        Err(refusal) => answer.with("chosen", "-").refused(refusal.to_string()),
    })
}

fn mode_row(mode: ConversionMode, of: &Result<OfMode, discount_purchase::Refusal>) -> Row {
    let or_none = |say: &dyn Fn(&OfMode) -> String| of.as_ref().map_or("-".to_owned(), say);
    let leg = |leg: &Leg| format!("{} {} on {}", leg.what, leg.fund, leg.on);
    let legs = |it: &OfMode| it.legs.iter().map(leg).collect::<Vec<_>>().join(", ");
    vec![
        ("mode", mode.name().to_owned()),
        ("t", or_none(&|it| it.trade_date.to_string())),
        ("price", or_none(&|it| it.price_date.to_string())),
        ("confirm_by", or_none(&|it| it.confirm_by.to_string())),
        ("amount", or_none(&|it| it.amount.to_string())),
        ("ordinary_fee", or_none(&|it| it.ordinary_fee.to_string())),
        ("fee", or_none(&|it| it.fee.to_string())),
        ("saved", or_none(&|it| it.saved.to_string())),
        ("legs", or_none(&legs)),
        ("refused", of.as_ref().err().map_or("-".to_owned(), ToString::to_string)),
    ]
}

/// The dates of a plan that runs, or of one that is asked for.
pub(super) async fn plan(asking: &Asking<'_>, args: &Plan) -> Result<Answer, Failure> {
    let most = match args.count.unwrap_or(DATES) {
        most @ 1..=400 => most,
        given => return Err(Failure::Dates { given }),
    };
    let stand = asking.stand(args.folder.as_deref(), args.at).await?;
    let upcoming = match &args.of {
        Some(plan) => of_running(&stand, plan, most).await?,
        None => of_asked(&stand, args, most).await?,
    };
    let mut lines = Vec::new();
    if let Some(ends) = &upcoming.ends {
        lines.push(format!("there may be more: {ends}"));
    }
    let row = |it: &plan::Occurrence| {
        let moved = if it.nominal == it.day.date() { "-" } else { "moved: no trading day" };
        vec![
            ("date", it.nominal.to_string()),
            ("on", it.day.to_string()),
            ("moved", moved.to_owned()),
        ]
    };
    let rows = upcoming.dates.iter().map(row).collect();
    Ok(Answer::new(stand.explain(lines))
        .with("dates", upcoming.dates.len())
        .with_rows("next", rows))
}

/// Those that could still begin at this instant.
async fn of_running(stand: &Standing, id: &PlanId, most: usize) -> Result<Upcoming, Failure> {
    let stream = Key::<RegularPlan>::of(id).stream().clone();
    let none = || Failure::Refused(format!("no plan {id} was ever opened in this store"));
    let store = stand.store.as_ref().ok_or_else(none)?;
    let loaded = Loaded::<RegularPlan>::load(store, &stream).await;
    let loaded = loaded.map_err(|error| Failure::Store(with_sources(&error)))?;
    let plan = loaded.state.plan().ok_or_else(none)?;
    if plan.ended().is_some() {
        return Err(Failure::Refused(format!("plan {id} is over; it invests no more")));
    }
    if let Some(since) = plan.paused() {
        let (at, from) = (stand.now, stand.now.date());
        let resumed = loaded.state.after(&plan::Command::Resume { at, from });
        let left = resumed.as_ref().and_then(plan::State::plan).map(|it| ahead(stand, it, 1));
        let none = left.is_some_and(|it| it.ends.is_none() && it.dates.is_empty());
        let then =
            if none { "no date is left of it" } else { "it invests again once it is resumed" };
        return Err(Failure::Refused(format!("plan {id} is paused since {since}; {then}")));
    }
    Ok(ahead(stand, plan, most))
}

fn ahead(stand: &Standing, plan: &plan::Plan, most: usize) -> Upcoming {
    let calendar = &stand.house.calendar;
    // What moves to a later trading day may still be ahead although its own date is not.
    let today = stand.now.date();
    let long_before = today.checked_sub_days(chrono::Days::new(31)).unwrap_or(today);
    let begun = |it: &plan::Occurrence| calendar.cut_off(it.day) <= stand.now;
    let all = plan.upcoming(long_before, calendar, most.saturating_add(31));
    let mut dates: Vec<_> = all.dates.into_iter().skip_while(begun).collect();
    let is_cut = dates.len() > most;
    dates.truncate(most);
    Upcoming { dates, ends: all.ends.filter(|_| !is_cut) }
}

async fn of_asked(stand: &Standing, args: &Plan, most: usize) -> Result<Upcoming, Failure> {
    let often = "daily, weekly mon, biweekly mon, or monthly 15; or --of with one that runs";
    let words = needed(args.frequency.as_deref(), "frequency", often)?;
    let start = needed(args.start, "start", "the first date, like 2026-03-01")?;
    let frequency = Frequency::from_words(words, start);
    let frequency = frequency.ok_or_else(|| Failure::Frequency { value: words.to_owned() })?;
    let investor = profile(args.folder.as_deref(), args.investor.as_ref())?;
    let terms = plan::Terms {
        investor: investor.id.clone(),
        account: investor.account.clone(),
        fund: needed(args.fund, "fund", FUND)?,
        wallet_fund: args.wallet_fund,
        amount: needed(args.amount, "amount", AMOUNT)?,
        frequency,
        start,
        through: args.through,
        periods: args.periods,
        move_rule: args.closed_day.map_or_else(MoveRule::default, MoveName::into),
        missing_day: args.missing_day.map_or_else(MissingDay::default, MissingName::into),
        max_misses: std::num::NonZeroU8::MAX,
        distributor: None,
    };
    let asked = discount_purchase::Asked {
        investor,
        channel: SalesChannel::DirectOnline,
        warning_confirmed: args.warning.clone(),
        at: None,
    };
    let saga = RegularPlans { house: stand.house.clone() };
    stand.quote(&saga, (terms.clone(), asked)).await?;
    let before = start.pred_opt().unwrap_or(start);
    Ok(upcoming(&terms, before, &stand.house.calendar, most))
}

/// Until when it can be taken back.
pub(super) async fn cancel(asking: &Asking<'_>, args: &Cancel) -> Result<Answer, Failure> {
    let of = needed(args.of.clone(), "of", "the transaction that would be taken back")?;
    let stand = asking.stand(args.folder.as_deref(), args.at).await?;
    let none = || Failure::Store(format!("there is no store at {}", asking.store.display()));
    let store = stand.store.as_ref().ok_or_else(none)?;
    let shown = desk::show(store, &stand.sagas.desk, args.kind.as_deref(), &of).await;
    let look = shown.map_err(|error| Failure::Refused(with_sources(&error)))?.look;
    let possible = |it: &Revocable| match it.until {
        Until::Before(cut_off) => stand.now < cut_off,
        Until::NotOrdered => true,
        Until::Never(_) => false,
    };
    let row = |it: &Revocable| {
        let until = match &it.until {
            Until::Before(cut_off) => format!("before {cut_off}"),
            Until::NotOrdered => "before the cut-off of the T that it is ordered for".to_owned(),
            Until::Never(why) => format!("never: {why}"),
        };
        let now = if possible(it) { "yes" } else { "no" };
        vec![("scope", it.scope.to_owned()), ("until", until), ("now", now.to_owned())]
    };
    let rows = look.revocable.iter().map(row).collect();
    let lines = vec![format!("{} {}: {}", look.id.kind, look.id.transaction, look.summary)];
    let answer = Answer::new(stand.explain(lines)).with_rows("revocable", rows);
    if look.revocable.is_empty() {
        let kind = look.id.kind;
        return Ok(
            answer.refused(format!("a {kind} is not taken back; `fundflow plan end` ends a plan"))
        );
    }
    if look.revocable.iter().any(possible) {
        return Ok(answer);
    }
    Ok(answer.refused(format!("at {} nothing of it can be taken back any more", stand.now)))
}
