//! Files as a program may trust them, whoever put them where they are.
//!
//! ```text
//! to read    regular files alone, opened without waiting, never more than a limit
//! to write   beside their name, new, for their owner alone, and renamed when they are whole
//! ```
//!
//! 1. A pipe, a device, a directory or a socket is refused at once. A symbolic link to a regular file is read:
//!    whoever names a file may name it by a link. What nobody
//!    named, such as an entry of a directory that others write into, is never followed.
//! 2. Nothing is written through a symbolic link, neither that of the file nor that of its directory.
//! 3. What is made is its owner's alone, 0600 and directories 0700, whatever the umask.
//! 4. An error names what is wrong with the file; whoever opened it adds its path.

mod made;
mod read;

pub use made::{Draft, append, check_directory, make_directory, replace, sync_directory};
pub use read::{Limits, lines_within, open, open_itself, read, text};
