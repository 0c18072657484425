//! Where a store is: a server, a database in it, and a schema in that.

use std::{fmt, str::FromStr};
use tokio_postgres::Config;

const SCHEMA: &str = "fundflow";
/// The server cuts names at 63 bytes.
const LONGEST: usize = 63;

/// Where a store is. Shown without its password.
#[derive(Clone)]
pub struct Place {
    pub(crate) config: Config,
    pub(crate) schema: String,
}

/// A text that names no place of a store. The text itself may hold a password, so it is not repeated.
#[derive(Debug, thiserror::Error)]
pub enum NotAPlace {
    /// No URL of a server, or an option that its client does not know.
    #[error(
        "it is no URL of a PostgreSQL server; write it like postgres://user@host:5432/database?schema=fundflow"
    )]
    Url(#[source] tokio_postgres::Error),
    /// It does not begin as a URL of a server does.
    #[error("a URL of a PostgreSQL server begins with postgres:// or postgresql://")]
    Scheme,
    /// A name that would have to be quoted.
    #[error("schema {name:?} is not 1 to 63 of a-z 0-9 _ that begin with a letter")]
    Schema {
        /// The refused name, cut to 80 characters.
        name: String,
    },
}

impl FromStr for Place {
    type Err = NotAPlace;

    fn from_str(url: &str) -> Result<Self, NotAPlace> {
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(NotAPlace::Scheme);
        }
        let (server, options) = url.split_once('?').unwrap_or((url, ""));
        let (mut schema, mut others) = (SCHEMA.to_owned(), Vec::new());
        for option in options.split('&').filter(|option| !option.is_empty()) {
            match option.split_once('=') {
                Some(("schema", name)) => name.clone_into(&mut schema),
                _ => others.push(option),
            }
        }
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        let begins = schema.starts_with(|c: char| c.is_ascii_lowercase());
        if !begins || schema.len() > LONGEST || !schema.bytes().all(plain) {
            return Err(NotAPlace::Schema { name: schema.chars().take(80).collect() });
        }
        let url = if others.is_empty() {
            server.to_owned()
        } else {
            format!("{server}?{}", others.join("&"))
        };
        Ok(Self { config: url.parse().map_err(NotAPlace::Url)?, schema })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts = self.config.get_hosts().iter().map(|host| match host {
            tokio_postgres::config::Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            tokio_postgres::config::Host::Unix(path) => path.display().to_string(),
        });
        let hosts: Vec<String> = hosts.collect();
        let database = self.config.get_dbname().unwrap_or_default();
        write!(out, "postgres://{}/{database}?schema={}", hosts.join(","), self.schema)
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Place({self})")
    }
}
