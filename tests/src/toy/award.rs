//! Gives a member points for a purchase, once the shop says that it deserves them.
//!
//! | row | sends | done | rejected | exit |
//! |---|---|---|---|---|
//! | begin | a milestone | begun | | undo: end *denied* |
//! | check | the question, to the shop | checked | undeserved | |
//! | credit | earn the points | credited | | **landing**: end *credited* |
//!
//! What the shop says is a milestone of the process itself: no aggregate would know it better.

use super::{
    account::{self, Account, Points},
    shop::{self, Answer, Errand, OpenShop},
};
use fundflow_kernel::{
    cause::Cause,
    ids::TransactionId,
    streams::{Key, Need, Opener, Streams},
    time::Timestamp,
};
use fundflow_runtime::{
    port::Callee,
    process::Open,
    process_names,
    saga::{Calling, Clash, Heard, Names, NoCommand, OpenEnd, Preparing, Saga, View},
    step::{Exit, Table, act, call, well_formed},
    turn::{NotDone, Turn},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Something that the log says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the table says what each makes done")]
pub enum Fact {
    Begun,
    Checked,
    Undeserved,
    Credited,
    Ended,
}

/// A command of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the table says when each is sent")]
pub enum Do {
    Begin,
    GiveUp,
    Credit,
    End(Ending),
}

/// When a person is called: a day after the first retry at the latest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Patience;

/// How it ends for the member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ending {
    /// The points are there.
    Credited,
    /// There are none.
    Denied,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The member who gets the points.
    pub member: Arc<str>,
    /// How many points are awarded.
    pub points: Points,
}

/// What is promised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// A person is called then.
    pub patience: Timestamp,
}

/// What happens to the process itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Milestone {
    /// The shop is going to be asked.
    Begun {},
    /// The purchase deserves points.
    Checked {},
    /// It does not.
    Undeserved {
        /// In the shop's words.
        cause: Cause,
    },
}

/// Why an award is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The transaction ID stands for another award.
    #[error(transparent)]
    Clash(#[from] Clash),
}

/// Every key, minted once.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The member's account.
    pub account: Key<Account>,
}

/// A saga of one step, which awards points.
#[derive(Debug)]
pub struct Award;

/// The only table of the award.
#[rustfmt::skip]
pub static V1: Table<Award> = Table {
    version: "award.v1",
    title: "Points for a purchase",
    steps: &[
        act("begin", Do::Begin, Fact::Begun).row(Exit::Undo(&[
            act("deny", Do::End(Ending::Denied), Fact::Ended).to(),
        ])),
        call("check", Errand::Check, Fact::Checked, Patience).row(Exit::Nothing)
            .unless(Fact::Undeserved, Some(Do::GiveUp)),
        act("credit", Do::Credit, Fact::Credited).row(Exit::Landing(&[
            act("finish", Do::End(Ending::Credited), Fact::Ended).to(),
        ], None)),
    ],
    beside: &[],
};
const _: () = assert!(well_formed(&V1), "it starts with an undo and ends on a landing");

impl Saga for Award {
    const KIND: &'static str = "award";
    const NAMES: Names =
        process_names!("award": ["begun", "checked", "undeserved"], ["credited", "denied"]);
    const TABLES: &'static [&'static Table<Self>] = &[&V1];

    type Request = Request;
    type Asked = ();
    type Promise = Promise;
    type Milestone = Milestone;
    type Notes = Option<Milestone>;
    type Refusal = Refusal;
    type Plan = Plan;
    type Fact = Fact;
    type Do = Do;
    type Call = Errand;
    type When = Patience;
    type Ending = Ending;
    type Command = NoCommand;
    type Answer = Answer;

    fn differences(first: &Request, again: &Request) -> Vec<&'static str> {
        let fields =
            [("member", first.member == again.member), ("points", first.points == again.points)];
        fields.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect()
    }

    fn aggregates() -> Vec<Opener> {
        vec![Opener::of::<Account>()]
    }

    fn reads(&self, _: &Preparing<'_, Self>) -> Vec<Need> {
        Vec::new()
    }

    fn prepare(
        &self,
        _: &Streams,
        asked: &Preparing<'_, Self>,
    ) -> Result<(Promise, &'static Table<Self>), Refusal> {
        Ok((Promise { patience: asked.now.plus_millis(86_400_000) }, &V1))
    }

    fn callees(&self, _: &Open<Self>, _: &Plan) -> Vec<Callee> {
        vec![shop::callee()]
    }

    fn plan(&self, _: &TransactionId, open: &Open<Self>) -> Plan {
        Plan { account: Key::of(&open.request.member) }
    }

    fn streams(plan: &Plan) -> Vec<Need> {
        vec![plan.account.need()]
    }

    fn milestone_type(milestone: &Milestone) -> &'static str {
        match milestone {
            Milestone::Begun {} => "award.begun",
            Milestone::Checked {} => "award.checked",
            Milestone::Undeserved { .. } => "award.undeserved",
        }
    }

    fn remember(notes: &mut Option<Milestone>, milestone: &Milestone) -> Option<()> {
        let follows = match (&*notes, milestone) {
            (None, Milestone::Begun {}) => true,
            (Some(Milestone::Begun {}), _) => true,
            (Some(known), again) => return same(known, again).then_some(()),
            (None, Milestone::Checked {} | Milestone::Undeserved { .. }) => false,
        };
        *notes = Some(milestone.clone());
        follows.then_some(())
    }

    fn ending_type(ending: Ending) -> &'static str {
        match ending {
            Ending::Credited => "award.credited",
            Ending::Denied => "award.denied",
        }
    }

    fn ending_of(event_type: &str) -> Option<Ending> {
        let all = [Ending::Credited, Ending::Denied];
        all.into_iter().find(|ending| Self::ending_type(*ending) == event_type)
    }

    fn holds(view: &View<'_, Self>, fact: Fact) -> bool {
        match fact {
            Fact::Begun => view.open.notes.is_some(),
            Fact::Checked => matches!(view.open.notes, Some(Milestone::Checked {})),
            Fact::Undeserved => matches!(view.open.notes, Some(Milestone::Undeserved { .. })),
            Fact::Credited => {
                view.state(&view.plan.account).is_some_and(|it| it.givers.contains(view.id))
            }
            Fact::Ended => view.ending.is_some(),
        }
    }

    fn act(&self, turn: &mut Turn<'_, Self>, what: Do) -> Result<usize, NotDone> {
        match what {
            Do::Begin => turn.reach(Milestone::Begun {}),
            Do::GiveUp => {
                let cause = Cause::new("operator", "a person gave it up");
                turn.reach(Milestone::Undeserved { cause })
            }
            Do::Credit => {
                let (id, plan) = (turn.id().clone(), turn.plan());
                let points = turn.view()?.open.request.points;
                Ok(turn.decide(&plan.account, &account::Command::Earn(id, points))?)
            }
            Do::End(ending) => {
                let cause = Self::failure(&turn.view()?);
                turn.end(ending, cause)
            }
        }
    }

    fn call(&self, view: &View<'_, Self>, errand: Errand, _: Timestamp) -> Option<Calling<Self>> {
        let call = shop::Call { number: view.id.as_str().into(), errand };
        Some(Calling::to::<OpenShop>(&shop::name(), call, |answer| answer))
    }

    fn hear(&self, turn: &mut Turn<'_, Self>, answer: &Answer) -> Result<Heard, NotDone> {
        let milestone = match answer {
            Answer::Deserved => Milestone::Checked {},
            Answer::Undeserved(cause) => Milestone::Undeserved { cause: cause.clone() },
            Answer::NotFound => return Ok(Heard::NotFound),
            Answer::Unknown(cause) => return Ok(Heard::Unknown(cause.clone())),
            Answer::Parcel(_) => {
                return Err(NotDone::Refused("it is no answer about a purchase".into()));
            }
        };
        let known = turn.view()?.open.notes.clone();
        let decided = known.filter(|it| *it != Milestone::Begun {});
        if decided.is_some_and(|it| !same(&it, &milestone)) {
            return Ok(Heard::Contradicts("the shop said the opposite before".into(), 0));
        }
        Ok(Heard::Recorded(turn.reach(milestone)?))
    }

    fn command(&self, _: &mut Turn<'_, Self>, command: &NoCommand) -> Result<usize, Refusal> {
        match *command {}
    }

    fn when(&self, view: &View<'_, Self>, Patience: Patience) -> Option<Timestamp> {
        Some(view.open.promise.patience)
    }

    fn open_ends(view: &View<'_, Self>) -> Vec<OpenEnd> {
        // What was asked and not answered is open: the shop may still say that they are deserved.
        let settled = [Fact::Undeserved, Fact::Credited].map(|fact| Self::holds(view, fact));
        let owed = Self::holds(view, Fact::Begun) && settled == [false, false];
        let worth = view.open.request.points.0.into();
        owed.then(|| OpenEnd { name: "points".into(), worth }).into_iter().collect()
    }

    fn failure(view: &View<'_, Self>) -> Option<Cause> {
        match &view.open.notes {
            Some(Milestone::Undeserved { cause }) => Some(cause.clone()),
            Some(Milestone::Begun {} | Milestone::Checked {}) | None => None,
        }
    }

    fn requester(request: &Request) -> Arc<str> {
        request.member.clone()
    }

    fn summary(request: &Request) -> String {
        format!("{} for a purchase", request.points)
    }
}

fn same(one: &Milestone, other: &Milestone) -> bool {
    Award::milestone_type(one) == Award::milestone_type(other)
}
