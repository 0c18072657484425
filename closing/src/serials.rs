//! Which application a registrar's number belongs to, by the records that are in the books.

use fundflow_domain::{
    application::{Application, Confirmation, Misnamed},
    ids::ApplicationNo,
    orders::Serial,
};
use fundflow_infrastructure::day_batch::{Whose, of_serial};
use std::collections::HashMap;

/// The applications that have a record of that number, and what each record says of the number.
#[derive(Debug, Default)]
pub struct Serials(HashMap<Serial, Vec<(ApplicationNo, Option<Misnamed>)>>);

impl Serials {
    /// Of one registrar's records, whichever distributor they are for.
    pub fn of<'a>(applications: impl Iterator<Item = &'a Application>) -> Self {
        let mut all = Self::default();
        applications.for_each(|known| all.add(known));
        all
    }

    fn add(&mut self, known: &Application) {
        let said = known.confirmations().chain(known.contested()).chain(known.withdrawn());
        let said = said.map(|it| (&it.serial, misnamed(it)));
        let received = known.received.iter().map(|it| (&it.serial, None));
        for (serial, misnamed) in said.chain(received) {
            let of = self.0.entry(serial.clone()).or_default();
            of.push((known.terms.no.clone(), misnamed));
        }
    }

    /// A record that is read again says what it said first; a new one must not have another's number.
    pub fn whose(&self, no: &ApplicationNo, serial: &Serial) -> Whose {
        let of = self.0.get(serial).map_or(&[][..], Vec::as_slice);
        let own = of.iter().find(|(own, _)| own == no);
        match (own, of.first()) {
            (Some((_, said)), _) => said.clone().map_or(Whose::Own, Whose::Anothers),
            (None, Some((other, _))) => Whose::Anothers(of_serial(serial, other)),
            (None, None) => Whose::Nobodys,
        }
    }
}

fn misnamed(said: &Confirmation) -> Option<Misnamed> {
    said.misnamed.iter().find(|it| it.field.as_str() == "TASerialNO").cloned()
}
