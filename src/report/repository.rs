//! Files as they are found from the root of a repository, where annotations and code scanning look for them: the program may run in a
//! folder of it.
//!
//! See <https://docs.github.com/en/actions/reference/workflows-and-actions/variables>: `GITHUB_WORKSPACE`.

use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};

/// The root of a repository, and the folder in which the program runs.
#[derive(Clone, Debug, Default)]
pub struct Repository(Option<(PathBuf, PathBuf)>);

impl Repository {
    /// That of this root, as it is seen from this folder.
    #[must_use]
    pub const fn new(root: PathBuf, here: PathBuf) -> Self {
        Self(Some((root, here)))
    }

    /// A file by its way from the root; as it is where it lies elsewhere, or no root is told.
    #[must_use]
    pub fn path<'f>(&self, file: &'f str) -> Cow<'f, str> {
        let within = self
            .0
            .as_ref()
            .and_then(|(root, here)| within(root, &here.join(file)));
        within.map_or(Cow::Borrowed(file), Cow::Owned)
    }
}

/// The way from a folder to a file in it.
fn within(root: &Path, file: &Path) -> Option<String> {
    let mut whole = PathBuf::new();
    for part in file.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(whole.pop()),
            Component::Normal(_) | Component::RootDir | Component::Prefix(_) => whole.push(part),
        }
    }
    let below = whole.strip_prefix(root).ok()?.components();
    let parts: Option<Vec<&str>> = below.map(|part| part.as_os_str().to_str()).collect();
    parts
        .filter(|parts| !parts.is_empty())
        .map(|parts| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_from_the_root_wherever_the_program_runs() {
        let of = |here: &str, file: &str| {
            let all = Repository::new("/w/repo".into(), here.into());
            all.path(file).into_owned()
        };
        assert_eq!(of("/w/repo/infra", "main.tf"), "infra/main.tf");
        assert_eq!(of("/w/repo/infra", "./dst/main.tf"), "infra/dst/main.tf");
        assert_eq!(of("/w/repo/infra", "../modules/v.tf"), "modules/v.tf");
        assert_eq!(of("/w/repo", "infra/main.tf"), "infra/main.tf");
        assert_eq!(of("/w/repo/infra", "/w/repo/t.yaml"), "t.yaml");
        // What lies elsewhere is named as it was.
        assert_eq!(of("/w/repo", "../other/main.tf"), "../other/main.tf");
        assert_eq!(of("/tmp", "plan.json"), "plan.json");
        assert_eq!(Repository::default().path("main.tf"), "main.tf");
    }
}
