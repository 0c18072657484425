//! Under which names an application's facts are stored, and how older bodies of them are read.
//!
//! | type | schema | what changed after it |
//! |---|---|---|
//! | `application.placed` | 1 | a purchase names its plan, where it only said that it had one |

use super::{Applications, Event};
use crate::ids::{PlanId, TransactionId};
use fundflow_kernel::{
    codec::{Stored, Upcast, UpcastError, Value},
    stored_types,
};

impl Stored for Applications {
    const UPCASTS: &'static [Upcast] =
        &[Upcast { event_type: "application.placed", from: 1, apply: name_the_plan }];

    stored_types!(Event {
        Placed => "application.placed",
        Moved => "application.moved",
        AskChanged => "application.ask_changed",
        Accepted => "application.accepted",
        Sealed => "application.sealed",
        Sent => "application.sent",
        Received => "application.received",
        PortionConfirmed => "application.portion_confirmed",
        Confirmed => "application.confirmed",
        PartlyConfirmed => "application.partly_confirmed",
        Corrected => "application.corrected",
        Contested => "application.contested",
        Upheld => "application.upheld",
        Withdrawn => "application.withdrawn",
        RestRejected => "application.rest_rejected",
        Rejected => "application.rejected",
        RejectionContested => "application.rejection_contested",
        RejectionDropped => "application.rejection_dropped",
        Cancelled => "application.cancelled",
    });
}

/// `regular_plan: false` becomes `plan: null`; `true` becomes the plan that the order's ID names:
/// orders of occurrences are called `{plan}.{yyyymmdd}.{suffix}`.
fn name_the_plan(mut body: Value) -> Result<Value, UpcastError> {
    let order = body.get("order").and_then(Value::as_str).map(str::to_owned);
    let ask = body.get_mut("ask").and_then(Value::as_object_mut);
    let ask = ask.ok_or_else(|| wrong("ask is not an object"))?;
    if ask.get("kind").and_then(Value::as_str) != Some("purchase") {
        return Ok(body);
    }
    let plan = match ask.remove("regular_plan").as_ref().and_then(Value::as_bool) {
        Some(false) => Value::Null,
        Some(true) => Value::String(plan_of(order.as_deref())?.to_string()),
        None => return Err(wrong("ask.regular_plan is neither true nor false")),
    };
    ask.insert("plan".to_owned(), plan);
    Ok(body)
}

fn plan_of(order: Option<&str>) -> Result<PlanId, UpcastError> {
    let order = order.ok_or_else(|| wrong("order is not a text"))?;
    let transaction = order.rsplit_once('.').map(|(transaction, _)| transaction);
    let transaction = transaction.and_then(|it| TransactionId::new(it).ok());
    let plan = transaction.as_ref().and_then(PlanId::of_occurrence);
    let plan = plan.map(|(plan, _)| plan);
    plan.ok_or_else(|| wrong(&format!("order {order} is no occurrence of a regular plan")))
}

fn wrong(what: &str) -> UpcastError {
    UpcastError { what: what.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::application::{Ask, tests::purchase};
    use fundflow_kernel::codec::{CodecError, decode, encode, schema_of};

    /// The ready-made purchase as it was stored in the first schema, of that order.
    fn first_schema(order: &str, regular_plan: &str) -> String {
        let (_, body) = encode::<Applications>(&Event::Placed(Box::new(purchase()))).unwrap();
        let known = format!("\"order\":\"{}\"", purchase().order);
        assert!(body.contains(&known) && body.contains("\"plan\":null"), "{body}");
        let body = body.replace(&known, &format!("\"order\":\"{order}\""));
        body.replace("\"plan\":null", &format!("\"regular_plan\":{regular_plan}"))
    }

    fn plan_in(body: &str) -> Result<Option<PlanId>, CodecError> {
        match decode::<Applications>("application.placed", 1, body)? {
            Event::Placed(terms) => match terms.ask {
                Ask::Purchase { plan, .. } => Ok(plan),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_purchase_of_the_first_schema_gets_the_plan_that_its_order_names() {
        let single = plan_in(&first_schema("TX-1.buy", "false")).unwrap();
        let occurrence = plan_in(&first_schema("P.1.20260213.buy", "true")).unwrap();

        assert_eq!(single, None);
        assert_eq!(occurrence, Some("P.1".parse().unwrap()));
        assert_eq!(schema_of::<Applications>("application.placed"), 2);
        assert_eq!(schema_of::<Applications>("application.moved"), 1);
    }

    #[test]
    fn a_purchase_of_a_plan_that_no_order_names_is_an_error_and_never_a_guess() {
        for (order, regular_plan) in
            [("TX-1.buy", "true"), ("P-1.20260231.buy", "true"), ("TX-1.buy", "7")]
        {
            let error = plan_in(&first_schema(order, regular_plan)).unwrap_err();

            assert!(matches!(error, CodecError::NotUpcast { schema: 1, .. }), "{error}");
        }
    }
}
