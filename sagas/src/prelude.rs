//! What the author of a fund saga names all the time, in one line: `use fundflow_sagas::prelude::*;`

pub use crate::{
    buying, fund_milestones, fund_saga,
    house::House,
    parts::{
        application::{ApplicationLeg, FundSaga},
        buying::{Bought, Buy, BuyBy, Buying},
        holdings::HoldingsPart,
        milestone::{Milestone, Notes, Scope},
        on_day::OnDay,
    },
    ports::registrar::{ApplicationAnswer, Register, RegistrarNotice},
};
pub use fundflow_domain::{
    application::{Applications, Ask, PromisedFee},
    calendar::{TradingCalendar, TradingDay},
    case::Cases,
    holdings::Holdings,
    ids::{FundCode, InvestorId, OrderId},
    money::{Amount, Discount, Money},
};
