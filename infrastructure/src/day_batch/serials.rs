//! A registrar gives each of its records a number of its own.

use fundflow_domain::{application::Misnamed, ids::ApplicationNo, orders::Serial, text::Text};
use fundflow_sagas::ports::registrar::{ApplicationAnswer, OfAnother};
use std::collections::HashMap;

/// Whose a number is, as far as the books know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// No record has it.
    Nobodys,
    /// A record of that application has it, and nothing is wrong with that.
    Own,
    /// Another application's record has it, or had it first.
    Anothers(Misnamed),
}

/// Whose a registrar's number is that a record of that application has.
pub type SerialOf<'a> = &'a dyn Fn(&ApplicationNo, &Serial) -> Whose;

/// That a record has the number of a record of another application.
pub fn of_serial(serial: &Serial, other: &ApplicationNo) -> Misnamed {
    Misnamed {
        field: Text::lossy("TASerialNO"),
        placed: Text::lossy("a number of its own"),
        said: Text::lossy(format!("{serial}, the number of a record of {other}")),
    }
}

/// Of two applications with one number, the first has it.
pub(super) fn numbered_twice(
    said: &mut [(ApplicationNo, ApplicationAnswer)],
    serial_of: SerialOf<'_>,
) {
    let mut seen: HashMap<Serial, ApplicationNo> = HashMap::new();
    for (no, answer) in said {
        let serial = match answer {
            ApplicationAnswer::Confirmed(it) => it.serial.clone(),
            ApplicationAnswer::Received(it) => it.serial.clone(),
            _ => continue,
        };
        let first = seen.entry(serial.clone()).or_insert_with(|| no.clone());
        let misnamed = match serial_of(no, &serial) {
            Whose::Anothers(misnamed) => misnamed,
            Whose::Nobodys if first != no => of_serial(&serial, first),
            Whose::Nobodys | Whose::Own => continue,
        };
        match answer {
            ApplicationAnswer::Confirmed(it) => it.misnamed.push(misnamed),
            other => {
                let said = std::mem::replace(other, ApplicationAnswer::NotFound);
                let of_another = OfAnother { said, misnamed: vec![misnamed] };
                *other = ApplicationAnswer::OfAnother(Box::new(of_another));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fundflow_domain::application::{Confirmation, FastTransferConfirmed, Outcome, Reception};
    use fundflow_domain::money::{Shares, SignedMoney};

    fn serial() -> Serial {
        "S-1".parse().unwrap()
    }

    fn no(text: &str) -> ApplicationNo {
        ApplicationNo::new(text).unwrap()
    }

    fn confirmed(of: &str) -> (ApplicationNo, ApplicationAnswer) {
        let on = "2026-02-13".parse().unwrap();
        let income = "0".parse::<SignedMoney>().unwrap();
        let said = Confirmation {
            serial: serial(),
            confirmed_on: on,
            registered_on: on,
            finished: true,
            outcome: Outcome::FastTransfer(FastTransferConfirmed { shares: Shares::ZERO, income }),
            misnamed: Vec::new(),
        };
        (no(of), ApplicationAnswer::Confirmed(Box::new(said)))
    }

    fn misnamed(said: &ApplicationAnswer) -> &[Misnamed] {
        match said {
            ApplicationAnswer::Confirmed(it) => &it.misnamed,
            ApplicationAnswer::OfAnother(it) => &it.misnamed,
            _ => &[],
        }
    }

    #[test]
    fn of_two_applications_with_a_record_of_one_number_the_second_is_reported() {
        let received =
            Reception { serial: serial(), on: "2026-02-13".parse().unwrap(), amount: None };
        let received = (no("C"), ApplicationAnswer::Received(received));
        let mut all = [confirmed("A"), confirmed("A"), confirmed("B"), received];
        numbered_twice(&mut all, &|_, _| Whose::Nobodys);
        let wrong = [of_serial(&serial(), &no("A"))];
        let found = all.each_ref().map(|(_, said)| misnamed(said));
        assert_eq!(found, [&[][..], &[], &wrong, &wrong]);
        assert!(matches!(all[3].1, ApplicationAnswer::OfAnother(_)));
    }

    #[test]
    fn what_is_in_the_books_comes_before_the_file() {
        let mut all = [confirmed("A"), confirmed("B")];
        let wrong = of_serial(&serial(), &no("B"));
        numbered_twice(&mut all, &|of, _| match of.as_str() {
            "A" => Whose::Anothers(wrong.clone()),
            _ => Whose::Own,
        });
        assert_eq!(misnamed(&all[0].1), [wrong]);
        assert_eq!(misnamed(&all[1].1), []);
    }
}
