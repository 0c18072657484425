//! What records name besides what moved since the day began.

use super::{
    ReconError,
    gather::{Around, Gathered, Next},
};
use fundflow_application::{
    read_models::StreamFold,
    reconciliation::{About, Sums, of_application, of_money},
};
use fundflow_domain::{
    application::Applications,
    ids::{ApplicationNo, PaymentNo},
    payment::Payments,
    payout::Payouts,
};
use fundflow_infrastructure::reconciled::Side;
use fundflow_kernel::streams::Key;
use fundflow_reconciliation::{row::Row, source::Source};

/// What records name besides what moved since the day began: an order of an earlier T, a payment of another day.
pub(super) async fn named_besides(
    around: &Around<'_>,
    gathered: &mut Gathered,
) -> Result<(), ReconError> {
    let (from, mut after) = match &gathered.so_far.next {
        Next::Join => return Ok(()),
        Next::Named(source, after) => (*source, after.clone()),
        Next::Files(..) | Next::Moved(_) | Next::Events(_) | Next::Silent(_) => {
            (Source::Confirmations, String::new())
        }
        Next::Positions(..) | Next::Sums => (Source::Confirmations, String::new()),
    };
    for source in [Source::Confirmations, Source::Statement] {
        if source == Source::Confirmations && from == Source::Statement {
            continue;
        }
        loop {
            let keys = gathered.staging.unmet(source, &after)?;
            let Some(last) = keys.last() else { break };
            after.clone_from(last);
            for key in keys {
                for row in named_by(around, source, &key).await? {
                    gathered.staging.add(around.day.rules.source(source), Side::Ours, &row)?;
                }
            }
            gathered.mark(Next::Named(source, after.clone()))?;
        }
        after.clear();
    }
    Ok(gathered.mark(Next::Join)?)
}

async fn named_by(around: &Around<'_>, source: Source, key: &str) -> Result<Vec<Row>, ReconError> {
    let (store, number) = (around.day.store, key.split('|').next().unwrap_or_default());
    if source == Source::Confirmations {
        let Ok(no) = ApplicationNo::new(number) else { return Ok(Vec::new()) };
        let stream = Key::<Applications>::of(&no);
        let (fold, read) = StreamFold::<Applications>::load(store, stream.stream()).await?;
        let until = around.day.date;
        let about = About { day: None, distributor: &around.distributor, recipient: "", until };
        return Ok(of_application(&fold, &read, about, &mut Sums::default()));
    }
    let Ok(no) = PaymentNo::new(number) else { return Ok(Vec::new()) };
    let payment = no.refund_of().unwrap_or_else(|| no.clone());
    let streams = [
        Key::<Payments>::of(&payment).stream().clone(),
        Key::<Payouts>::of(&no.attempt_of()).stream().clone(),
        Key::<Payouts>::of(&no).stream().clone(),
    ];
    for stream in streams {
        let rows = of_money(store, &stream, None).await?;
        let of_it: Vec<Row> = rows
            .into_iter()
            .filter(|row| row.values.get("number").is_some_and(|it| it.to_string() == number))
            .collect();
        if !of_it.is_empty() {
            return Ok(of_it);
        }
    }
    Ok(Vec::new())
}
