//! A process's events as they are stored: the saga's own names, bodies of any saga's shape.

use super::{Disposed, Event, Process, Retry};
use crate::saga::{Names, Saga};
use fundflow_kernel::{
    cause::Cause,
    codec::{self, NotStored, Stored},
    ids::VersionTag,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
struct Prepared<S: Saga> {
    request: Arc<S::Request>,
    admitted: Arc<S::Promise>,
    table: VersionTag,
}

#[derive(Serialize)]
#[serde(bound = "")]
struct PreparedRef<'a, S: Saga> {
    request: &'a S::Request,
    admitted: &'a S::Promise,
    table: &'a VersionTag,
}

#[derive(Serialize, Deserialize)]
struct ForReason {
    reason: Arc<str>,
}

#[derive(Serialize, Deserialize)]
struct Left {
    reason: Arc<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
struct GivenUp {
    reason: Arc<str>,
    ends: Vec<Disposed>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
struct AtEnd {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cause: Option<Cause>,
}

impl<S: Saga> Stored for Process<S> {
    const TYPES: &'static [&'static str] = S::NAMES.all;

    fn type_of(event: &Event<S>) -> &'static str {
        match event {
            Event::Prepared { .. } => S::NAMES.prepared,
            Event::Reached(milestone) => S::milestone_type(milestone),
            Event::RetryScheduled(_) => S::NAMES.retry_scheduled,
            Event::Parked(_) => S::NAMES.parked,
            Event::Resumed { .. } => S::NAMES.resumed,
            Event::LandingChosen { .. } => S::NAMES.landing_chosen,
            Event::Abandoned { .. } => S::NAMES.abandoned,
            Event::Ended { ending, .. } => S::ending_type(*ending),
        }
    }

    fn write(event: &Event<S>, out: &mut Vec<u8>) -> serde_json::Result<()> {
        match event {
            Event::Prepared { request, promise, table } => {
                let (request, admitted) = (request.as_ref(), promise.as_ref());
                serde_json::to_writer(out, &PreparedRef::<S> { request, admitted, table })
            }
            Event::Reached(milestone) => {
                codec::write_tagged(milestone, S::milestone_type(milestone), out)
            }
            Event::RetryScheduled(retry) => serde_json::to_writer(out, retry),
            Event::Parked(parked) => serde_json::to_writer(out, parked),
            Event::Resumed { reason } => {
                serde_json::to_writer(out, &ForReason { reason: reason.clone() })
            }
            Event::LandingChosen { reason, at } => {
                serde_json::to_writer(out, &Left { reason: reason.clone(), at: *at })
            }
            Event::Abandoned { reason, ends, at } => {
                let (reason, ends, at) = (reason.clone(), ends.clone(), *at);
                serde_json::to_writer(out, &GivenUp { reason, ends, at })
            }
            Event::Ended { cause, .. } => {
                serde_json::to_writer(out, &AtEnd { cause: cause.clone() })
            }
        }
    }

    fn read(event_type: &str, data: &str) -> serde_json::Result<Event<S>> {
        let names = &S::NAMES;
        Ok(if event_type == names.prepared {
            let Prepared::<S> { request, admitted, table } = serde_json::from_str(data)?;
            Event::Prepared { request, promise: admitted, table }
        } else if event_type == names.retry_scheduled {
            Event::RetryScheduled(serde_json::from_str::<Retry>(data)?)
        } else if event_type == names.parked {
            Event::Parked(serde_json::from_str(data)?)
        } else if event_type == names.resumed {
            let ForReason { reason } = serde_json::from_str(data)?;
            Event::Resumed { reason }
        } else if event_type == names.landing_chosen {
            let Left { reason, at } = serde_json::from_str(data)?;
            Event::LandingChosen { reason, at }
        } else if event_type == names.abandoned {
            let GivenUp { reason, ends, at } = serde_json::from_str(data)?;
            Event::Abandoned { reason, ends, at }
        } else if let Some(ending) = S::ending_of(event_type) {
            let AtEnd { cause } = serde_json::from_str(data)?;
            Event::Ended { ending, cause }
        } else {
            Event::Reached(codec::read_tagged(event_type, data)?)
        })
    }
    fn check() -> Result<(), NotStored> {
        let Names { prepared, retry_scheduled, parked, resumed, landing_chosen, abandoned, all } =
            S::NAMES;
        let own = [prepared, retry_scheduled, parked, resumed, landing_chosen, abandoned];
        codec::check_names(S::KIND, all)?;
        let milestones = |name: &&str| !own.contains(name) && S::ending_of(name).is_none();
        let milestones: Vec<_> = all.iter().copied().filter(milestones).collect();
        codec::check_variants::<S::Milestone>(S::KIND, &milestones)?;
        codec::check::<S::Milestone>(milestones)
    }
}
