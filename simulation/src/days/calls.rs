//! Calls that left, what becomes of them, and what is said unasked.

use super::{
    fault::Fault,
    play::{Due, Play},
    watch::Untrue,
};
use crate::counterparties::{Counterparties, Said};
use fundflow_runtime::{
    message::{Answered, Effect, What},
    port::{Ask, Payload},
};

const SECOND: i64 = 1000;
const HOUR: i64 = 3600 * SECOND;

impl<C: Counterparties> Play<'_, C> {
    /// A call leaves: it arrives in seconds, in hours, or never.
    pub(super) fn sends(&mut self, effect: Effect) {
        let now = self.shell.now;
        let name = name_of(&effect);
        let saga = [(effect.saga.kind.to_owned(), effect.saga.transaction.clone())];
        if self.strikes(Fault::Lost, &name, &saga) {
            let silence = self.counterparties.silence(&effect);
            self.hears_at(30 * SECOND, effect, silence);
            return;
        }
        let mut after = 1 + i64::try_from(self.chance.dice(&name).below(4)).unwrap_or_default();
        after *= SECOND;
        if self.strikes(Fault::Slow, &name, &saga) {
            let hours = self.chance.dice(&format!("slow {name}")).below(20);
            after = HOUR * (1 + i64::try_from(hours).unwrap_or_default());
        }
        self.schedule(now.plus_millis(after), Due::Acts(Box::new(effect), self.process));
    }

    fn hears_at(&mut self, millis: i64, effect: Effect, answer: Payload) {
        let at = self.shell.now.plus_millis(millis);
        let what = What::Answer(Box::new(Answered { effect, answer }));
        self.schedule(at, Due::Hears(what, Some(self.process)));
    }

    /// It arrives: whoever is called acts, and answers.
    pub(super) fn acts(&mut self, effect: Effect, process: u32) -> Result<(), Untrue> {
        self.counterparties.notes(self.shell.now);
        let ways = self.counterparties.answers(&effect);
        let name = name_of(&effect);
        let saga = [(effect.saga.kind.to_owned(), effect.saga.transaction.clone())];
        let Some(said) = self.one_of(ways, &name, &saga) else {
            let silence = self.counterparties.silence(&effect);
            self.hears_at(30 * SECOND, effect, silence);
            return Ok(());
        };
        self.counterparties = said.after;
        if process != self.process {
            return Ok(());
        }
        if self.strikes(Fault::Unheard, &name, &saga) {
            let silence = self.counterparties.silence(&effect);
            self.hears_at(30 * SECOND, effect, silence);
            return Ok(());
        }
        let answer = |payload| Answered { effect: effect.clone(), answer: payload };
        if self.strikes(Fault::Twice, &name, &saga) {
            let again = What::Answer(Box::new(answer(said.payload.clone())));
            self.schedule(self.shell.now.plus_millis(HOUR), Due::Hears(again, None));
        }
        if effect.ask == Ask::Call
            && let Some(otherwise) = self.counterparties.contradicts(&effect)
            && self.strikes(Fault::Contradicted, &name, &saga)
        {
            let otherwise = What::Answer(Box::new(answer(otherwise)));
            self.schedule(self.shell.now.plus_millis(2 * HOUR), Due::Hears(otherwise, None));
        }
        self.note(|| format!("{effect:?}: {:?}", said.said));
        let what = What::Answer(Box::new(answer(said.payload)));
        self.decide(0, what)
    }

    /// The first is best for whoever asks; the others are said where that strikes.
    fn one_of(
        &mut self,
        mut ways: Vec<Said<C>>,
        name: &str,
        saga: &[(String, fundflow_kernel::ids::TransactionId)],
    ) -> Option<Said<C>> {
        if ways.len() > 1 && self.strikes(Fault::Declined, &name, saga) {
            let other = 1 + self.chance.dice(&format!("way {name}")).below(ways.len() - 1);
            return Some(ways.swap_remove(other));
        }
        (!ways.is_empty()).then(|| ways.swap_remove(0))
    }

    /// Everybody says unasked what they have to say by now.
    pub(super) fn news(&mut self) -> Result<(), Untrue> {
        self.counterparties.notes(self.shell.now);
        let mut rounds = 0;
        loop {
            // What one says changes what the others may say.
            let ways = self.counterparties.notices();
            let Some(stream) = ways.first().map(|(stream, _)| stream.clone()) else {
                return Ok(());
            };
            let same = ways.into_iter().filter(|(of, _)| *of == stream).map(|(_, said)| said);
            let said = self.one_of(same.collect(), &format!("news of {stream}"), &[]);
            let Some(said) = said.filter(|_| rounds < 200) else { return Ok(()) };
            rounds += 1;
            self.counterparties = said.after;
            if self.strikes(Fault::Missed, &stream, &[]) {
                continue;
            }
            self.note(|| format!("unasked about {stream}: {:?}", said.said));
            let what = What::Notice { stream: stream.clone(), news: said.payload };
            if self.strikes(Fault::NewsTwice, &stream, &[]) {
                let at = self.shell.now.plus_millis(HOUR);
                self.schedule(at, Due::Hears(what.clone(), None));
            }
            self.decide(0, what)?;
        }
    }
}

fn name_of(effect: &Effect) -> String {
    let ask = if effect.ask == Ask::Call { "call" } else { "query" };
    format!("{ask} {}", effect.key)
}
