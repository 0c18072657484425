//! A server to try the store on, and a schema for each test.

use fundflow_postgres::{Place, PostgresStore, Scratch, Settings};
use std::{io::Write as _, time::Duration};
use tokio_postgres::{Client, Config, NoTls, config::Host};

const LOCAL: &str = "postgres://postgres@127.0.0.1:5432/postgres";

/// Where the server of the tests is.
pub(crate) fn url() -> String {
    std::env::var("FUNDFLOW_POSTGRES_URL").unwrap_or_else(|_| LOCAL.into())
}

fn config() -> Config {
    url().parse().expect("a URL of a server")
}

/// Host and port of the server.
pub(crate) fn address() -> String {
    let config = config();
    let Some(Host::Tcp(host)) = config.get_hosts().first() else { panic!("a host, not a socket") };
    format!("{host}:{}", config.get_ports().first().unwrap_or(&5432))
}

/// The same server for another user, whose password is `scratch`.
pub(crate) fn url_of(user: &str) -> String {
    format!(
        "postgres://{user}:scratch@{}/{}",
        address(),
        config().get_dbname().unwrap_or("postgres")
    )
}

/// The same server by another address.
pub(crate) fn url_at(address: &str) -> String {
    let config = config();
    let password = config.get_password().map(|it| format!(":{}", String::from_utf8_lossy(it)));
    let user = config.get_user().unwrap_or("postgres");
    let database = config.get_dbname().unwrap_or("postgres");
    format!("postgres://{user}{}@{address}/{database}", password.unwrap_or_default())
}

/// A client beside the store: an administrator, or an insider.
pub(crate) async fn admin() -> Client {
    let (client, connection) = tokio_postgres::connect(&url(), NoTls).await.expect("a server");
    tokio::spawn(connection);
    client
}

/// Whether a server answers. Where a URL was named, it must.
pub(crate) fn is_there() -> bool {
    let answers = async { tokio_postgres::connect(&url(), NoTls).await.is_ok() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let answers = runtime.expect("a thread").block_on(answers);
    assert!(
        answers || std::env::var("FUNDFLOW_POSTGRES_URL").is_err(),
        "{} does not answer",
        url()
    );
    if !answers {
        // Past what a test captures: whoever runs the suite is to see it.
        let test = std::thread::current().name().unwrap_or("a test").to_owned();
        let _ = writeln!(std::io::stderr(), "skipped: {test}: no PostgreSQL answers on {LOCAL}");
    }
    answers
}

/// A schema that is dropped with this.
pub(crate) struct Schema(Scratch);

impl Schema {
    pub(crate) fn new() -> Self {
        Self(Scratch::on(&url().parse().expect("a place")))
    }

    pub(crate) fn place(&self) -> Place {
        self.0.place().clone()
    }

    /// The same schema by another address of the server.
    pub(crate) fn place_at(&self, url: &str) -> Place {
        format!("{url}?schema={}", self.name()).parse().expect("a place")
    }

    /// A table of the schema, as an administrator writes it.
    pub(crate) fn table(&self, table: &str) -> String {
        format!("{}.{table}", self.name())
    }

    pub(crate) fn name(&self) -> String {
        let place = self.0.place().to_string();
        place.split_once("schema=").expect("a schema").1.to_owned()
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        // In a thread of its own, since a test that ends may be within its runtime.
        std::thread::scope(|scope| {
            let remove = || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                runtime.expect("a thread").block_on(self.0.remove()).expect("a schema that goes");
            };
            scope.spawn(remove).join().expect("a thread");
        });
    }
}

/// Settings of a writer that says at once what goes wrong.
pub(crate) fn impatient() -> Settings {
    // And that renews its lease seldom enough not to be what a test cuts.
    Settings { patience: Duration::ZERO, lease: Duration::from_secs(300), ..Settings::default() }
}

pub(crate) async fn open(place: &Place) -> PostgresStore {
    PostgresStore::open(place, &Settings::default(), "a test").await.expect("a store that opens")
}

/// Runs a test, or says that it is skipped.
pub(crate) fn with_server(test: impl Future<Output = ()>) {
    if !is_there() {
        return;
    }
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.worker_threads(2).enable_all().build().expect("threads").block_on(test);
}
