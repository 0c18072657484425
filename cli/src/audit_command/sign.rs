//! Keys, and who signs: the house its own heads, a second party the heads of the house.

use super::{failed, heads::bytes_of};
use crate::{
    args::Format,
    reading::{Failure, json},
};
use clap::Args;
use fundflow_proofs::{
    BUNDLE_MAX, Bundle, HEAD_MAX, Head, KeyName, Refused, SignedHead, SigningKey,
};
use serde::Serialize;
use std::{
    fs::{self, File, OpenOptions},
    io::{Read as _, Write},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// A key file is one line.
const KEY_MAX: usize = 256;

/// A key to make.
#[derive(Debug, Args)]
pub(crate) struct KeygenArgs {
    /// The key file that is made; it may not be there
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// How the key is called, as in house.example/log
    #[arg(long)]
    name: KeyName,
}

/// Who signs, if anybody.
#[derive(Debug, Args)]
pub(crate) struct OptionalSigner {
    /// Sign with this key file
    #[arg(long, value_name = "FILE", requires = "name")]
    sign_key: Option<PathBuf>,
    /// The name of that key
    #[arg(long, requires = "sign_key")]
    name: Option<KeyName>,
}

/// Who signs the head of another.
#[derive(Debug, Args)]
pub(crate) struct CountersignArgs {
    /// The head to sign
    #[arg(value_name = "HEAD")]
    head: PathBuf,
    /// Sign with this key file
    #[arg(long, value_name = "FILE")]
    sign_key: PathBuf,
    /// The name of that key
    #[arg(long)]
    name: KeyName,
    /// The head that you signed last; with --bundle it is shown that the log only grew since
    #[arg(long, value_name = "FILE")]
    earlier: Option<PathBuf>,
    /// The bundle of consistency from that head to the one to sign
    #[arg(long, value_name = "FILE", requires = "earlier")]
    bundle: Option<PathBuf>,
}

impl OptionalSigner {
    /// The key, if one was named.
    pub(crate) fn key(&self) -> Result<Option<SigningKey>, Failure> {
        let both = self.sign_key.as_ref().zip(self.name.as_ref());
        both.map(|(file, name)| key(file, name)).transpose()
    }
}

fn key(file: &Path, name: &KeyName) -> Result<SigningKey, Failure> {
    let refuse = |what: &str| Failure::Typed(format!("{}: {what}", file.display()));
    let bytes = bytes_of(file, KEY_MAX)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| refuse("it is not UTF-8"))?;
    SigningKey::read(name.clone(), text).map_err(|error| refuse(&error.to_string()))
}

/// Makes a key file that is its owner's alone.
pub(crate) fn keygen(
    args: &KeygenArgs,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let unwritable = |error: std::io::Error| {
        Failure::Engine(format!("{} cannot be made: {error}", args.file.display()))
    };
    let mut seed = [0; 32];
    // What the system draws for keys; no crate is needed for that.
    File::open("/dev/urandom").and_then(|mut it| it.read_exact(&mut seed)).map_err(unwritable)?;
    make(&args.file, SigningKey::file(&args.name, &seed).as_bytes()).map_err(unwritable)?;
    let key_file = args.file.display().to_string();
    let verifier_key = SigningKey::of(args.name.clone(), &seed).verifier().to_string();
    let printed = match format {
        Format::Json => json(out, &Keys { key_file, verifier_key }),
        Format::Table => writeln!(out, "{verifier_key}").map_err(Failure::from),
    };
    printed.and_then(|()| Ok(out.flush()?)).map_err(|failure| {
        // Nobody has what checks its signatures, so it would be a key of no use.
        let _ = fs::remove_file(&args.file);
        let file = args.file.display();
        Failure::Engine(format!(
            "{failure}; {file} was taken away again, since nobody has its verifier key"
        ))
    })?;
    Ok(ExitCode::SUCCESS)
}

#[derive(Debug, Serialize)]
struct Keys {
    key_file: String,
    verifier_key: String,
}

/// A file that was not there, for its owner alone, with that content or not there.
fn make(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(content).and_then(|()| file.sync_all()).inspect_err(|_| {
        // What is in the way of that is in the way of the next attempt, too, and is reported then.
        let _ = fs::remove_file(path);
    })
}

/// Signs the head of another, into a file beside it.
pub(crate) fn countersign(
    args: &CountersignArgs,
    format: Format,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let key = key(&args.sign_key, &args.name)?;
    let refused =
        |file: &Path, refused: &Refused| failed(&format!("{}: {refused}", file.display()));
    let head = match SignedHead::read(&bytes_of(&args.head, HEAD_MAX)?) {
        Ok(signed) => signed.head,
        Err(error) => return Ok(refused(&args.head, &error)),
    };
    if let Some(file) = &args.earlier {
        let earlier = match SignedHead::read(&bytes_of(file, HEAD_MAX)?) {
            Ok(signed) => signed.head,
            Err(error) => return Ok(refused(file, &error)),
        };
        if let Some(what) = grew(&earlier, &head, args.bundle.as_deref())? {
            return Ok(failed(&what));
        }
    }
    let mut path = args.head.clone().into_os_string();
    path.push(format!(".{}.sig", args.name.for_file()));
    let path = PathBuf::from(path);
    let unwritable = |error: std::io::Error| {
        Failure::Engine(format!("{} cannot be made: {error}", path.display()))
    };
    make(&path, key.sign(head).to_string().as_bytes()).map_err(unwritable)?;
    let signature_file = path.display().to_string();
    match format {
        Format::Json => json(out, &Signed { signature_file })?,
        Format::Table => writeln!(out, "{signature_file}")?,
    }
    Ok(ExitCode::SUCCESS)
}

#[derive(Debug, Serialize)]
struct Signed {
    signature_file: String,
}

/// Why it is not shown that the log of the one head begins with that of the other.
fn grew(earlier: &Head, head: &Head, bundle: Option<&Path>) -> Result<Option<String>, Failure> {
    if earlier == head {
        return Ok(None);
    }
    let Some(file) = bundle else {
        let what = "a head that is not your earlier one is signed only with --bundle, the bundle of consistency between them";
        return Err(Failure::Typed(what.to_owned()));
    };
    Ok(match Bundle::read(&bytes_of(file, BUNDLE_MAX)?) {
        Err(refused) => Some(format!("{}: {refused}", file.display())),
        Ok(Bundle::Consistency { from, to, .. }) if from.head == *earlier && to.head == *head => {
            None
        }
        Ok(_) => {
            Some(format!("{}: it is not from your earlier head to the one to sign", file.display()))
        }
    })
}
