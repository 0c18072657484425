//! What a fund saga of one order writes down besides that order: its promise, and the doors of
//! [`Buying`](super::buying::Buying).
//!
//! ```text
//! fund_saga!(PointsExchange);                  the saga, made of its house; impl FundSaga
//! impl Saga for PointsExchange {
//!     buying!(shares, Answer::Registrar);      Promise · Milestone · Notes · When · when · needs · notice · days
//!                                              · callees · rests_on · renewed · caution
//! ```

use fundflow_domain::{calendar::TradingDay, time::Timestamp};
use fundflow_runtime::port::Callee;
use serde::{Deserialize, Serialize};

/// What is promised where only the day is: for [`fund_saga!`](crate::fund_saga).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnDay {
    /// The instant of the request.
    pub requested_at: Timestamp,
    /// The T that it belongs to, if nothing keeps it longer.
    pub trade_date: TradingDay,
}

/// Whom calls of that type to the port of that name go to, for [`buying!`](crate::buying).
#[doc(hidden)]
pub fn callee<C: std::any::Any>(port: &str) -> Option<Callee> {
    Some(Callee::of::<C>(port.parse().ok()?, format!("the counterparty {port}")))
}

/// Declares a saga that is made of its house and promises [`OnDay`], and writes its `impl FundSaga`.
#[macro_export]
macro_rules! fund_saga {
    ($(#[$doc:meta])* $saga:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $saga(pub $crate::house::House);

        impl $crate::parts::application::FundSaga for $saga {
            fn house(&self) -> &$crate::house::House {
                &self.0
            }

            fn requested_at(
                promise: &$crate::parts::on_day::OnDay,
            ) -> $crate::in_macros::Timestamp {
                promise.requested_at
            }

            fn trade_date(
                promise: &$crate::parts::on_day::OnDay,
            ) -> $crate::in_macros::TradingDay {
                promise.trade_date
            }
        }
    };
}

/// Writes `Promise`, `Milestone`, `Notes`, `When`, `when`, `needs`, `notice`, `callees`, `foreseen`, `rests_on`, `renewed`,
/// `caution` and the business day inside of an `impl Saga` whose plan has one `Buying` in that field, and whose answer has a
/// variant for what the registrar says. Ports of its own follow, each with the type of its calls.
#[macro_export]
macro_rules! buying {
    ($field:ident, $answer:ident::$registrar:ident $(, $who:literal: $call:ty)*) => {
        fn callees(
            &self,
            open: &$crate::in_macros::Open<Self>,
            plan: &Self::Plan,
        ) -> ::std::vec::Vec<$crate::in_macros::Callee> {
            let t = open.promise.trade_date.date();
            let mut callees = self.0.to_registrars(&[plan.$field.fund], t);
            $(callees.extend($crate::parts::on_day::callee::<$call>($who));)*
            callees
        }

        fn foreseen(&self) -> ::std::vec::Vec<$crate::in_macros::Callee> {
            #[allow(unused_mut, reason = "there may be no port of its own")]
            let mut callees = self.0.foreseen.clone();
            $(callees.extend($crate::parts::on_day::callee::<$call>($who));)*
            callees
        }

        fn rests_on() -> ::std::vec::Vec<$crate::in_macros::Need> {
            $crate::parts::by_calendar::rests_on()
        }

        fn renewed(
            &self,
            streams: &$crate::in_macros::Streams,
        ) -> ::std::option::Option<Self> {
            self.0.renewed(streams).map(Self)
        }

        fn caution(
            &self,
            now: $crate::in_macros::Timestamp,
        ) -> ::std::option::Option<::std::string::String> {
            self.0.caution(now)
        }

        type Promise = $crate::parts::on_day::OnDay;
        type Milestone = $crate::parts::milestone::Milestone<$crate::parts::on_day::OnDay>;
        type Notes = $crate::parts::milestone::Notes<$crate::parts::on_day::OnDay>;
        type When = $crate::parts::buying::BuyBy;

        fn when(
            &self,
            view: &$crate::in_macros::View<'_, Self>,
            when: Self::When,
        ) -> ::std::option::Option<$crate::in_macros::Timestamp> {
            view.plan.$field.when(self, view, when)
        }

        fn day_of_promise(
            promise: &$crate::parts::on_day::OnDay,
        ) -> ::std::option::Option<$crate::in_macros::NaiveDate> {
            ::std::option::Option::Some(promise.trade_date.date())
        }

        fn business_date(
            view: &$crate::in_macros::View<'_, Self>,
        ) -> ::std::option::Option<$crate::in_macros::NaiveDate> {
            ::std::option::Option::Some(view.plan.$field.day(view).date())
        }

        fn needs(
            &self,
            view: &$crate::in_macros::View<'_, Self>,
            answer: &Self::Answer,
            now: $crate::in_macros::Timestamp,
        ) -> ::std::vec::Vec<$crate::in_macros::Need> {
            match answer {
                $answer::$registrar(said) => view.plan.$field.leg.needs_for(self, view, said),
                _ => ::std::vec::Vec::new(),
            }
        }

        fn notice(
            view: &$crate::in_macros::View<'_, Self>,
            stream: &$crate::in_macros::StreamName,
            news: &$crate::in_macros::Payload,
        ) -> ::std::option::Option<Self::Answer> {
            view.plan.$field.news(stream, news).map($answer::$registrar)
        }
    };
}
