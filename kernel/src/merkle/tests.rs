use super::*;
use crate::{envelope::Chain, store::Version};
use proptest::prelude::*;
use std::{convert::Infallible, ops::Range};

/// The leaves alone, or with stored nodes above them.
struct Log {
    hash: TreeHash,
    leaves: Vec<Hash>,
    stored: Vec<(u32, u64, Hash)>,
    read: usize,
}

impl Log {
    fn of(hash: TreeHash, count: u64) -> Self {
        let leaves = (0..count).map(|nth| hash.leaf(&nth.to_be_bytes())).collect();
        Self { hash, leaves, stored: Vec::new(), read: 0 }
    }

    fn keeping(hash: TreeHash, count: u64) -> (Self, Frontier) {
        let mut leaves = Self::of(hash, count);
        let mut tree = Frontier::new(hash);
        for leaf in &leaves.leaves {
            let stored = |height, number, root| {
                leaves.stored.push((height, number, root));
                Ok::<(), Infallible>(())
            };
            tree.grow(*leaf, stored).unwrap();
        }
        (leaves, tree)
    }
}

impl Nodes for Log {
    type Error = Infallible;
    fn hash(&self) -> TreeHash {
        self.hash
    }
    fn leaves(&mut self, range: Range<u64>) -> Result<Vec<Hash>, Infallible> {
        let range = usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
        assert!(range.len() <= 256);
        self.read += range.len();
        Ok(self.leaves[range].to_vec())
    }
    fn stored(&mut self, height: u32, number: u64) -> Result<Option<Hash>, Infallible> {
        let found = self.stored.iter().find(|stored| (stored.0, stored.1) == (height, number));
        Ok(found.map(|stored| stored.2))
    }
}

/// As RFC 9162, 2.1.1 defines it.
fn root_naively(hash: TreeHash, leaves: &[Hash]) -> Hash {
    match leaves {
        [] => hash.of_nothing(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(half(leaves.len()));
            hash.node(root_naively(hash, left), root_naively(hash, right))
        }
    }
}

/// As RFC 9162 defines it in 2.1.3.1.
fn path_naively(hash: TreeHash, index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(half(leaves.len()));
    let (mut path, beside) = if index < left.len() {
        (path_naively(hash, index, left), right)
    } else {
        (path_naively(hash, index - left.len(), right), left)
    };
    path.push(root_naively(hash, beside));
    path
}

/// As RFC 9162 defines it in 2.1.4.1.
fn subproof_naively(hash: TreeHash, first: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
    if first == leaves.len() {
        return if whole { Vec::new() } else { vec![root_naively(hash, leaves)] };
    }
    let (left, right) = leaves.split_at(half(leaves.len()));
    let (mut path, beside) = if first <= left.len() {
        (subproof_naively(hash, first, left, whole), right)
    } else {
        (subproof_naively(hash, first - left.len(), right, false), left)
    };
    path.push(root_naively(hash, beside));
    path
}

fn half(leaves: usize) -> usize {
    leaves.next_power_of_two() / 2
}

fn head(hash: TreeHash, leaves: &[Hash]) -> TreeHead {
    TreeHead { hash, size: leaves.len() as u64, root: root_naively(hash, leaves) }
}

fn hex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

/// The leaves and roots that implementations of RFC 6962 share as their test vectors.
#[test]
fn the_roots_are_those_of_the_known_vectors() {
    let leaves = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let mut tree = Frontier::new(TreeHash::Sha256);
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(tree.root().to_string(), empty);
    for (data, root) in leaves.into_iter().zip(roots) {
        let leaf = TreeHash::Sha256.leaf(&hex(data));
        tree.grow(leaf, |_, _, _| Ok::<(), Infallible>(())).unwrap();
        assert_eq!(tree.root().to_string(), root, "{} leaves", tree.size());
    }
}

/// Of GB/T 32905: the hash of nothing. And one leaf, so that the tree is made with it, too.
#[test]
fn a_tree_may_be_made_with_sm3() {
    let nothing = "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b";
    assert_eq!(TreeHash::Sm3.of_nothing().to_string(), nothing);
    let (left, right) = (TreeHash::Sm3.leaf(b""), TreeHash::Sha256.leaf(b""));
    assert_ne!(left, right);
    assert_eq!("sm3".parse(), Ok(TreeHash::Sm3));
    let refused = "md5".parse::<TreeHash>().unwrap_err().to_string();
    assert_eq!(refused, r#""md5" is no hash of a tree; allowed are sha256 and sm3"#);
}

/// The values stand in docs/PROOFS.md; a program of its own made them.
#[test]
fn a_leaf_is_made_of_stream_version_and_link() {
    let link = hex("74e825d6f4e008e003d5dc06be0370fe8fa2eb7605d572071528a6826861386f");
    let link = Chain(link.try_into().unwrap());
    let made = leaf(TreeHash::Sha256, "lamp-L-1", Version(1), link);
    let known = "7bb9df43eb9e5ce56355dedf2f94720fdb245a1034d52d7ea1ff459ebc29fbb9";
    assert_eq!(made.to_string(), known);
}

#[test]
fn of_a_large_tree_few_leaves_are_read() {
    let count = 256 * 256 + 300;
    let (mut nodes, tree) = Log::keeping(TreeHash::Sha256, count);
    let heights = |height| nodes.stored.iter().filter(|stored| stored.0 == height).count();
    assert_eq!((heights(8), heights(16), nodes.stored.len()), (257, 1, 258));
    assert_eq!(Frontier::restore(&mut nodes, count).unwrap(), tree);
    assert_eq!(nodes.read, 300 - 256, "only those behind the last 256 that are complete");

    nodes.read = 0;
    let path = inclusion(&mut nodes, 70, count).unwrap();
    let leaf = nodes.leaves[70];
    assert_eq!(root_by(TreeHash::Sha256, leaf, (70, count), &path), Some(tree.root()));
    assert!(nodes.read < 512, "{}", nodes.read);
}

#[test]
fn a_node_that_is_not_stored_is_computed_from_the_level_below() {
    let count = 256 * 3 + 17;
    let (mut keeping, tree) = Log::keeping(TreeHash::Sha256, count);
    let mut bare = Log::of(TreeHash::Sha256, count);
    assert_eq!(Frontier::restore(&mut bare, count).unwrap().root(), tree.root());
    let proof = |nodes: &mut Log| consistency(nodes, 500, count).unwrap();
    assert_eq!(proof(&mut bare), proof(&mut keeping));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn roots_and_paths_are_those_of_the_definition(count in 1_u64..80, at in any::<prop::sample::Index>()) {
        let hash = TreeHash::Sha256;
        let (mut nodes, tree) = Log::keeping(hash, count);
        let leaves = nodes.leaves.clone();
        prop_assert_eq!(tree.root(), root_naively(hash, &leaves));
        prop_assert_eq!(&Frontier::restore(&mut nodes, count).unwrap(), &tree);
        let index = at.index(leaves.len());
        let path = inclusion(&mut nodes, index as u64, count).unwrap();
        prop_assert_eq!(&path, &path_naively(hash, index, &leaves));
        prop_assert_eq!(root_by(hash, leaves[index], (index as u64, count), &path), Some(tree.root()));
    }

    #[test]
    fn a_later_tree_is_shown_to_begin_with_an_earlier_one(
        second in 1_u64..80,
        first in any::<prop::sample::Index>(),
    ) {
        let hash = TreeHash::Sha256;
        let mut nodes = Log::of(hash, second);
        let leaves = nodes.leaves.clone();
        let first = first.index(leaves.len()) + 1;
        let path = consistency(&mut nodes, first as u64, second).unwrap();
        prop_assert_eq!(&path, &subproof_naively(hash, first, &leaves, true));
        let (earlier, later) = (head(hash, &leaves[..first]), head(hash, &leaves));
        prop_assert!(extends(&earlier, &later, &path));
    }

    #[test]
    fn a_path_with_a_changed_bit_or_length_or_place_shows_nothing(
        second in 2_u64..80,
        (first, other, bit) in any::<(prop::sample::Index, prop::sample::Index, prop::sample::Index)>(),
    ) {
        let hash = TreeHash::Sha256;
        let mut nodes = Log::of(hash, second);
        let leaves = nodes.leaves.clone();
        let index = first.index(leaves.len()) as u64;
        let (leaf, root) = (leaves[first.index(leaves.len())], root_naively(hash, &leaves));
        let path = inclusion(&mut nodes, index, second).unwrap();
        let shown = |place, path: &[Hash]| root_by(hash, leaf, place, path) == Some(root);
        let elsewhere = other.index(leaves.len()) as u64;
        prop_assert!(elsewhere == index || !shown((elsewhere, second), &path));
        prop_assert!(!shown((index, second), &path[1..]));
        prop_assert!(!shown((index, second), &[&path[..], &[root]].concat()));
        prop_assert!(!shown((second, second), &path));
        let mut changed = path.clone();
        flip(&mut changed, bit);
        prop_assert!(!shown((index, second), &changed));

        let first = first.index(leaves.len() - 1) + 1;
        let (earlier, later) = (head(hash, &leaves[..first]), head(hash, &leaves));
        let path = consistency(&mut nodes, first as u64, second).unwrap();
        let mut changed = path.clone();
        flip(&mut changed, bit);
        prop_assert!(!extends(&earlier, &later, &changed));
        prop_assert!(!extends(&earlier, &later, &path[1..]));
        prop_assert!(!extends(&earlier, &later, &[&path[..], &[root]].concat()));
        prop_assert!(!extends(&later, &earlier, &path));
    }
}

fn flip(path: &mut [Hash], bit: prop::sample::Index) {
    let bit = bit.index(path.len() * 256);
    path[bit / 256].0[bit % 256 / 8] ^= 1 << (bit % 8);
}
