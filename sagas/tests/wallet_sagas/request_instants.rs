//! Instants that a request carries.

use crate::{fast_withdraw, recharge, withdraw};
use fundflow_runtime::message::Reply;
use fundflow_sagas::{fast_withdraw as fast, recharge as put, withdraw as out};

#[test]
fn an_instant_of_the_request_that_cannot_be_is_refused() {
    for instant in ["2062-02-03T10:00:00+08:00", "2025-02-05T10:00:00+08:00"] {
        let instant = Some(instant.parse().unwrap());
        let mut stage = withdraw::stage("02-03 10:00");
        let who = out::Asked { at: instant, ..withdraw::asked() };
        let reply = stage.request(withdraw::request(Some("400")), who);
        let Reply::Refused(_, text) = reply else { panic!("{instant:?} is taken") };
        assert!(text.contains("is outside of"), "{text}");
        let mut stage = recharge::stage("02-03 10:00");
        let who = put::Asked { at: instant, ..recharge::asked() };
        let reply = stage.request(recharge::request(), who);
        assert!(matches!(reply, Reply::Refused(..)), "{reply:?}");
        let mut stage = fast_withdraw::stage("02-03 10:00");
        let who = fast::Asked { at: instant, ..fast_withdraw::asked() };
        let reply = stage.request(fast_withdraw::request("400"), who);
        assert!(matches!(reply, Reply::Refused(..)), "{reply:?}");
    }
}
