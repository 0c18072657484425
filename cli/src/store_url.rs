//! Which store, by what a person types: a path, `sqlite:PATH`, or the URL of a server.

#[cfg(feature = "postgres")]
use fundflow_infrastructure::postgres::Place;
use fundflow_kernel::loaded::with_sources;
use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

const POSTGRES: [&str; 2] = ["postgres://", "postgresql://"];

/// Which store, and of which kind.
#[derive(Debug, Clone)]
pub(crate) enum StoreUrl {
    /// A directory or a database file.
    Sqlite(PathBuf),
    /// A server, a database and a schema.
    #[cfg(feature = "postgres")]
    Postgres(Box<Place>),
}

impl FromStr for StoreUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if POSTGRES.iter().any(|scheme| text.starts_with(scheme)) {
            return postgres(text);
        }
        if let Some((scheme, _)) = text.split_once("://") {
            return Err(format!(
                "this program knows no store of {scheme}://; write a path, sqlite:PATH, or postgres://USER@HOST/DATABASE"
            ));
        }
        Ok(StoreUrl::Sqlite(path_of(text).into()))
    }
}

/// As it is typed, without a password.
impl fmt::Display for StoreUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreUrl::Sqlite(path) => path.display().fmt(out),
            #[cfg(feature = "postgres")]
            StoreUrl::Postgres(place) => place.fmt(out),
        }
    }
}

#[cfg(feature = "postgres")]
fn postgres(text: &str) -> Result<StoreUrl, String> {
    text.parse()
        .map(|place| StoreUrl::Postgres(Box::new(place)))
        .map_err(|error| with_sources(&error))
}

#[cfg(not(feature = "postgres"))]
fn postgres(_: &str) -> Result<StoreUrl, String> {
    Err("this program was built without its feature postgres; write a path or sqlite:PATH".into())
}

fn path_of(text: &str) -> &str {
    text.strip_prefix("sqlite:").unwrap_or(text)
}

/// The path of a store that a command opens by its files, which a server has none of.
///
/// # Errors
/// What to type instead, where a server is named.
pub(crate) fn file(store: &Path) -> Result<&Path, String> {
    let Some(text) = store.to_str() else { return Ok(store) };
    match text.split_once("://") {
        Some((scheme, _)) if scheme.bytes().all(|b| b.is_ascii_alphanumeric()) => Err(format!(
            "--store {scheme}://…: this command opens a store by its files; on a server there are `fundflow bench` and \
             `fundflow store contract`, and an engine that is embedded"
        )),
        _ => Ok(Path::new(path_of(text))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_sqlite_and_a_server_is_named_by_its_url() {
        for (text, path) in [("data", "data"), ("sqlite:data/events.db", "data/events.db")] {
            let StoreUrl::Sqlite(found) = text.parse().unwrap() else { panic!("{text}") };
            assert_eq!(found, PathBuf::from(path));
            assert_eq!(file(Path::new(text)).unwrap(), Path::new(path));
        }
        for (text, says) in [
            ("esdb://db:2113", "no store of esdb://"),
            ("postgres://db/books?schema=A", "1 to 63 of a-z 0-9 _"),
        ] {
            let refused = text.parse::<StoreUrl>().map(drop).unwrap_err();
            assert!(refused.contains(says), "{refused}");
            assert!(file(Path::new(text)).unwrap_err().contains("by its files"), "{text}");
        }
    }
}
