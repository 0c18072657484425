//! Who leaves memory, and when.

use super::*;

struct Nobody;

impl Follower for Nobody {
    fn judge(&mut self, _: &Streams, _: &Recorded) {}
    fn replan(&mut self, _: &Streams) {}
    fn renew(&mut self, _: &dyn Kind, _: &Streams) {}
    fn used(&self) -> &[Need] {
        &[]
    }
    fn groundless(&self) -> &[Groundless] {
        &[]
    }
    fn stands_at(&self, _: &Streams) -> Option<(&'static str, Place)> {
        None
    }
    fn look(&self, _: &Streams) -> Result<Look, LookError> {
        Err(LookError::NotJson("nobody"))
    }
}

/// What it judges next may be of the turn that it has judged the beginning of.
#[test]
fn a_saga_does_not_leave_while_an_event_of_its_own_is_heard() {
    let owner = |id: &str| -> Owner { ("lamp".into(), id.parse().unwrap()) };
    let mut memory = Memory::of(0);
    for id in ["L-1", "L-2"] {
        memory.sagas.insert(owner(id), Slot { saga: Box::new(Nobody), held: 0 });
        memory.resting.push_back(Rest::Saga(owner(id)));
    }
    let left = |memory: &Memory| ["L-1", "L-2"].map(|id| memory.sagas.contains_key(&owner(id)));

    memory.make_room(&owner("L-1"));
    assert_eq!(left(&memory), [true, true], "it is the oldest, and is next to the last now");
    memory.make_room(&owner("L-1"));
    assert_eq!(left(&memory), [true, false]);
    memory.make_room(&owner("L-3"));
    assert_eq!(left(&memory), [false, false]);
}
