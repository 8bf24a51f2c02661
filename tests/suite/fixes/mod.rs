//! The files of `fix`: each is valid in its own language, and does what it says where AWS has a stand-in.

mod folder;
#[cfg(unix)]
mod function;
mod program;
#[cfg(unix)]
mod script;
mod support;
mod templates;

use support::{EXAMPLES, Made};

#[test]
fn every_file_is_valid_in_its_own_language() {
    for example in EXAMPLES {
        let made = Made::of_example(example);
        for file in &made.files {
            let path = made.path(&file.path);
            let path = path.to_str().unwrap();
            match file.path.rsplit('.').next().unwrap() {
                "json" => {
                    serde_json::from_str::<serde_json::Value>(&file.text)
                        .unwrap_or_else(|error| panic!("{example}: {}: {error}", file.path));
                }
                "sh" => support::succeeds("bash", &["-n", path]),
                "py" => support::succeeds("python3", &["-m", "py_compile", path]),
                "md" | "diff" => assert!(file.text.ends_with('\n'), "{}", file.path),
                other => panic!("{other}: {}", file.path),
            }
        }
    }
}

#[test]
fn every_remedy_is_in_the_readme_and_in_the_script_and_every_file_is_listed() {
    for example in EXAMPLES {
        let made = Made::of_example(example);
        let readme = made.text("README.md");
        let script = made.text("apply.sh");
        for remedy in &made.remedies {
            assert!(readme.contains(&format!("**{}**", remedy.id)), "{readme}");
            assert!(script.contains(&format!(" {}", remedy.id)), "{script}");
        }
        for file in made.files.iter().filter(|file| file.path != "README.md") {
            assert!(
                readme.contains(&format!("`{}`", file.path)),
                "{}",
                file.path
            );
        }
    }
}

#[test]
fn the_difference_turns_the_policy_before_into_the_one_after() {
    let made = Made::of_example("field-notes-rds-before");
    let mut seen = 0;
    for file in made
        .files
        .iter()
        .filter(|file| file.path.ends_with(".diff"))
    {
        let stem = file.path.strip_suffix(".diff").unwrap();
        let target = made.path("patched");
        let before = made.path(&format!("{stem}.before.json"));
        match before.exists() {
            true => std::fs::copy(before, &target).map(|_| ()).unwrap(),
            false => std::fs::write(&target, "").unwrap(),
        }
        support::succeeds(
            "patch",
            &[
                "-s",
                target.to_str().unwrap(),
                made.path(&file.path).to_str().unwrap(),
            ],
        );
        assert_eq!(
            std::fs::read_to_string(&target).unwrap(),
            made.text(&format!("{stem}.after.json"))
        );
        seen += 1;
    }
    assert_eq!(seen, 2);
}

#[test]
fn nothing_to_change_is_no_file() {
    assert!(Made::of_example("field-notes-rds").files.is_empty());
}

#[test]
fn whatever_is_wrong_the_files_are_valid() {
    let mut seen = 0;
    for scenario in crate::scenarios::scenarios() {
        let made = Made::of(&scenario.value());
        for file in made
            .files
            .iter()
            .filter(|file| file.path.ends_with(".json"))
        {
            serde_json::from_str::<serde_json::Value>(&file.text)
                .unwrap_or_else(|error| panic!("{}: {}: {error}", scenario.name(), file.path));
        }
        let scripts = made.files.iter();
        for file in scripts.filter(|file| file.path.ends_with(".sh")) {
            support::succeeds("bash", &["-n", made.path(&file.path).to_str().unwrap()]);
            seen += usize::from(file.path == "apply.sh");
        }
    }
    assert!(seen > 20, "{seen}");
}
