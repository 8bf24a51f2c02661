//! Files come whole, and not over others.

use std::path::Path;

use backup_preflight::sources::folder::{Folder, FolderError};

fn write_all<'a>(
    folder: &Path,
    files: impl IntoIterator<Item = (&'a str, &'a str)>,
    force: bool,
) -> Result<(), FolderError> {
    Folder::claim(folder, force)?.write(files)
}

#[test]
fn a_folder_that_is_not_empty_is_left_alone_unless_forced() {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("mine"), "mine").unwrap();
    let files = [("a", "1"), ("b/c", "2")];
    let error = write_all(root.path(), files, false).unwrap_err();
    assert!(matches!(error, FolderError::NotEmpty(_)), "{error}");
    assert!(!root.path().join("a").exists());
    write_all(root.path(), files, true).unwrap();
    for (name, text) in [("mine", "mine"), ("a", "1"), ("b/c", "2")] {
        assert_eq!(
            std::fs::read_to_string(root.path().join(name)).unwrap(),
            text
        );
    }
}

#[test]
fn an_empty_folder_and_a_new_one_are_filled_and_nothing_else_is_left_behind() {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("empty")).unwrap();
    for name in ["empty", "new", "deep/er"] {
        write_all(&root.path().join(name), [("a", "1")], false).unwrap();
        assert!(root.path().join(name).join("a").exists());
    }
    let mut names: Vec<_> = std::fs::read_dir(root.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["deep", "empty", "new"]);
}

#[test]
fn what_fails_half_way_leaves_nothing() {
    let root = tempfile::tempdir().unwrap();
    // The second file's folder is the first file.
    let files = [("a", "1"), ("a/b", "2")];
    assert!(write_all(&root.path().join("out"), files, false).is_err());
    assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 0);
}

#[test]
fn a_file_in_the_way_is_said() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("file");
    std::fs::write(&path, "mine").unwrap();
    let error = write_all(&path, [("a", "1")], true).unwrap_err();
    assert!(error.to_string().contains("could not write"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
}
