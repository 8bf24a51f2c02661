//! Inventory files, read whole.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::inventory::{
    Inventory, ReadError, Timestamp, UnknownField, merge, read, unknown_fields,
};

use crate::known::Arn;

use super::examples;

/// Why no inventory could be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The file cannot be read.
    #[error("could not read `{path}`: {source}")]
    Read {
        /// The file.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// The file is larger than it may be.
    #[error(
        "`{path}` is larger than {limit} bytes, and was not read further; --max-input allows more"
    )]
    TooLarge {
        /// The file.
        path: String,
        /// The size that it may have.
        limit: u64,
    },
    /// The file is no text.
    #[error("`{path}` is not text: it is made of NUL bytes, or not of UTF-8")]
    NoText {
        /// The file.
        path: String,
    },
    /// The file is text in another encoding.
    #[error(
        "`{path}` is UTF-16, as Windows PowerShell writes with `>`: expected UTF-8 (`… | Out-File -Encoding utf8 FILE`)"
    )]
    Utf16 {
        /// The file.
        path: String,
    },
    /// The file is text in another encoding, which has a letter that UTF-8 has not.
    #[error(
        "{path}:{line}:{column}: a letter that is not UTF-8: save the file as UTF-8 (`iconv -f WINDOWS-1252 -t UTF-8 FILE`)"
    )]
    NotUtf8 {
        /// The file.
        path: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// There is no such example.
    #[error("there is no example `{name}`; there are {known}")]
    NoExample {
        /// The name that was asked for.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// The files make no inventory.
    #[error(transparent)]
    Inventory(#[from] ReadError),
}

/// Reads files and examples, each by name, into one inventory. Gives the fields of the frame that it does not know, too.
///
/// # Errors
/// Where one cannot be read, is larger than `limit` bytes, is no inventory, or disagrees with another.
pub fn load(
    files: &[PathBuf],
    names: &[String],
    limit: u64,
) -> Result<(Inventory, Vec<UnknownField>), SourceError> {
    let mut all = Vec::new();
    let mut odd = Vec::new();
    for name in names {
        let example = examples::find(name).ok_or_else(|| SourceError::NoExample {
            name: name.clone(),
            known: examples::EXAMPLES
                .iter()
                .map(|example| example.name)
                .collect::<Vec<_>>()
                .join(", "),
        })?;
        let file = format!("example {name}");
        let inventory = read(&file, example.text.as_bytes())?;
        all.push((file, inventory));
    }
    for path in files {
        let (name, bytes) = json(path, limit)?;
        let inventory = read(&name, &bytes)?;
        odd.extend(unknown_fields(&name, &inventory));
        all.push((name, inventory));
    }
    let merged = merge(all)?;
    Arn::forget_recent();
    Ok((merged, odd))
}

/// The moment, for what is read now.
#[must_use]
pub fn now() -> Timestamp {
    Timestamp::of(time::OffsetDateTime::now_utc())
}

/// The day, in UTC.
#[must_use]
pub fn today() -> time::Date {
    time::OffsetDateTime::now_utc().date()
}

/// The bytes of a file; of standard input where the path is `-`. No more than `limit` are read, and nothing after a piece
/// that no text has, so that a device or a pipe without an end is refused.
///
/// # Errors
/// Where it cannot be read, is larger, or is no text.
pub fn bytes(path: &Path, limit: u64) -> Result<(String, Vec<u8>), SourceError> {
    pieces(path, limit, |_| true)
}

/// The same of a file that is to hold a JSON object. Where it begins as none, no more is read of it: what was read is enough
/// to say what is wrong.
///
/// # Errors
/// As [`bytes`].
pub fn json(path: &Path, limit: u64) -> Result<(String, Vec<u8>), SourceError> {
    pieces(path, limit, |first| {
        let text = first.strip_prefix(MARK).unwrap_or(first);
        text.trim_ascii_start()
            .first()
            .is_none_or(|byte| *byte == b'{')
    })
}

fn pieces(
    path: &Path,
    limit: u64,
    goes_on: impl Fn(&[u8]) -> bool,
) -> Result<(String, Vec<u8>), SourceError> {
    if path == Path::new("-") {
        let name = "standard input".to_owned();
        let bytes = read_up_to(&name, io::stdin().lock(), limit, 0, goes_on)?;
        return Ok((name, without_mark(bytes)));
    }
    let name = path.display().to_string();
    let unread = |source| SourceError::Read {
        path: name.clone(),
        source,
    };
    let file = File::open(path).map_err(unread)?;
    let about = file.metadata().map_err(unread)?;
    if about.is_file() && about.len() > limit {
        return Err(SourceError::TooLarge { path: name, limit });
    }
    let length = if about.is_file() { about.len() } else { 0 };
    let bytes = read_up_to(&name, file, limit, length, goes_on)?;
    Ok((name, without_mark(bytes)))
}

/// The byte order mark that Windows puts in front of UTF-8: no reader of JSON, YAML or HCL need know it.
///
/// See <https://learn.microsoft.com/en-us/powershell/module/microsoft.powershell.core/about/about_character_encoding>.
const MARK: &[u8] = b"\xef\xbb\xbf";

fn without_mark(mut bytes: Vec<u8>) -> Vec<u8> {
    if bytes.starts_with(MARK) {
        bytes.drain(..MARK.len());
    }
    bytes
}

/// Reads all, which is `length` bytes as far as is known.
fn read_up_to(
    name: &str,
    from: impl Read,
    limit: u64,
    length: u64,
    goes_on: impl Fn(&[u8]) -> bool,
) -> Result<Vec<u8>, SourceError> {
    const PIECE: u64 = 1 << 20;
    let path = || name.to_owned();
    let mut from = from.take(limit.saturating_add(1));
    let mut bytes = Vec::new();
    // One byte more, so that the end is seen without making more room. Where there is not so much, it grows as it is read.
    let room = usize::try_from(length.saturating_add(1)).unwrap_or_default();
    let _ = bytes.try_reserve_exact(room);
    loop {
        let before = bytes.len();
        let read = from.by_ref().take(PIECE).read_to_end(&mut bytes);
        let read = read.map_err(|source| SourceError::Read {
            path: path(),
            source,
        })?;
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            return Err(SourceError::Utf16 { path: path() });
        }
        let new = bytes.get(before..).unwrap_or_default();
        if !new.is_empty() && new.iter().all(|byte| *byte == 0) {
            return Err(SourceError::NoText { path: path() });
        }
        if u64::try_from(bytes.len()).is_ok_and(|length| length > limit) {
            return Err(SourceError::TooLarge {
                path: path(),
                limit,
            });
        }
        if read == 0 {
            let odd = in_another_encoding(name, &bytes);
            return odd.map_or(Ok(bytes), Err);
        }
        // A short file is left to who reads it, who knows the line.
        let is_first = before == 0 && u64::try_from(read).is_ok_and(|read| read == PIECE);
        if is_first && !goes_on(&bytes) {
            return Ok(bytes);
        }
        if is_first && !is_text(&bytes) {
            return Err(SourceError::NoText { path: path() });
        }
    }
}

/// Whether bytes are text, of which the last letter may be cut.
fn is_text(bytes: &[u8]) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    }
}

/// Where a text has its first letter that is not UTF-8. What has control characters is no text, and left to who reads it.
fn in_another_encoding(name: &str, bytes: &[u8]) -> Option<SourceError> {
    let error = std::str::from_utf8(bytes).err()?;
    let is_control = |byte: &u8| *byte < b' ' && !matches!(*byte, b'\t' | b'\r' | b'\n');
    if bytes.iter().any(is_control) {
        return None;
    }
    let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
    let before = std::str::from_utf8(before).unwrap_or_default();
    let last = before.rsplit('\n').next().unwrap_or_default();
    Some(SourceError::NotUtf8 {
        path: name.to_owned(),
        line: before.matches('\n').count().saturating_add(1),
        column: last.chars().count().saturating_add(1),
    })
}

/// Whether a path is of a pipe, which is waited for.
#[must_use]
pub fn is_pipe(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        std::fs::metadata(path).is_ok_and(|about| about.file_type().is_fifo())
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_of_another_encoding_is_told_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("t.yaml");
        let read = |content: &[u8]| {
            std::fs::write(&file, content).unwrap();
            bytes(&file, 1000)
        };
        assert!(read("a: ö\nb: é".as_bytes()).is_ok());
        let error = read(b"a: b\n\"\xc3\xb6\": \xe9t\xe9\n")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("t.yaml:2:6: a letter that is not UTF-8"),
            "{error}"
        );
        // What is no text is left to who reads it.
        assert!(read(b"PK\x03\x04\xff\xfe").is_ok());
    }
}
