//! The library's jobs of day-cuts, on the house and the folders of a store of this command.

use crate::{house::Terms, reading::Failure};
use fundflow_closing::Place;
use fundflow_sagas::house::House;
use std::path::Path;

/// Those below the directory of a store.
pub(crate) fn place(base: &Path, terms: &Terms, house: House) -> Result<Place, Failure> {
    let registrars = terms.registrars()?.into();
    Ok(Place { base: base.to_owned(), house, registrars, funds: terms.funds().collect() })
}
