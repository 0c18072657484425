//! The files of a catalogue, so that they can be stored elsewhere word for word.

use super::{CatalogueError, read, shipped, whole_file};
use crate::limits;
use fundflow_domain::catalogue::Catalogue;
use fundflow_files::lines_within;
use std::{collections::BTreeMap, fs, io, path::Path};

/// What stands in a file, or why it cannot be read.
pub(super) type Bytes = Result<Vec<u8>, Vec<CatalogueError>>;

/// Every file of a catalogue, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files(Vec<(String, Bytes)>);

impl Files {
    /// Every `*.toml` of a directory.
    ///
    /// # Errors
    /// The directory cannot be read, or holds none.
    pub fn in_directory(dir: &Path) -> Result<Self, Vec<CatalogueError>> {
        let unreadable = |path: &Path, error: &io::Error| {
            vec![whole_file(&path.display().to_string(), format!("cannot be read: {error}"))]
        };
        let entries = fs::read_dir(dir).map_err(|error| unreadable(dir, &error))?;
        let mut paths = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| unreadable(dir, &error))?.path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                paths.push(path);
            }
        }
        paths.sort();
        if paths.is_empty() {
            let problem = "holds no *.toml; put one file per fund here, named like 000730.toml";
            return Err(vec![whole_file(&dir.display().to_string(), problem.to_owned())]);
        }
        let files = paths.iter().map(|path| {
            let bytes = read_within(path);
            (path.display().to_string(), bytes)
        });
        Ok(Self(files.collect()))
    }

    /// Those that are part of the program, and these; one of these stands in the place of one that has
    /// its name.
    #[must_use]
    pub fn beside_shipped(self) -> Self {
        let is_here = |name: &str| self.0.iter().any(|(path, _)| file_name(path) == Some(name));
        let shipped =
            shipped::FILES.iter().filter(|(path, _)| !file_name(path).is_some_and(is_here));
        let shipped =
            shipped.map(|(path, text)| ((*path).to_owned(), Ok(text.as_bytes().to_vec())));
        Self(shipped.chain(self.0.iter().cloned()).collect())
    }

    /// Files whose content is at hand, and whole: an earlier program took those without a line break at
    /// their end, and stored them so.
    pub fn of(texts: &BTreeMap<String, String>) -> Self {
        let whole =
            |text: &String| if text.ends_with('\n') { text.clone() } else { format!("{text}\n") };
        let file = |(name, text): (&String, &String)| (name.clone(), Ok(whole(text).into_bytes()));
        Self(texts.iter().map(file).collect())
    }

    /// The funds in them.
    ///
    /// # Errors
    /// Every [`CatalogueError`] of every file, in the order of file and line.
    pub fn catalogue(&self) -> Result<Catalogue, Vec<CatalogueError>> {
        read(self.0.iter().cloned())
    }

    /// The content of those that are text, by name without directories.
    pub fn texts(&self) -> BTreeMap<String, String> {
        let text = |(path, bytes): &(String, Bytes)| {
            let name = file_name(path)?.to_owned();
            Some((name, String::from_utf8(bytes.clone().ok()?).ok()?))
        };
        self.0.iter().filter_map(text).collect()
    }
}

fn read_within(path: &Path) -> Bytes {
    lines_within(path, limits::OF_TOML).map_err(|(line, error)| {
        let of_file = whole_file(&path.display().to_string(), format!("cannot be read: {error}"));
        let line = line.and_then(|line| usize::try_from(line).ok());
        vec![CatalogueError { line, ..of_file }]
    })
}

fn file_name(path: &str) -> Option<&str> {
    Path::new(path).file_name()?.to_str()
}
