//! The files that distributors and registrars exchange: JR/T 0017-2012 (V2.0), its revision of
//! 2017 (V2.1) and GB/T 39595-2020 (V2.2). Files 03, 04, 05, 06, 07 and 25.
//!
//! A file is a header that lists the fields, fixed-width records of GB18030 bytes, and a
//! trailer; every line ends with CR LF. Reading is driven by the header and the dictionary of
//! its edition. Check the whole file first ([`check::open_verified`]), then stream it. A file whose frame is
//! broken is refused as a whole; a field that cannot be read is its record's own matter ([`decisive`]).

pub mod check;
pub mod convert;
pub mod decisive;
pub mod dictionary;
pub mod field_error;
pub mod field_type;
pub mod file_name;
pub mod finding;
pub mod flow;
pub mod fund_status;
mod gb18030;
pub mod header;
mod header_lines;
pub mod index;
pub mod layout;
mod lines;
pub mod reader;
pub mod record;
pub mod required;
pub mod return_code;
mod strings;
pub mod text_form;
mod validate;
pub mod version;
pub mod wording;
pub mod writer;
