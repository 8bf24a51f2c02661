//! The layers of the program, as a table, and held to it: what each file of `src` names of ours is read from its syntax.

mod circles;
mod kept;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use backup_preflight::checks::CHECKS;
use syn::visit::{self, Visit};

/// What each layer may use of the others.
#[rustfmt::skip]
const LAYERS: &[(&str, &[&str])] = &[
    ("known",     &[]),
    ("quote",     &[]),
    ("policy",    &["known"]),
    ("catalog",   &["known"]),
    ("inventory", &["known", "policy", "catalog"]),
    ("verdict",   &["known", "policy"]),
    ("plans",     &["known", "catalog", "inventory"]),
    ("authorization", &["known", "policy", "catalog", "inventory", "verdict"]),
    ("checks",    &["known", "policy", "catalog", "inventory", "plans", "verdict", "authorization"]),
    ("remedy",    &["known", "quote", "policy", "catalog", "inventory", "plans", "verdict", "checks"]),
    ("backtest",  &["known", "catalog", "inventory", "plans", "verdict", "checks"]),
    ("waivers",   &["known", "inventory", "verdict", "checks"]),
    ("change",    &["known", "inventory", "verdict", "checks"]),
    ("report",    &["known", "quote", "catalog", "inventory", "plans", "verdict", "checks", "change", "remedy", "backtest"]),
    ("sources",   &["known", "quote", "policy", "catalog", "inventory"]),
    ("cli",       &["known", "quote"]),
];

/// These hold the ends together and may use everything.
const ENDS: &[&str] = &["app", "main", "lib"];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// The top-level modules that a file names after `crate`.
#[derive(Default)]
struct Used(BTreeSet<String>);

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Ident>()
                .is_ok_and(|word| word == "test")
    })
}

impl Used {
    fn tree(&mut self, tree: &syn::UseTree) {
        match tree {
            syn::UseTree::Path(path) => drop(self.0.insert(path.ident.to_string())),
            syn::UseTree::Name(name) => drop(self.0.insert(name.ident.to_string())),
            syn::UseTree::Rename(name) => drop(self.0.insert(name.ident.to_string())),
            syn::UseTree::Glob(_) => drop(self.0.insert("*".to_owned())),
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(tree)),
        }
    }
}

impl<'ast> Visit<'ast> for Used {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if let syn::UseTree::Path(path) = &item.tree
            && path.ident == "crate"
        {
            self.tree(&path.tree);
        }
    }
    fn visit_path(&mut self, path: &'ast syn::Path) {
        let mut words = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string());
        if words.next().is_some_and(|first| first == "crate") {
            self.0.extend(words.next());
        }
        visit::visit_path(self, path);
    }
    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        tokens(&call.tokens.to_string(), &mut self.0);
        visit::visit_macro(self, call);
    }
    fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
        tokens(&item.mac.tokens.to_string(), &mut self.0);
    }
}

/// What stands after `crate ::` within a macro, which has no syntax of its own.
fn tokens(text: &str, used: &mut BTreeSet<String>) {
    let words: Vec<&str> = text.split_whitespace().collect();
    for found in words.windows(3) {
        if found[0].ends_with("crate") && found[1] == "::" {
            used.insert(found[2].to_owned());
        }
    }
}

fn used(text: &str) -> BTreeSet<String> {
    let mut used = Used::default();
    used.visit_file(&syn::parse_file(text).unwrap());
    used.0
}

#[test]
fn each_layer_uses_only_those_below_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let table: BTreeMap<_, _> = LAYERS.iter().copied().collect();
    let mut found = Vec::new();
    files(&root, &mut found);
    let mut wrong = Vec::new();
    for file in &found {
        let name = file.strip_prefix(&root).unwrap();
        let layer = name
            .iter()
            .next()
            .unwrap()
            .to_str()
            .unwrap()
            .trim_end_matches(".rs");
        if ENDS.contains(&layer) {
            continue;
        }
        let Some(allowed) = table.get(layer) else {
            wrong.push(format!(
                "{}: `{layer}` is no layer of the table",
                name.display()
            ));
            continue;
        };
        let test_only = fs::read_to_string(file).unwrap();
        for module in used(&test_only) {
            if module != layer && !allowed.contains(&module.as_str()) {
                wrong.push(format!("{}: `{layer}` uses `{module}`", name.display()));
            }
        }
    }
    assert!(found.len() > 50, "only {} files were read", found.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The types that a file names for its layer: those within functions and tests are nobody else's to meet.
#[derive(Default)]
struct Types(Vec<String>);

impl<'ast> Visit<'ast> for Types {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        match item {
            syn::Item::Struct(item) => self.0.push(item.ident.to_string()),
            syn::Item::Enum(item) => self.0.push(item.ident.to_string()),
            syn::Item::Trait(item) => self.0.push(item.ident.to_string()),
            syn::Item::Type(item) => self.0.push(item.ident.to_string()),
            syn::Item::Mod(item) if !is_test(&item.attrs) => visit::visit_item_mod(self, item),
            _ => {}
        }
    }
}

fn twice(files: &[(String, String)]) -> Vec<String> {
    let mut all: BTreeMap<(&str, String), Vec<&str>> = BTreeMap::new();
    for (name, text) in files {
        let layer = name.split('/').next().unwrap().trim_end_matches(".rs");
        let mut types = Types::default();
        types.visit_file(&syn::parse_file(text).unwrap());
        for of in types.0 {
            all.entry((layer, of)).or_default().push(name);
        }
    }
    let twice = all.into_iter().filter(|(_, files)| files.len() > 1);
    twice
        .map(|((_, of), files)| format!("{of}: {}", files.join(", ")))
        .collect()
}

#[test]
fn no_type_has_the_name_of_another_one_of_its_layer() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    files(&root, &mut found);
    let read = found.iter().map(|file| {
        let name = file.strip_prefix(&root).unwrap().to_str().unwrap();
        (name.replace('\\', "/"), fs::read_to_string(file).unwrap())
    });
    let twice = twice(&read.collect::<Vec<_>>());
    assert!(twice.is_empty(), "{}", twice.join("\n"));
}

#[test]
fn a_name_that_stands_twice_is_seen_across_files_and_modules_of_a_layer_alone() {
    let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let one = file("checks/one.rs", "struct Found; fn f() { struct Text; }");
    let other = file("checks.rs", "mod inner { enum Found {} } struct Text;");
    let test = file("checks/test.rs", "#[cfg(test)] mod tests { struct Found; }");
    let layer = file("remedy/one.rs", "type Found = u8;");
    assert_eq!(
        twice(&[one.clone(), other]),
        ["Found: checks/one.rs, checks.rs"]
    );
    assert!(twice(&[one, test, layer]).is_empty());
}

#[test]
fn a_forbidden_use_is_seen_however_it_is_written() {
    for text in [
        "use crate::report::Report;",
        "use crate::{known::Arn, report};",
        "fn f() -> crate::report::Report { todo() }",
        "fn f() { let x = crate::report::json(&y); }",
        "macro_rules! m { () => { $crate::report::json() } }",
        "fn f() { vec![crate::report::json()]; }",
    ] {
        assert!(used(text).contains("report"), "{text}");
    }
    assert!(used("#[cfg(test)] mod tests { use crate::report::Report; }").is_empty());
    assert!(used("use super::report; use report::crate_;").is_empty());
}

#[test]
fn every_check_has_a_page_with_its_title_and_its_four_headings() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/checks");
    for check in CHECKS {
        let page = folder.join(check.id.replace('-', "_") + ".md");
        let text =
            fs::read_to_string(&page).unwrap_or_else(|error| panic!("{}: {error}", page.display()));
        assert_eq!(text, check.doc, "the page of {} is another's", check.id);
        assert_eq!(
            text.lines().next(),
            Some(format!("# {}: {}", check.id, check.title).as_str())
        );
        let headings: Vec<_> = text
            .lines()
            .filter(|line| line.starts_with("## "))
            .collect();
        let wanted = [
            "## What it asks",
            "## Why it matters",
            "## How to fix it",
            "## What AWS says",
        ];
        assert_eq!(headings, wanted, "{}", check.id);
        for part in text.split("\n## ").skip(1) {
            let (heading, body) = part.split_once('\n').unwrap();
            assert!(
                !body.trim().is_empty(),
                "{}: nothing stands under {heading}",
                check.id
            );
        }
        assert!(!check.cites.is_empty(), "{} cites no page", check.id);
    }
    let pages = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let pages = pages
        .filter(|path| path.extension().is_some_and(|end| end == "md"))
        .count();
    assert_eq!(pages, CHECKS.len(), "a page has no check");
}

#[test]
fn only_the_outermost_files_read_files_variables_and_the_clock() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    files(&root, &mut found);
    for file in found {
        let name = file
            .strip_prefix(&root)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        if ["sources", "app", "main"]
            .iter()
            .any(|outer| name.starts_with(outer))
        {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        for word in [
            "std::fs",
            "std::env::var",
            "SystemTime::now",
            "Instant::now",
            "now_utc",
        ] {
            assert!(!text.contains(word), "{name} has {word}");
        }
    }
}
