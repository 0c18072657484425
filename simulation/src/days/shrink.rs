//! Makes a play that fails smaller: moments, faults and days are taken out as long as it fails in the same way.

use super::{Days, Fallen, Plan};
use crate::counterparties::Counterparties;
use std::collections::BTreeSet;

/// What is left of a play that fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shrunk {
    /// Fails as the first one did.
    pub plan: Plan,
    /// The failed truth.
    pub fallen: Fallen,
    /// How many plays were tried.
    pub tried: usize,
}

/// Takes out of a plan that fails whatever it fails without, in no more plays than that.
///
/// `days` makes what a plan is played on; fewer days are other days.
///
/// # Errors
/// If it does not fail.
pub fn shrink<C: Counterparties>(
    plan: &Plan,
    days: impl Fn(&Plan) -> Option<(Days<C>, super::Profile)>,
    at_most: usize,
    progress: impl FnMut(&Plan, usize),
) -> Result<Shrunk, &'static str> {
    let mut search = Search { days, tried: 0, at_most, truth: None, progress };
    let Some(fallen) = search.fails(plan) else { return Err("it does not fail") };
    search.truth = Some(fallen.truth.clone());
    let all = search.moments(plan);
    let moments = plan.moments.clone().unwrap_or(all);
    let strikes = plan.strikes.clone().unwrap_or_else(|| fallen.struck.clone());
    let fails = Some(fallen.truth.clone());
    let full = Plan { moments: Some(moments), strikes: Some(strikes), fails, ..plan.clone() };
    let mut best = (full, *fallen);
    if let Some(again) = search.fails(&best.0) {
        best.1 = *again;
    } else {
        // Whatever came after the failure was not in it: chance strikes as before.
        best.0.strikes = None;
    }
    loop {
        let before = size(&best.0);
        search.fewer_moments(&mut best);
        search.fewer_strikes(&mut best);
        search.fewer_days(&mut best);
        if size(&best.0) == before || search.tried >= search.at_most {
            let (plan, fallen) = best;
            return Ok(Shrunk { plan, fallen, tried: search.tried });
        }
    }
}

fn size(plan: &Plan) -> (usize, usize, u16) {
    let moments = plan.moments.as_ref().map_or(usize::MAX, BTreeSet::len);
    (moments, plan.strikes.as_ref().map_or(usize::MAX, BTreeSet::len), plan.days)
}

struct Search<D, P> {
    days: D,
    tried: usize,
    at_most: usize,
    truth: Option<String>,
    progress: P,
}

type Best = (Plan, Fallen);

impl<C, D, P> Search<D, P>
where
    C: Counterparties,
    D: Fn(&Plan) -> Option<(Days<C>, super::Profile)>,
    P: FnMut(&Plan, usize),
{
    /// How it fails, if it fails in the way that is looked for.
    fn fails(&mut self, plan: &Plan) -> Option<Box<Fallen>> {
        if self.tried >= self.at_most {
            return None;
        }
        self.tried += 1;
        let (days, profile) = (self.days)(plan)?;
        let fallen = days.play(plan, profile).err()?;
        let same = self.truth.as_ref().is_none_or(|truth| *truth == fallen.truth);
        (self.progress)(plan, self.tried);
        same.then_some(fallen)
    }

    fn moments(&self, plan: &Plan) -> BTreeSet<usize> {
        let count = (self.days)(plan).map_or(0, |(days, _)| days.moments.len());
        (0..count).collect()
    }

    fn fewer_moments(&mut self, best: &mut Best) {
        let Some(all) = best.0.moments.clone() else { return };
        self.fewer(best, all, |plan, left| plan.moments = Some(left));
    }

    fn fewer_strikes(&mut self, best: &mut Best) {
        let Some(all) = best.0.strikes.clone() else { return };
        self.fewer(best, all, |plan, left| plan.strikes = Some(left));
    }

    /// Takes out halves, then quarters, down to one by one.
    fn fewer<T: Clone + Ord>(
        &mut self,
        best: &mut Best,
        mut left: BTreeSet<T>,
        put: impl Fn(&mut Plan, BTreeSet<T>),
    ) {
        let mut chunk = left.len();
        while chunk > 0 {
            let all: Vec<T> = left.iter().cloned().collect();
            for out in all.chunks(chunk) {
                let fewer: BTreeSet<T> =
                    left.iter().filter(|it| !out.contains(it)).cloned().collect();
                let mut plan = best.0.clone();
                put(&mut plan, fewer.clone());
                if let Some(fallen) = self.fails(&plan) {
                    left = fewer;
                    *best = (plan, *fallen);
                }
            }
            chunk /= 2;
        }
    }

    fn fewer_days(&mut self, best: &mut Best) {
        while best.0.days > 1 {
            let plan = Plan { days: best.0.days - 1, ..best.0.clone() };
            let Some(fallen) = self.fails(&plan) else { return };
            *best = (plan, *fallen);
        }
    }
}
