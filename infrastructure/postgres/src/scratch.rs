//! A schema to try something in, beside those of stores.

use crate::{connection::Connector, open_error::OpenError, place::Place, settings::Settings, sql};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};

/// A schema of its own on somebody's server, with a name drawn at random. Only such a schema is ever removed.
#[derive(Debug)]
pub struct Scratch(Place);

impl Scratch {
    /// On that server and database; the schema that it names is not touched.
    pub fn on(server: &Place) -> Self {
        let drawn = RandomState::new().build_hasher().finish();
        let schema = format!("fundflow_scratch_{drawn:016x}");
        Self(Place { config: server.config.clone(), schema })
    }

    /// Where a store may be opened.
    pub const fn place(&self) -> &Place {
        &self.0
    }

    /// Removes the schema with all that is in it.
    ///
    /// # Errors
    /// [`OpenError`] where the server does not answer, or refuses.
    pub async fn remove(&self) -> Result<(), OpenError> {
        let connector = Connector::new(&self.0, &Settings::default());
        let place = self.0.to_string();
        let connection = match connector.connect().await {
            Ok(connection) => connection,
            Err(source) => return Err(OpenError::Unreachable { place, source }),
        };
        let dropped = connection.run(&sql::DROP_SCHEMA.replace("{schema}", &self.0.schema)).await;
        dropped.map_err(|error| OpenError::unanswered(error, place))
    }
}
