//! Whom an order of the wallet would call is there, or the order is not taken: nothing of it is stored.

use crate::{fast_withdraw, income, recharge, stage::Stage, withdraw};
use fundflow_kernel::cause::Cause;
use fundflow_runtime::{
    message::{ActionError, Reply},
    port::{AnyPort, Keyed, Port, Ports},
    saga::Saga,
};
use fundflow_sagas::ports::{
    advance::AdvanceCall, bank::BankCall, registrar::RegistrarCall, wallets::Page,
};
use std::{fmt, marker::PhantomData, sync::Arc};

/// Takes calls of one type, and is never called here.
struct Takes<C>(PhantomData<fn() -> C>);

impl<C: Keyed + Clone + fmt::Debug + Send + Sync + 'static> Port for Takes<C> {
    type Call = C;
    type Answer = ();

    async fn call(&self, call: C) {
        unreachable!("{call:?}")
    }
    fn silence(_: &C, _: Cause) {}
}

/// All ports but one.
pub(crate) fn ports_without(lacking: &str) -> Arc<Ports> {
    let all: [(&str, Arc<dyn AnyPort>); 4] = [
        ("bank", Arc::new(Takes::<BankCall>(PhantomData))),
        ("advance", Arc::new(Takes::<AdvanceCall>(PhantomData))),
        ("ta-05", Arc::new(Takes::<RegistrarCall>(PhantomData))),
        ("wallets", Arc::new(Takes::<Page>(PhantomData))),
    ];
    let there = all.into_iter().filter(|(name, _)| *name != lacking);
    Arc::new(there.map(|(name, port)| (name.parse().unwrap(), port)).collect())
}

/// Refused without each of them, and taken under the same ID when they are there.
fn needs<S: Saga>(
    mut stage: Stage<S>,
    id: &str,
    names: &[&str],
    ask: impl Fn() -> (S::Request, S::Asked),
) where
    S::Request: 'static,
    S::Asked: 'static,
{
    let before = stage.events.len();
    for name in names {
        stage.runner.set_ports(ports_without(name));
        let (request, asked) = ask();
        let reply = stage.request_as(id, request, asked);
        let Reply::NotActed(ActionError::NoPort(missing)) = reply else { panic!("{reply:?}") };
        assert_eq!(missing.port.as_str(), *name, "{missing}");
        assert_eq!(stage.events.len(), before, "{missing}");
    }
    stage.runner.set_ports(ports_without(""));
    let (request, asked) = ask();
    let reply = stage.request_as(id, request, asked);
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
}

#[test]
fn an_ordinary_withdrawal_is_offered_only_where_its_bank_can_be_called() {
    for (lacking, is_offered) in [("", true), ("bank", false), ("ta-05", false)] {
        let mut stage = fast_withdraw::stage("02-03 10:00");
        stage.runner.set_ports(ports_without(lacking));
        let reply = stage.request(fast_withdraw::request("10001"), fast_withdraw::asked());
        let Reply::Refused(_, text) = reply else { panic!("{reply:?}") };
        assert_eq!(text.contains("an ordinary withdrawal"), is_offered, "{lacking}: {text}");
    }
}

#[test]
fn nothing_is_stored_of_an_order_that_would_call_somebody_who_is_not_there() {
    let now = "02-03 10:00";
    needs(recharge::stage(now), "N", &["bank", "ta-05"], || {
        (recharge::request(), recharge::asked())
    });
    needs(withdraw::stage(now), "N", &["bank", "ta-05"], || {
        (withdraw::request(None), withdraw::asked())
    });
    needs(fast_withdraw::stage(now), "N", &["advance", "bank", "ta-05"], || {
        (fast_withdraw::request("100"), fast_withdraw::asked())
    });
    let (stage, id, request) = income::one_day();
    needs(stage, &id, &["wallets"], || (request, ()));
}
