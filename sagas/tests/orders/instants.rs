//! The instant of a request that its caller tells is bounded by our own clock.

use crate::{
    conversion, plan, purchase, redemption,
    stage::{InHouse, Stage, at},
    subscription,
};
use fundflow_domain::fund::ConversionFeeMethod;
use fundflow_runtime::message::Reply;
use fundflow_sagas::{
    conversion::Conversion, purchase::Purchase, redemption::Redemption, regular_plan::RegularPlans,
};

fn refused<S: InHouse>(fresh: &Stage, request: &S::Request)
where
    S::Request: 'static,
{
    for instant in ["2062-02-13T10:00:00+08:00", "2025-02-13T10:00:00+08:00"] {
        let mut stage = fresh.clone();
        stage.asked.at = Some(instant.parse().unwrap());
        let before = stage.events.len();
        let Reply::Refused(_, text) = stage.request::<S>("N", request.clone()) else {
            panic!("{instant} is taken")
        };
        assert!(text.contains("at ") && text.contains("is outside of"), "{text}");
        assert_eq!(stage.events.len(), before);
    }
    for millis in [-2000, 60_000] {
        let mut stage = fresh.clone();
        stage.asked.at = Some(stage.now.plus_millis(millis));
        let reply = stage.request::<S>("N", request.clone());
        assert!(matches!(reply, Reply::Placed { .. }), "{millis}: {reply:?}");
    }
}

#[test]
fn an_instant_of_a_request_that_cannot_be_is_refused() {
    refused::<Purchase>(&purchase::stage(), &purchase::request());
    refused::<Purchase>(&subscription::stage(), &subscription::request());
    refused::<Redemption>(&redemption::stage(), &redemption::request());
    let stage = conversion::stage(ConversionFeeMethod::FeeDifference);
    refused::<Conversion>(&stage, &conversion::request());
    refused::<RegularPlans>(&purchase::stage(), &plan::terms());
    assert!(purchase::stage().now < at("02-13 15:00"));
}
