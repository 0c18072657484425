//! What an engine refuses to carry, before anything is asked of it.

use crate::{
    carrier::{Carrier, Mood},
    world::World,
};
use fundflow::{
    StartError,
    runtime::{port::Callee, prelude::*, process::Open, saga::Body},
};
use serde::{Deserialize, Serialize};
use std::marker::PhantomData;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Request {
    what: String,
}

words! {
    Ending: Over;
}

macro_rules! aggregate {
    ($name:ident, $event:ident { $variant:ident => $type:literal }) => {
        struct $name;

        impl Decider for $name {
            const CATEGORY: &'static str = "crate";
            type Command = ();
            type Event = $event;
            type State = ();
            type Refusal = No;
            fn decide((): &(), (): &()) -> Result<Vec<$event>, No> {
                Ok(vec![])
            }
            fn evolve((): (), _: &$event) -> Option<()> {
                Some(())
            }
        }

        impl Stored for $name {
            stored_types!($event { $variant => $type });
        }
    };
}

#[derive(Debug, Serialize, Deserialize)]
enum Lifted {
    Lifted { by: String },
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Inside {
    Opened { by: String },
}

/// A milestone that the saga's names do not hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Hooked {
    Hooked,
}

aggregate!(Sound, Lifted { Lifted => "crate.lifted" });
aggregate!(Renamed, Lifted { Lifted => "crate.hoisted" });
aggregate!(TaggedInside, Inside { Opened => "crate.opened" });
aggregate!(OfAnother, Lifted { Lifted => "shelf.lifted" });

/// A saga that works on that aggregate, and never gets so far.
struct Lifting<D, M = NoMilestone>(PhantomData<fn() -> (D, M)>);

impl<D, M> Lifting<D, M>
where
    Self: Saga,
{
    async fn refused(world: &World) -> String {
        let started = world.builder().saga(Self(PhantomData)).start().await;
        let Err(StartError::NotStored(refused)) = started else {
            panic!("an engine that cannot store its events")
        };
        refused.to_string()
    }
}

impl<D, M> Saga for Lifting<D, M>
where
    D: Stored<State: Clone + Send + Sync> + 'static,
    M: Body + 'static,
{
    const KIND: &'static str = "lifting";
    const NAMES: Names = process_names!("lifting": [], ["over"]);
    const TABLES: &'static [&'static Table<Self>] = &[];
    endings!("lifting", Ending { Over => "over" });
    request_fields!(Request { what } by what, "{what}");
    no_commands!();
    type Asked = ();
    type Promise = ();
    type Milestone = M;
    type Notes = ();
    type Refusal = No;
    type Plan = ();
    type Fact = ();
    type Do = ();
    type Call = ();
    type When = ();
    type Answer = ();

    fn aggregates() -> Vec<Opener> {
        vec![Opener::of::<D>()]
    }
    fn reads(&self, _: &Preparing<'_, Self>) -> Vec<Need> {
        vec![]
    }
    fn prepare(&self, _: &Streams, _: &Preparing<'_, Self>) -> Prepared<Self> {
        Err("nothing is lifted".into())
    }
    fn callees(&self, _: &Open<Self>, (): &()) -> Vec<Callee> {
        vec![]
    }
    fn plan(&self, _: &TransactionId, _: &Open<Self>) {}
    fn streams((): &()) -> Vec<Need> {
        vec![]
    }
    fn milestone_type(_: &M) -> &'static str {
        "lifting.hooked"
    }
    fn holds(_: &View<'_, Self>, (): ()) -> bool {
        false
    }
    fn act(&self, _: &mut Turn<'_, Self>, (): ()) -> Result<usize, NotDone> {
        Ok(0)
    }
    fn call(&self, _: &View<'_, Self>, (): (), _: Timestamp) -> Option<Calling<Self>> {
        None
    }
    fn hear(&self, _: &mut Turn<'_, Self>, (): &()) -> Result<Heard, NotDone> {
        Ok(Heard::Recorded(0))
    }
    fn when(&self, _: &View<'_, Self>, (): ()) -> Option<Timestamp> {
        None
    }
    fn open_ends(_: &View<'_, Self>) -> Vec<OpenEnd> {
        vec![]
    }
}

#[tokio::test]
async fn an_engine_does_not_start_with_events_that_could_not_be_read_back() {
    let world = World::with(Carrier::who(Mood::Sends));

    let renamed = Lifting::<Renamed>::refused(&world).await;
    assert_eq!(
        renamed,
        "events called crate.hoisted cannot be read back: serde calls the variants of their enum \
         Lifted; write #[serde(rename = \"hoisted\")] on one of them, or #[serde(rename_all = \
         \"snake_case\")] on the enum"
    );
    let inside = Lifting::<TaggedInside>::refused(&world).await;
    assert!(inside.contains("leave out #[serde(tag = …)]"), "{inside}");
    let of_another = Lifting::<OfAnother>::refused(&world).await;
    assert!(of_another.contains("each must start with \"crate.\""), "{of_another}");
    let milestone = Lifting::<Sound, Hooked>::refused(&world).await;
    assert!(milestone.contains("the variant that serde calls Hooked"), "{milestone}");
    assert!(world.log().await.is_empty());
}
