//! The files that a run writes: each is claimed before anything is read, so that what cannot be written is said at once.

use std::path::{Path, PathBuf};

use anyhow::bail;

use crate::cli::{Estate, Format, Given, Output};
use crate::sources::target::{FileIdentity, Readers, Target, identity};

/// The formats that were asked for, those for files first; the table where none was.
pub(super) type Formats = Vec<(Format, Option<Target>)>;

/// What a run writes, but for a folder of fixes.
pub(super) struct Targets {
    pub formats: Formats,
    save: Option<Target>,
}

impl Targets {
    /// Claims the files of a run that reads these.
    pub(super) fn claim(
        output: &Output,
        save: Option<&Path>,
        read: &[PathBuf],
    ) -> anyhow::Result<Self> {
        one_format_to_standard_output(output)?;
        let files = output.format.iter().filter_map(|to| to.file.as_deref());
        apart(files.clone().chain(save), read)?;
        let mut formats = Formats::new();
        for to in output.format.iter().filter(|to| to.file.is_some()) {
            let claim = |file: &PathBuf| Target::claim(file, Readers::All);
            formats.push((to.format, to.file.as_ref().map(claim).transpose()?));
        }
        let printed = output.format.iter().filter(|to| to.file.is_none());
        formats.extend(printed.map(|to| (to.format, None)));
        if formats.is_empty() {
            formats.push((Format::Table, None));
        }
        let save = save.map(|file| Target::claim(file, Readers::Owner));
        Ok(Self {
            formats,
            save: save.transpose()?,
        })
    }

    /// Keeps the facts, where that was asked.
    pub(super) fn save(
        &mut self,
        text: impl FnOnce() -> anyhow::Result<String>,
    ) -> anyhow::Result<()> {
        match self.save.take() {
            Some(file) => {
                let text = text()?;
                Ok(file.write(|out| out.write_all(text.as_bytes()))?)
            }
            None => Ok(()),
        }
    }
}

/// The files that the facts of accounts and Regions come from.
pub(super) fn reads(given: &Given, estate: &Estate) -> Vec<PathBuf> {
    let mut files = given.files();
    files.extend(estate.profiles.iter().cloned());
    files
}

/// No file is written twice, or is what another one is read from, or what standard output goes to.
fn apart<'a>(written: impl Iterator<Item = &'a Path>, read: &[PathBuf]) -> anyhow::Result<()> {
    let read: Vec<FileIdentity> = read.iter().filter_map(|file| identity(file)).collect();
    let mut seen: Vec<(&Path, FileIdentity)> = Vec::new();
    let printed = identity(Path::new("/dev/stdout"));
    for file in written {
        let Some(found) = identity(file) else {
            continue;
        };
        let name = file.display();
        if read.contains(&found) {
            bail!("`{name}` is read from: write to another file");
        }
        if printed.as_ref() == Some(&found) {
            bail!("`{name}` is the same file that standard output goes to: name another");
        }
        if let Some((other, _)) = seen.iter().find(|(_, other)| *other == found) {
            bail!(
                "`{}` and `{name}` are the same file: name another",
                other.display()
            );
        }
        seen.push((file, found));
    }
    Ok(())
}

fn one_format_to_standard_output(output: &Output) -> anyhow::Result<()> {
    let here: Vec<_> = output
        .format
        .iter()
        .filter(|to| to.file.is_none())
        .collect();
    if here.len() > 1 {
        bail!(
            "only one format can go to standard output; give the others a file: --format json=report.json"
        );
    }
    Ok(())
}
