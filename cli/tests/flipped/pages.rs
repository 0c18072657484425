//! What each byte of a database is for, as <https://sqlite.org/fileformat2.html> has it.

use std::ops::Range;

pub(crate) const PAGE: usize = 16 * 1024;
/// Of a page that has rows of a table, or entries of an index.
const TABLE_LEAF: u8 = 13;
const INDEX_LEAF: u8 = 10;
const TABLE_INTERIOR: u8 = 5;
const INDEX_INTERIOR: u8 = 2;

/// Whether anybody reads a byte, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Use {
    /// It is part of what the store says.
    Live(&'static str),
    /// It is read, and whatever it is, nothing follows from it.
    Idle(&'static str),
    /// No reader reads it.
    Dead(&'static str),
}
use Use::{Dead, Idle, Live};

/// A tree of pages, and what its rows are for.
pub(crate) struct Tree {
    pub(crate) root: usize,
    pub(crate) rows: Use,
}

impl Tree {
    fn has_idle_number(&self) -> bool {
        self.root == 1 || self.rows == Live("store")
    }
}

pub(crate) struct Pages<'a> {
    bytes: &'a [u8],
    uses: Vec<Option<Use>>,
}

/// The use of each byte of a database whose trees are known.
pub(crate) fn uses(bytes: &[u8], trees: &[Tree]) -> Vec<Use> {
    let mut pages = Pages { bytes, uses: vec![None; bytes.len()] };
    pages.mark(0..100, Live("header"));
    pages.mark(40..44, Idle("number of the schema's version"));
    pages.mark(96..100, Idle("version of the library"));
    for tree in trees {
        pages.tree(tree.root, tree);
    }
    pages.free();
    // What is left of a page that has cells are gaps of less than four bytes.
    pages.uses.into_iter().map(|it| it.unwrap_or(Dead("fragment"))).collect()
}

impl Pages<'_> {
    fn mark(&mut self, range: Range<usize>, what: Use) {
        self.uses[range].fill(Some(what));
    }

    fn number(&self, at: usize, bytes: usize) -> usize {
        self.bytes[at..at + bytes].iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte))
    }

    /// A number of variable length, and how many bytes it has.
    fn varint(&self, at: usize) -> (usize, usize) {
        let mut value = 0;
        for nth in 0..8 {
            let byte = self.bytes[at + nth];
            value = value << 7 | usize::from(byte & 0x7f);
            if byte < 0x80 {
                return (value, nth + 1);
            }
        }
        (value << 8 | usize::from(self.bytes[at + 8]), 9)
    }

    fn tree(&mut self, page: usize, tree: &Tree) {
        let start = (page - 1) * PAGE;
        let header = if page == 1 { 100 } else { 0 };
        let kind = self.bytes[start + header];
        let is_interior = matches!(kind, TABLE_INTERIOR | INDEX_INTERIOR);
        let cells = self.number(start + header + 3, 2);
        let pointers = header + if is_interior { 12 } else { 8 };
        let content = self.number(start + header + 5, 2);
        self.mark(start + header..start + pointers + 2 * cells, Live("header of a page"));
        self.mark(start + pointers + 2 * cells..start + content, Dead("never used of a page"));
        self.freeblocks(start, header);
        if is_interior {
            self.tree(self.number(start + header + 8, 4), tree);
        }
        for nth in 0..cells {
            let at = start + self.number(start + pointers + 2 * nth, 2);
            if is_interior {
                self.mark(at..at + 4, Live("way to a page"));
                self.tree(self.number(at, 4), tree);
            }
            self.cell(kind, at, tree);
        }
    }

    fn freeblocks(&mut self, start: usize, header: usize) {
        let mut next = self.number(start + header + 1, 2);
        while next != 0 {
            let at = start + next;
            let size = self.number(at + 2, 2);
            self.mark(at..at + 4, Live("header of a free block"));
            self.mark(at + 4..at + size, Dead("free block"));
            next = self.number(at, 2);
        }
    }

    fn cell(&mut self, kind: u8, at: usize, tree: &Tree) {
        let mut here = if matches!(kind, TABLE_INTERIOR | INDEX_INTERIOR) { at + 4 } else { at };
        if kind == TABLE_INTERIOR {
            let (_, long) = self.varint(here);
            self.mark(here..here + long, Live("way to a page"));
            return;
        }
        let (payload, long) = self.varint(here);
        self.mark(here..here + long, Live("length of a row"));
        here += long;
        if kind == TABLE_LEAF {
            let (_, long) = self.varint(here);
            // The schema's rows and the store's own have numbers that nobody asks for.
            let what = if tree.has_idle_number() { Idle("number of a row") } else { tree.rows };
            self.mark(here..here + long, what);
            here += long;
        }
        let most = if kind == TABLE_LEAF { PAGE - 35 } else { (PAGE - 12) * 64 / 255 - 23 };
        let local = if payload <= most {
            payload
        } else {
            let least = (PAGE - 12) * 32 / 255 - 23;
            let rest = least + (payload - least) % (PAGE - 4);
            if rest <= most { rest } else { least }
        };
        self.mark(here..here + local, tree.rows);
        if tree.rows == Live("store") {
            // What kind of number it is: the first column's, behind the length of the list of kinds.
            self.mark(here + 1..here + 2, Idle("number of a row"));
        }
        if local < payload {
            self.mark(here + local..here + local + 4, Live("way to the rest of a row"));
            self.overflow(self.number(here + local, 4), payload - local, tree.rows);
        }
    }

    fn overflow(&mut self, page: usize, left: usize, rows: Use) {
        let start = (page - 1) * PAGE;
        let here = left.min(PAGE - 4);
        self.mark(start..start + 4, Live("way to the rest of a row"));
        self.mark(start + 4..start + 4 + here, rows);
        self.mark(start + 4 + here..start + PAGE, Dead("behind the rest of a row"));
        if left > here {
            self.overflow(self.number(start, 4), left - here, rows);
        }
    }

    fn free(&mut self) {
        let mut trunk = self.number(32, 4);
        while trunk != 0 {
            let start = (trunk - 1) * PAGE;
            let leaves = self.number(start + 4, 4);
            let listed = start + 8 + 4 * leaves;
            for at in (start + 8..listed).step_by(4) {
                let leaf = self.number(at, 4);
                self.mark((leaf - 1) * PAGE..leaf * PAGE, Dead("free page"));
            }
            self.mark(start..listed, Live("list of free pages"));
            self.mark(listed..start + PAGE, Dead("behind the list of free pages"));
            trunk = self.number(start, 4);
        }
    }
}

/// Whether a page is of a kind that is known here; the test is of no use on another one.
pub(crate) fn is_known(bytes: &[u8], root: usize) -> bool {
    let at = (root - 1) * PAGE + if root == 1 { 100 } else { 0 };
    matches!(bytes[at], TABLE_LEAF | INDEX_LEAF | TABLE_INTERIOR | INDEX_INTERIOR)
}
