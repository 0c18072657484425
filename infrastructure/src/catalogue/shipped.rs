//! The catalogue of the repository's `catalogue/`, so that the program works in any directory.

macro_rules! files {
    ($($code:literal)*) => {
        &[$((
            concat!("catalogue/", $code, ".toml"),
            include_str!(concat!("../../../catalogue/", $code, ".toml")),
        )),*]
    };
}

/// Name and content of each file.
pub(super) const FILES: &[(&str, &str)] =
    files!["000730" "000891" "001546" "011162" "018145" "050003" "050027"];
