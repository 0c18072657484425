//! Whom an order would call is there, or the order is not taken: nothing of it is stored.

use crate::{
    conversion, plan, purchase, redemption,
    stage::{InHouse, Stage},
    subscription,
};
use fundflow_domain::fund::ConversionFeeMethod;
use fundflow_kernel::cause::Cause;
use fundflow_runtime::{
    message::{ActionError, Reply},
    port::{AnyPort, Keyed, Port, Ports},
};
use fundflow_sagas::{
    conversion::Conversion,
    ports::{bank::BankCall, registrar::RegistrarCall},
    purchase::Purchase,
    redemption::Redemption,
    regular_plan::RegularPlans,
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

pub(crate) fn bank() -> Arc<dyn AnyPort> {
    Arc::new(Takes::<BankCall>(PhantomData))
}

pub(crate) fn registrar() -> Arc<dyn AnyPort> {
    Arc::new(Takes::<RegistrarCall>(PhantomData))
}

pub(crate) fn ports(named: &[(&str, Arc<dyn AnyPort>)]) -> Arc<Ports> {
    Arc::new(named.iter().map(|(name, port)| (name.parse().unwrap(), port.clone())).collect())
}

/// The order needs both where it takes money in or pays it out, and the registrar in any case.
fn is_refused_without<S: InHouse>(mut stage: Stage, needs_bank: bool, request: &S::Request)
where
    S::Request: 'static,
{
    let before = stage.events.len();
    let mut lacking = |named: &[(&str, Arc<dyn AnyPort>)], who: &str| {
        stage.runner.set_ports(ports(named));
        let reply = stage.request::<S>("N", request.clone());
        let Reply::NotActed(ActionError::NoPort(missing)) = reply else { panic!("{reply:?}") };
        assert!(missing.who.starts_with(who), "{missing}");
        assert_eq!(stage.events.len(), before, "{missing}");
    };
    lacking(&[("bank", bank())], "registrar 05 of fund ");
    lacking(&[("bank", bank()), ("ta-05", bank())], "registrar 05 of fund ");
    if needs_bank {
        lacking(&[("ta-05", registrar())], "the bank");
    }
    stage.runner.set_ports(ports(&[("bank", bank()), ("ta-05", registrar())]));
    let reply = stage.request::<S>("N", request.clone());
    assert!(matches!(reply, Reply::Placed { .. }), "its ID is free: {reply:?}");
}

#[test]
fn nothing_is_stored_of_an_order_that_would_call_somebody_who_is_not_there() {
    is_refused_without::<Purchase>(purchase::stage(), true, &purchase::request());
    is_refused_without::<Purchase>(subscription::stage(), true, &subscription::request());
    is_refused_without::<Redemption>(redemption::stage(), true, &redemption::request());
    let stage = conversion::stage(ConversionFeeMethod::FeeDifference);
    is_refused_without::<Conversion>(stage, false, &conversion::request());
    is_refused_without::<RegularPlans>(purchase::stage(), true, &plan::terms());
}
