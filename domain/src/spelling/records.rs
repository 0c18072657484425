//! How what counterparties say is spelled. Each field in its place: the first spelling of a record is its
//! name for ever.

use super::{Letters, Spelled};
use crate::{
    advance,
    application::{
        Confirmation, ConversionConfirmed, FastTransferConfirmed, LotConfirmed, Misnamed, Outcome,
        PurchaseConfirmed, Reception, RedemptionConfirmed, RejectedFrozen, Rejection, Stated,
        SubscriptionConfirmed,
    },
    payment::Receipt,
    payout,
};

impl Spelled for Confirmation {
    fn spell(&self, letters: &mut Letters) {
        let Confirmation { serial, confirmed_on, registered_on, finished, outcome, misnamed } =
            self;
        let mut fields: Vec<(&str, &dyn Spelled)> = vec![
            ("serial", serial),
            ("confirmed_on", confirmed_on),
            ("registered_on", registered_on),
            ("finished", finished),
            ("outcome", outcome),
        ];
        if !misnamed.is_empty() {
            fields.push(("misnamed", misnamed));
        }
        letters.fields("Confirmation", &fields);
    }
}

impl Spelled for Misnamed {
    fn spell(&self, letters: &mut Letters) {
        let Misnamed { field, placed, said } = self;
        letters.fields("Misnamed", &[("field", field), ("placed", placed), ("said", said)]);
    }
}

impl Spelled for Outcome {
    fn spell(&self, letters: &mut Letters) {
        let (name, numbers): (_, &dyn Spelled) = match self {
            Outcome::Subscription(numbers) => ("Subscription", numbers),
            Outcome::Purchase(numbers) => ("Purchase", numbers),
            Outcome::Redemption(numbers) => ("Redemption", numbers),
            Outcome::Conversion(numbers) => ("Conversion", numbers),
            Outcome::FastTransfer(numbers) => ("FastTransfer", numbers),
        };
        letters.around(name, &[numbers]);
    }
}

impl Spelled for PurchaseConfirmed {
    fn spell(&self, letters: &mut Letters) {
        let PurchaseConfirmed { amount, fee, refund, nav, shares } = self;
        letters.fields(
            "PurchaseConfirmed",
            &[
                ("amount", amount),
                ("fee", fee),
                ("refund", refund),
                ("nav", nav),
                ("shares", shares),
            ],
        );
    }
}

impl Spelled for SubscriptionConfirmed {
    fn spell(&self, letters: &mut Letters) {
        let SubscriptionConfirmed { amount, fee, refund, interest, face, shares, interest_shares } =
            self;
        letters.fields(
            "SubscriptionConfirmed",
            &[
                ("amount", amount),
                ("fee", fee),
                ("refund", refund),
                ("interest", interest),
                ("face", face),
                ("shares", shares),
                ("interest_shares", interest_shares),
            ],
        );
    }
}

impl Spelled for LotConfirmed {
    fn spell(&self, letters: &mut Letters) {
        let LotConfirmed { serial, shares, gross, fee } = self;
        letters.fields(
            "LotConfirmed",
            &[("serial", serial), ("shares", shares), ("gross", gross), ("fee", fee)],
        );
    }
}

impl Spelled for RedemptionConfirmed {
    fn spell(&self, letters: &mut Letters) {
        // The put-off part came later: names of cases that are in the log stay as they are.
        let RedemptionConfirmed { shares, nav, gross, fee, back_end_fee: _, payout, income, lots } =
            self;
        letters.fields(
            "RedemptionConfirmed",
            &[
                ("shares", shares),
                ("nav", nav),
                ("gross", gross),
                ("fee", fee),
                ("payout", payout),
                ("income", income),
                ("lots", lots),
            ],
        );
    }
}

impl Spelled for ConversionConfirmed {
    fn spell(&self, letters: &mut Letters) {
        let ConversionConfirmed {
            shares_out,
            nav_out,
            redemption_fee,
            back_end_fee: _,
            topup_fee,
            net_in,
            nav_in,
            shares_in,
            income,
            lots,
        } = self;
        letters.fields(
            "ConversionConfirmed",
            &[
                ("shares_out", shares_out),
                ("nav_out", nav_out),
                ("redemption_fee", redemption_fee),
                ("topup_fee", topup_fee),
                ("net_in", net_in),
                ("nav_in", nav_in),
                ("shares_in", shares_in),
                ("income", income),
                ("lots", lots),
            ],
        );
    }
}

impl Spelled for FastTransferConfirmed {
    fn spell(&self, letters: &mut Letters) {
        let FastTransferConfirmed { shares, income } = self;
        letters.fields("FastTransferConfirmed", &[("shares", shares), ("income", income)]);
    }
}

impl Spelled for Reception {
    fn spell(&self, letters: &mut Letters) {
        let Reception { serial, on, amount } = self;
        let mut fields: Vec<(&str, &dyn Spelled)> = vec![("serial", serial), ("on", on)];
        fields.extend(amount.as_ref().map(|amount| ("amount", amount as &dyn Spelled)));
        letters.fields("Reception", &fields);
    }
}

impl Spelled for Rejection {
    fn spell(&self, letters: &mut Letters) {
        // What we found of it is no part of what was said.
        let Rejection { cause, interest, frozen, by_us, stated, unearned: _ } = self;
        let mut fields: Vec<(&str, &dyn Spelled)> =
            vec![("cause", cause), ("interest", interest), ("frozen", frozen), ("by_us", by_us)];
        if let Some(stated) = stated {
            fields.push(("stated", stated));
        }
        letters.fields("Rejection", &fields);
    }
}

impl Spelled for Stated {
    fn spell(&self, letters: &mut Letters) {
        let Stated { on, refund, amount, shares } = self;
        letters.fields(
            "Stated",
            &[("on", on), ("refund", refund), ("amount", amount), ("shares", shares)],
        );
    }
}

impl Spelled for RejectedFrozen {
    fn spell(&self, letters: &mut Letters) {
        match self {
            RejectedFrozen::Asked => letters.word("Asked"),
            RejectedFrozen::InAll(shares) => letters.around("InAll", &[shares]),
        }
    }
}

impl Spelled for Receipt {
    fn spell(&self, letters: &mut Letters) {
        let Receipt { no, serial, amount, paid_at } = self;
        letters.fields(
            "Receipt",
            &[("no", no), ("serial", serial), ("amount", amount), ("paid_at", paid_at)],
        );
    }
}

impl Spelled for payout::Transfer {
    fn spell(&self, letters: &mut Letters) {
        let payout::Transfer { no, serial, amount, at } = self;
        letters
            .fields("Transfer", &[("no", no), ("serial", serial), ("amount", amount), ("at", at)]);
    }
}

impl Spelled for advance::Transfer {
    fn spell(&self, letters: &mut Letters) {
        let advance::Transfer { serial, amount, at } = self;
        letters.fields("Transfer", &[("serial", serial), ("amount", amount), ("at", at)]);
    }
}
