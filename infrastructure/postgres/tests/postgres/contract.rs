//! What every store promises.

use crate::{
    proxy::Proxy,
    server::{self, Schema, impatient, open},
};
use fundflow_contract::{store_contract, store_contract::faults::Fails, store_fault_contract};
use fundflow_postgres::PostgresStore;

store_contract!(
    postgres where server::is_there,
    || async {
        let schema = Schema::new();
        (open(&schema.place()).await, schema)
    },
    async |store: PostgresStore, schema: &Schema| {
        store.close().await;
        open(&schema.place()).await
    }
);

struct Behind {
    proxy: Proxy,
    schema: Schema,
}

async fn behind_a_proxy() -> (PostgresStore, Behind) {
    let schema = Schema::new();
    let proxy = Proxy::before(&server::address()).await;
    let place = schema.place_at(&server::url_at(&proxy.address));
    let store = PostgresStore::open(&place, &impatient(), "a test").await;
    (store.expect("a store"), Behind { proxy, schema })
}

store_fault_contract!(
    postgres_whose_connection_breaks where server::is_there,
    behind_a_proxy,
    |_: &PostgresStore, behind: &Behind, fails: Fails| behind.proxy.fail_next(fails),
    async |store: PostgresStore, behind: &Behind| {
        store.close().await;
        open(&behind.schema.place()).await
    }
);
