//! Files come whole, and not over others.

use std::path::Path;

use backup_preflight::sources::folder::{Folder, FolderError};

fn write_all<'a>(
    folder: &Path,
    files: impl IntoIterator<Item = (&'a str, &'a str)>,
    force: bool,
) -> Result<(), FolderError> {
    Folder::claim(folder, force)?.write(files).map(drop)
}

/// What a run leaves of the files of a former one.
#[test]
fn files_of_a_former_run_go_unless_somebody_changed_them() {
    let root = tempfile::tempdir().unwrap();
    let place = root.path().join("out");
    let first = [("a", "1"), ("b/c", "2"), ("b/d", "3"), ("e/f", "4")];
    write_all(&place, first, false).unwrap();
    std::fs::write(place.join("mine"), "mine").unwrap();
    std::fs::write(place.join("b/d"), "changed").unwrap();
    let again = Folder::claim(&place, true).unwrap();
    let former: Vec<String> = again.former();
    assert_eq!(former, ["a", "b/c", "e/f", "b/d"]);
    let left = again.write([("a", "5"), ("g", "6")]).unwrap();
    assert_eq!(left.changed, ["b/d"]);
    let there = |name: &str| std::fs::read_to_string(place.join(name)).ok();
    for (name, holds) in [("a", "5"), ("g", "6"), ("mine", "mine"), ("b/d", "changed")] {
        assert_eq!(there(name).as_deref(), Some(holds), "{name}");
    }
    for name in ["b/c", "e/f", "e"] {
        assert!(!place.join(name).exists(), "{name}");
    }
}

/// A list that is not of our making, or that leads elsewhere, removes nothing.
#[test]
fn nothing_else_is_ever_removed() {
    let digest = "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b";
    let root = tempfile::tempdir().unwrap();
    let (place, name) = (root.path().join("out"), "backup-preflight.sha256");
    std::fs::create_dir_all(place.join("in")).unwrap();
    for path in ["mine", "../mine", "in/mine"] {
        std::fs::write(place.join(path), "1").unwrap();
    }
    let listed = format!("{digest}  mine\n{digest}  ../mine\n{digest}  in/mine\n");
    std::fs::write(place.join(name), &listed).unwrap();
    write_all(&place, [("a", "1")], true).unwrap();
    for path in ["mine", "../mine", "in/mine"] {
        assert!(place.join(path).exists(), "{path}");
    }
    // With our first line, what lies outside or behind a link stays.
    let ours = std::fs::read_to_string(place.join(name)).unwrap();
    let first = ours.lines().next().unwrap();
    let whole = root.path().join("mine").display().to_string();
    let listed = format!("{first}\n{digest}  ../mine\n{digest}  {whole}\n{digest}  link/mine\n");
    std::fs::write(place.join(name), listed).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("in", place.join("link")).unwrap();
    write_all(&place, [("a", "1")], true).unwrap();
    for path in ["../mine", "in/mine"] {
        assert!(place.join(path).exists(), "{path}");
    }
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
