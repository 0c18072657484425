//! The statements, one file each; this is their table of contents.

macro_rules! statement {
    ($file:literal) => {
        include_str!(concat!("sql/", $file, ".sql"))
    };
}

/// Each brings a store of the format before to its own, from nothing on.
pub(super) const MIGRATIONS: [&str; 1] = [statement!("migrations/01")];
pub(super) const LOCK_FOR_CREATION: &str = statement!("lock_for_creation");
pub(super) const IS_THERE: &str = statement!("is_there");
pub(super) const FORMAT: &str = statement!("format");
pub(super) const SERVER: &str = statement!("server");

pub(super) const TAKE_OVER: &str = statement!("take_over");
pub(super) const OWNER: &str = statement!("owner");
pub(super) const RENEW: &str = statement!("renew");
pub(super) const RELEASE: &str = statement!("release");

pub(super) const STATE: &str = statement!("state");
pub(super) const EVENT_TYPES: &str = statement!("event_types");
pub(super) const ENDS: &str = statement!("ends");
pub(super) const STORED_IDS: &str = statement!("stored_ids");
pub(super) const STREAMS_AFTER: &str = statement!("streams_after");
pub(super) const APPEND: &str = statement!("append");
pub(super) const NODES: &str = statement!("nodes");
pub(super) const LEAVES: &str = statement!("leaves");

pub(super) const HEAD: &str = statement!("head");
pub(super) const READ_ALL: &str = statement!("read_all");
pub(super) const READ_STREAM: &str = statement!("read_stream");
pub(super) const READ_STREAM_BACK: &str = statement!("read_stream_back");
pub(super) const READ_EACH: &str = statement!("read_each");
pub(super) const LOAD_CHECKPOINT: &str = statement!("load_checkpoint");
pub(super) const LISTEN: &str = statement!("listen");
pub(super) const SET_TREE_HASH: &str = statement!("set_tree_hash");
pub(super) const CREATE_SCHEMA: &str = statement!("create_schema");
pub(super) const DROP_SCHEMA: &str = statement!("drop_schema");
