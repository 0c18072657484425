//! What is stored and what is written about it, compared with files. `UPDATE_GOLDEN=1` rewrites
//! them; what changed is then reviewed like code, because a stored name is a promise.

#![allow(clippy::unwrap_used, reason = "what a test cannot make or find fails it")]

use fundflow_domain::{
    decider::Decider as _, discount_purchase::DiscountPurchase, fund_order::FundOrder,
    plan::RegularPlan, wallet::Wallet,
};
use fundflow_kernel::codec::{Stored, decode, schema_of};
use fundflow_sagas::{
    discount_purchase::TABLES,
    retry::WAITS,
    step::{Deadline, Exit, Move, Step},
};
use fundflow_testkit::events::examples;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{Debug, Write},
    fs,
    path::{Path, PathBuf},
};

/// What each type says, in one line.
const MEANINGS: [(&str, &str); 49] = [
    ("discount_purchase.prepared", "A purchase was accepted on these terms; nothing was released."),
    ("discount_purchase.committed", "The money-fund purchase stands."),
    ("discount_purchase.retry_scheduled", "A row will be tried again at `due`."),
    ("discount_purchase.parked", "It stopped at this row and waits for a person."),
    ("discount_purchase.resumed", "A person let it go on."),
    ("discount_purchase.landing_chosen", "A person sent it to the nearest landing."),
    ("discount_purchase.abandoned", "A person gave up on it and took over these legs."),
    ("discount_purchase.completed", "The investor owns the target fund."),
    ("discount_purchase.kept_in_wallet", "The investor owns the money-market shares."),
    ("discount_purchase.rolled_back", "It failed before the commit; any payment was returned."),
    ("discount_purchase.compensated", "It failed after the commit; the payment was returned."),
    ("fund_order.placed", "An order was opened on these terms."),
    ("fund_order.payment_requested", "A charge under this number may be on its way."),
    ("fund_order.paid", "The full amount arrived; the order belongs to this T."),
    ("fund_order.declined", "No money was applied and none will be."),
    ("fund_order.payment_unapplied", "Money arrived that no order wants; it goes back."),
    ("fund_order.accepted", "The registrar's front has the application."),
    ("fund_order.sealed", "The order is part of the batch of its T."),
    ("fund_order.sent", "The order went out as this record of this file."),
    ("fund_order.confirmed", "The registrar confirmed it in full."),
    ("fund_order.partly_confirmed", "The registrar confirmed a part; the rest is over."),
    ("fund_order.rejected", "No shares will come of it."),
    ("fund_order.cancelled", "It was taken back before the cut-off."),
    ("fund_order.refund_requested", "Money is owed back to the account that paid."),
    ("fund_order.refunded", "That money arrived."),
    ("wallet.credited_in_transit", "Shares were paid and are not registered yet."),
    ("wallet.credit_confirmed", "The shares are registered: a lot."),
    ("wallet.credit_reversed", "The shares in transit will never come."),
    ("wallet.shares_reserved", "Shares are earmarked for a conversion."),
    ("wallet.shares_released", "The earmark is gone, or refused in advance."),
    ("wallet.shares_spent", "Shares were converted away out of these lots."),
    (
        "wallet.shares_taken_out",
        "Shares were redeemed or converted out, and earn through this day.",
    ),
    (
        "wallet.credit_corrected",
        "A corrected record replaced a confirmation: reversal and posting.",
    ),
    ("wallet.shares_frozen", "The register froze shares; they are not available."),
    ("wallet.shares_unfrozen", "The register lifted that freeze."),
    ("wallet.shares_held", "Shares are in dispute under this case and not available."),
    ("wallet.shares_unheld", "The case no longer holds them."),
    ("wallet.income_accrued", "A natural day's income is owed and not paid yet."),
    ("wallet.income_reversed", "That day's income was wrong and is owed no more."),
    ("wallet.income_carried", "Whole fen of unpaid income became shares, or took shares away."),
    ("wallet.income_settled", "Shares that left took the unpaid income along."),
    ("plan.opened", "An investor agreed to a regular plan on these terms."),
    ("plan.changed", "From this nominal date on the plan is carried out otherwise."),
    ("plan.paused", "Nothing begins until the plan is resumed."),
    ("plan.resumed", "Nominal dates count again; earlier ones are passed over."),
    ("plan.occurrence_begun", "This transaction carries out the occurrence of that date."),
    ("plan.occurrence_done", "The occurrence was carried out."),
    ("plan.occurrence_missed", "The occurrence was not carried out, and the investor hears why."),
    ("plan.ended", "No occurrence begins any more."),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Compares, or rewrites.
fn golden(path: &str, is: &str) {
    let path = root().join(path);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, is).unwrap();
    }
    let was = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(is, was, "{}: UPDATE_GOLDEN=1 rewrites it", path.display());
}

fn types() -> BTreeSet<&'static str> {
    [DiscountPurchase::TYPES, FundOrder::TYPES, Wallet::TYPES, RegularPlan::TYPES]
        .concat()
        .into_iter()
        .collect()
}

/// The bodies of each type, one after the other.
fn bodies() -> BTreeMap<&'static str, Vec<String>> {
    let mut bodies: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for (name, body) in examples() {
        bodies.entry(name).or_default().push(body);
    }
    bodies
}

/// The schema in which bodies of the type are written now.
fn schema(name: &str) -> u16 {
    match name.split_once('.').unwrap().0 {
        DiscountPurchase::CATEGORY => schema_of::<DiscountPurchase>(name),
        FundOrder::CATEGORY => schema_of::<FundOrder>(name),
        Wallet::CATEGORY => schema_of::<Wallet>(name),
        RegularPlan::CATEGORY => schema_of::<RegularPlan>(name),
        other => panic!("no decider writes streams of category {other}"),
    }
}

fn file_of(name: &str, nth: usize) -> String {
    let more = if nth == 0 { String::new() } else { format!("-{}", nth + 1) };
    format!("tests/golden/events/{name}.v{}{more}.json", schema(name))
}

/// Type, schema and text of every golden file: those of older schemas stay, to be read for ever.
fn golden_events() -> Vec<(String, u16, String)> {
    let files = fs::read_dir(root().join("tests/golden/events")).unwrap();
    let read = |path: PathBuf| {
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let (name, version) = stem.rsplit_once(".v").unwrap();
        let schema = version.split('-').next().unwrap().parse().unwrap();
        (name.to_owned(), schema, fs::read_to_string(&path).unwrap())
    };
    files.map(|entry| read(entry.unwrap().path())).collect()
}

#[test]
fn every_event_is_stored_as_its_golden_file_says() {
    let bodies = bodies();
    assert_eq!(bodies.keys().copied().collect::<BTreeSet<_>>(), types(), "a type without example");
    let mut files = BTreeSet::new();
    for (name, bodies) in &bodies {
        for (nth, body) in bodies.iter().enumerate() {
            golden(&file_of(name, nth), &format!("{body}\n"));
            files.insert(root().join(file_of(name, nth)));
        }
    }
    let current = golden_events().into_iter().filter(|(name, at, _)| *at == schema(name)).count();
    assert_eq!(current, files.len(), "a golden file that no type writes");
}

#[test]
fn every_golden_file_can_still_be_read() {
    fn reads<D: Stored<Event: PartialEq + Debug>>(name: &str, at: u16, text: &str) -> usize {
        if !D::TYPES.contains(&name) {
            return 0;
        }
        let event = decode::<D>(name, at, text).unwrap();
        let (again, body) = fundflow_kernel::codec::encode::<D>(&event).unwrap();
        assert_eq!(again, name);
        assert_eq!(decode::<D>(name, schema(name), &body).unwrap(), event);
        1
    }
    for (name, at, text) in golden_events() {
        let read = [
            reads::<DiscountPurchase>(&name, at, &text),
            reads::<FundOrder>(&name, at, &text),
            reads::<Wallet>(&name, at, &text),
            reads::<RegularPlan>(&name, at, &text),
        ];
        assert_eq!(read.iter().sum::<usize>(), 1, "{name}");
    }
}

#[test]
fn the_list_of_events_is_up_to_date() {
    let bodies = bodies();
    let mut text = String::from(
        "# Events\n\nEvery event type, what it says, and its body as it is stored. Generated from \
         the code; a test compares it.\n\nA name and its fields are a promise: types and optional \
         fields are added, nothing is renamed or removed.\n",
    );
    let named: BTreeSet<_> = MEANINGS.iter().map(|(name, _)| *name).collect();
    assert_eq!(named, types(), "a type without a meaning");
    for (name, meaning) in MEANINGS {
        write!(text, "\n## {name}\n\nSchema {}. {meaning}\n", schema(name)).unwrap();
        for body in &bodies[name] {
            write!(text, "\n```json\n{body}\n```\n").unwrap();
        }
    }
    golden("docs/EVENTS.md", &text);
}

#[test]
fn the_list_of_saga_tables_is_up_to_date() {
    let mut text = String::from(
        "# Sagas\n\nEach table is read downwards to run it. When a row is rejected, the rows that \
         were done are left upwards through their exits until one is a landing. Generated from the \
         tables; a test compares it.\n",
    );
    for table in TABLES {
        write!(text, "\n## {}\n\n`{}`\n\n", table.title, table.version).unwrap();
        text.push_str("| # | row | sends | done when | rejected when | asks from | exit |\n");
        text.push_str("|---|---|---|---|---|---|---|\n");
        for (at, step) in table.steps.iter().enumerate() {
            writeln!(text, "| {} | {} |", at + 1, cells(step).join(" | ")).unwrap();
        }
    }
    text.push_str(
        "\n## Retries\n\nAn unknown answer is asked again after these waits, each moved ",
    );
    text.push_str("by up to a tenth; after the last one the purchase is parked.\n\n");
    let waits: Vec<String> = WAITS.iter().map(|seconds| format!("{seconds} s")).collect();
    writeln!(text, "{}", waits.join(", ")).unwrap();
    golden("docs/SAGAS.md", &text);
}

fn cells(step: &Step) -> [String; 6] {
    let rejected = step.rejected.map_or_else(|| "–".to_owned(), |fact| words(&fact));
    let closed = step.refuse.map(|refuse| format!(" (a person: {})", words(&refuse)));
    let asks = match step.deadline {
        Deadline::Now => "at once",
        Deadline::ConfirmationDay => "12:00 of its confirmation day",
    };
    let exit = match step.exit {
        Exit::Nothing => "–".to_owned(),
        Exit::Undo(moves) => format!("undo: {}", moves_of(moves)),
        Exit::Landing(moves, void) => {
            let void = void.map(|fact| format!("; void once {}", words(&fact)));
            format!("**landing**: {}{}", moves_of(moves), void.unwrap_or_default())
        }
    };
    [
        step.name.to_owned(),
        words(&step.send),
        words(&step.done),
        rejected + &closed.unwrap_or_default(),
        asks.to_owned(),
        exit,
    ]
}

fn moves_of(moves: &[Move]) -> String {
    let one = |made: &Move| {
        let blocked = made.blocked.map(|fact| format!(", parked if {}", words(&fact)));
        format!("{} until {}{}", words(&made.send), words(&made.done), blocked.unwrap_or_default())
    };
    moves.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// `Do(PlaceBuy)` as "do: place buy".
fn words(name: &dyn Debug) -> String {
    let mut words = String::new();
    let name = format!("{name:?}").replace('(', ": ").replace(')', "");
    for (at, letter) in name.char_indices() {
        let inside = at > 0 && !words.ends_with(' ');
        if letter.is_uppercase() && inside {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}
