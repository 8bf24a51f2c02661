//! No two files of `src` use each other: names are followed through re-exports to the file that defines them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};

use super::{files, is_test};

/// A module's path: `["checks", "ask", "key"]`; the crate itself is empty.
type Module = Vec<String>;

/// What a file says of names.
#[derive(Default)]
struct Names {
    /// What it defines.
    own: BTreeSet<String>,
    /// What it imports, by the name that it has here.
    imported: BTreeMap<String, Vec<String>>,
    /// The modules of which it imports everything.
    globs: Vec<Vec<String>>,
    /// The paths that it uses, those of plain re-exports left out.
    used: BTreeSet<Vec<String>>,
}

impl Names {
    fn of(text: &str) -> Self {
        let mut names = Self::default();
        names.visit_file(&syn::parse_file(text).unwrap());
        names
    }

    fn tree(&mut self, tree: &syn::UseTree, mut path: Vec<String>, is_public: bool) {
        let (whole, name) = match tree {
            syn::UseTree::Path(step) => {
                path.push(step.ident.to_string());
                return self.tree(&step.tree, path, is_public);
            }
            syn::UseTree::Group(group) => {
                let each = group.items.iter();
                return each.for_each(|tree| self.tree(tree, path.clone(), is_public));
            }
            syn::UseTree::Glob(_) => {
                if !is_public {
                    self.used.insert(path.clone());
                }
                return self.globs.push(path);
            }
            syn::UseTree::Name(name) if name.ident == "self" => {
                let last = path.last().unwrap().clone();
                (path, last)
            }
            syn::UseTree::Name(name) => {
                path.push(name.ident.to_string());
                (path, name.ident.to_string())
            }
            syn::UseTree::Rename(name) => {
                path.push(name.ident.to_string());
                (path, name.rename.to_string())
            }
        };
        if !is_public {
            self.used.insert(whole.clone());
        }
        self.imported.insert(name, whole);
    }

    /// Paths within a macro, which has no syntax of its own.
    fn tokens(&mut self, tokens: &str) {
        let mut path: Vec<String> = Vec::new();
        let mut joined = false;
        for word in tokens.split_whitespace().chain(["."]) {
            let is_name = word
                .trim_start_matches('$')
                .chars()
                .all(|c| c == '_' || c.is_alphanumeric());
            if word == "::" {
                joined = true;
            } else if is_name && joined && !path.is_empty() {
                path.push(word.to_owned());
                joined = false;
            } else {
                if path.len() > 1 {
                    self.used.insert(std::mem::take(&mut path));
                }
                path = if is_name {
                    vec![word.trim_start_matches('$').to_owned()]
                } else {
                    Vec::new()
                };
                joined = false;
            }
        }
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let (name, attributes) = match item {
            syn::Item::Const(item) => (Some(&item.ident), &item.attrs),
            syn::Item::Enum(item) => (Some(&item.ident), &item.attrs),
            syn::Item::Fn(item) => (Some(&item.sig.ident), &item.attrs),
            syn::Item::Macro(item) => (item.ident.as_ref(), &item.attrs),
            syn::Item::Mod(item) => (item.content.as_ref().map(|_| &item.ident), &item.attrs),
            syn::Item::Static(item) => (Some(&item.ident), &item.attrs),
            syn::Item::Struct(item) => (Some(&item.ident), &item.attrs),
            syn::Item::Trait(item) => (Some(&item.ident), &item.attrs),
            syn::Item::Type(item) => (Some(&item.ident), &item.attrs),
            syn::Item::Use(item) => {
                if !is_test(&item.attrs) {
                    let is_public = !matches!(item.vis, syn::Visibility::Inherited);
                    self.tree(&item.tree, Vec::new(), is_public);
                }
                return;
            }
            _ => return visit::visit_item(self, item),
        };
        if is_test(attributes) {
            return;
        }
        self.own.extend(name.map(ToString::to_string));
        if let syn::Item::Macro(item) = item {
            // What a macro of ours defines is written `Name { … }`.
            let tokens = item.mac.tokens.to_string();
            let words: Vec<_> = tokens.split_whitespace().collect();
            let names = words
                .windows(2)
                .filter(|two| two[1] == "{" && two[0].starts_with(char::is_uppercase));
            self.own.extend(names.map(|two| two[0].to_owned()));
        }
        visit::visit_item(self, item);
    }
    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments = path.segments.iter();
        let words: Vec<_> = segments.map(|segment| segment.ident.to_string()).collect();
        if words.len() > 1 {
            self.used.insert(words);
        }
        visit::visit_path(self, path);
    }
    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.tokens(&call.tokens.to_string());
        visit::visit_macro(self, call);
    }
}

/// The files of a crate, by module.
struct Crate(BTreeMap<Module, Names>);

impl Crate {
    fn read(root: &Path) -> Self {
        let mut found: Vec<PathBuf> = Vec::new();
        files(root, &mut found);
        let named = found.iter().filter(|file| !file.ends_with("main.rs"));
        Self(
            named
                .map(|file| {
                    let name = file.strip_prefix(root).unwrap().with_extension("");
                    let mut module: Module = name
                        .iter()
                        .map(|part| part.to_str().unwrap().to_owned())
                        .collect();
                    if module
                        .last()
                        .is_some_and(|last| last == "mod" || last == "lib")
                    {
                        module.pop();
                    }
                    (module, Names::of(&fs::read_to_string(file).unwrap()))
                })
                .collect(),
        )
    }

    /// The file that defines what a path names in a module.
    fn defines(
        &self,
        from: &Module,
        path: &[String],
        seen: &mut BTreeSet<(Module, String)>,
    ) -> Option<Module> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => self.within(Vec::new(), rest, seen),
            "self" => self.within(from.clone(), rest, seen),
            "super" => {
                let mut parent = from.clone();
                parent.pop()?;
                match rest.first().map(String::as_str) {
                    Some("super") => self.defines(&parent, rest, seen),
                    _ => self.within(parent, rest, seen),
                }
            }
            _ => self.within(from.clone(), path, seen),
        }
    }

    /// The same from a module downwards.
    fn within(
        &self,
        mut module: Module,
        path: &[String],
        seen: &mut BTreeSet<(Module, String)>,
    ) -> Option<Module> {
        let Some((first, rest)) = path.split_first() else {
            return Some(module);
        };
        let names = self.0.get(&module)?;
        let mut child = module.clone();
        child.push(first.clone());
        let is_module = self.0.contains_key(&child);
        // A module and a function may have one name; only the module has parts.
        if (rest.is_empty() || !is_module) && names.own.contains(first) {
            return Some(module);
        }
        if is_module {
            return self.within(child, rest, seen);
        }
        if !seen.insert((module.clone(), first.clone())) {
            return None;
        }
        if let Some(whole) = names.imported.get(first) {
            let path: Vec<_> = whole.iter().chain(rest).cloned().collect();
            return self.defines(&module, &path, seen);
        }
        let found = names.globs.iter().find_map(|glob| {
            let path: Vec<_> = glob.iter().chain(path).cloned().collect();
            self.defines(&module, &path, seen)
        });
        module.clear();
        found
    }

    /// The paths by which a file uses another.
    fn by(&self, from: &Module, to: &Module) -> String {
        let used = self.0[from].used.iter();
        let paths =
            used.filter(|path| self.defines(from, path, &mut BTreeSet::new()).as_ref() == Some(to));
        paths
            .map(|path| path.join("::"))
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// What each file uses of others.
    fn uses(&self) -> BTreeMap<&Module, BTreeSet<&Module>> {
        let uses = self.0.iter().map(|(module, names)| {
            let defined = names.used.iter().filter_map(|path| {
                let found = self.defines(module, path, &mut BTreeSet::new())?;
                self.0.get_key_value(&found).map(|(found, _)| found)
            });
            (module, defined.filter(|found| *found != module).collect())
        });
        uses.collect()
    }
}

#[test]
fn no_two_files_use_each_other() {
    let all = Crate::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let uses = all.uses();
    let count: usize = uses.values().map(BTreeSet::len).sum();
    println!("{} files, {count} uses", uses.len());
    let mut wrong = Vec::new();
    for (module, used) in &uses {
        for other in used.iter().filter(|other| **other > *module) {
            if uses[other].contains(module) {
                wrong.push(format!(
                    "{}: {}; {}: {}",
                    module.join("::"),
                    all.by(module, other),
                    other.join("::"),
                    all.by(other, module)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}
