//! The statements, one file each; this is their table of contents.

macro_rules! statement {
    ($file:literal) => {
        include_str!(concat!("sql/", $file, ".sql"))
    };
}

/// Builds an empty store, in this order.
pub(super) const CREATE: [&str; 17] = [
    statement!("create/01_streams"),
    statement!("create/02_event_types"),
    statement!("create/03_events"),
    statement!("create/04_checkpoints"),
    statement!("create/05_writer"),
    statement!("create/06_event_log"),
    statement!("create/07_events_no_update"),
    statement!("create/08_events_no_delete"),
    statement!("create/09_streams_no_update"),
    statement!("create/10_streams_no_delete"),
    statement!("create/11_event_types_no_update"),
    statement!("create/12_event_types_no_delete"),
    CREATE_STORE,
    CREATE_TREE[0],
    CREATE_TREE[1],
    CREATE_TREE[2],
    CREATE_TREE[3],
];

/// How many of these a store of format 2 has.
pub(super) const OF_FORMAT_2: usize = 12;
/// How many of these a store of format 3 has.
pub(super) const OF_FORMAT_3: usize = 13;

/// Tables that format 3 added.
pub(super) const CREATE_STORE: &str = statement!("create/13_store");
/// Tables that format 4 added.
pub(super) const CREATE_TREE: [&str; 4] = [
    statement!("create/14_store_hash"),
    statement!("create/15_tree"),
    statement!("create/16_tree_no_update"),
    statement!("create/17_tree_no_delete"),
];
pub(super) const NEW_IDENTITY: &str = statement!("new_identity");
pub(super) const SET_IDENTITY: &str = statement!("set_identity");
pub(super) const IDENTITY: &str = statement!("identity");
pub(super) const TREE_HASH: &str = statement!("tree_hash");
pub(super) const SET_TREE_HASH: &str = statement!("set_tree_hash");
pub(super) const INTEGRITY: &str = statement!("integrity");
pub(super) const OBJECTS: &str = statement!("objects");
pub(super) const LINK_AT: &str = statement!("link_at");

pub(super) const TAKE_OVER: &str = statement!("take_over");
pub(super) const OWNER: &str = statement!("owner");

pub(super) const HEAD: &str = statement!("head");
pub(super) const LAST_STREAM: &str = statement!("last_stream");
pub(super) const EVENT_TYPES: &str = statement!("event_types");
pub(super) const STREAM_HEAD: &str = statement!("stream_head");
pub(super) const STREAM_NAMES: &str = statement!("stream_names");
pub(super) const STREAM_IDS: &str = statement!("stream_ids");
/// How many names [`STREAM_IDS`] binds.
pub(super) const NAMES: usize = 10;
pub(super) const STREAMS_AFTER: &str = statement!("streams_after");
pub(super) const STREAM_NAME: &str = statement!("stream_name");
pub(super) const STORED_IDS: &str = statement!("stored_ids");

pub(super) const INSERT_STREAM: &str = statement!("insert_stream");
pub(super) const INSERT_EVENT_TYPE: &str = statement!("insert_event_type");
pub(super) const INSERT_EVENT: &str = statement!("insert_event");

pub(super) const INSERT_NODE: &str = statement!("insert_node");
pub(super) const NODE: &str = statement!("node");
pub(super) const NODES: &str = statement!("nodes");
pub(super) const LEAVES: &str = statement!("leaves");

pub(super) const READ_ALL: &str = statement!("read_all");
pub(super) const READ_STREAM: &str = statement!("read_stream");
pub(super) const READ_STREAM_OF_ID: &str = statement!("read_stream_of_id");
pub(super) const READ_STREAM_BACK: &str = statement!("read_stream_back");

pub(super) const LOAD_CHECKPOINT: &str = statement!("load_checkpoint");
pub(super) const SAVE_CHECKPOINT: &str = statement!("save_checkpoint");
pub(super) const BACKUP: &str = statement!("backup");

#[cfg(test)]
mod tests;
