//! Checking proofs. Whoever does needs no log.

use super::{Hash, TreeHash, TreeHead};

/// The root to which the path leads from that leaf (RFC 9162, 2.1.3.2); none where it is of another length.
pub fn root_by(
    hash: TreeHash,
    leaf: Hash,
    (index, size): (u64, u64),
    path: &[Hash],
) -> Option<Hash> {
    let (mut at, mut last) = (index, size.checked_sub(1)?);
    (at <= last).then_some(())?;
    let mut root = leaf;
    for beside in path {
        (last > 0).then_some(())?;
        if at % 2 == 1 || at == last {
            root = hash.node(*beside, root);
            skip_left(&mut at, &mut last);
        } else {
            root = hash.node(root, *beside);
        }
        (at, last) = (at / 2, last / 2);
    }
    (last == 0).then_some(root)
}

/// Whether the path shows that the later tree begins with the earlier one (RFC 9162, 2.1.4.2).
pub fn extends(earlier: &TreeHead, later: &TreeHead, path: &[Hash]) -> bool {
    if earlier.hash != later.hash || earlier.size == 0 || earlier.size > later.size {
        return false;
    }
    if earlier.size == later.size {
        return path.is_empty() && earlier.root == later.root;
    }
    roots_by(earlier, later.size, path) == Some((earlier.root, later.root))
}

fn roots_by(earlier: &TreeHead, later: u64, path: &[Hash]) -> Option<(Hash, Hash)> {
    let hash = earlier.hash;
    let (mut at, mut last) = (earlier.size - 1, later - 1);
    let skipped = at.trailing_ones();
    (at, last) = (at.checked_shr(skipped).unwrap_or(0), last.checked_shr(skipped).unwrap_or(0));
    let (first, rest) = path.split_first()?;
    let (first, rest) =
        if earlier.size.is_power_of_two() { (&earlier.root, path) } else { (first, rest) };
    let (mut before, mut after) = (*first, *first);
    for beside in rest {
        (last > 0).then_some(())?;
        if at % 2 == 1 || at == last {
            before = hash.node(*beside, before);
            after = hash.node(*beside, after);
            skip_left(&mut at, &mut last);
        } else {
            after = hash.node(after, *beside);
        }
        (at, last) = (at / 2, last / 2);
    }
    (last == 0).then_some((before, after))
}

/// Above a right edge that is a left child there is nothing beside it.
fn skip_left(at: &mut u64, last: &mut u64) {
    while at.is_multiple_of(2) && *at > 0 {
        (*at, *last) = (*at / 2, *last / 2);
    }
}
