//! The `.tf` files behind a plan, or `OpenTofu`'s `.tofu` files: where each resource stands, and its blocks. Nothing is executed or fetched.

use std::collections::{BTreeMap, HashSet};
use std::path::{Component, Path, PathBuf};
use std::{fs, io};

use hcl::edit::Span as _;
use hcl::{Attribute, Block, Body, Expression, Structure};
use serde_json::Value;

use super::super::recorded::{self, SourceError};
use super::address::steps;
use super::block::{self, line_at};
use super::loops::in_order;
use super::object::Object;
use super::rewritten::rewrite;
use super::tried;
use crate::known::WrittenBlock;

/// Why a folder's configuration cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ConfigurationError {
    /// The folder has no files of Terraform's or `OpenTofu`'s.
    #[error(
        "{0}: no Terraform configuration: expected a folder with .tf files, or with .tofu files alone"
    )]
    NoFiles(String),
    /// The folder cannot be read.
    #[error("could not read `{folder}`: {source}")]
    NoFolder {
        /// The folder.
        folder: String,
        /// Why.
        source: io::Error,
    },
    /// A file cannot be read, or is larger than it may be.
    #[error(transparent)]
    Read(#[from] SourceError),
    /// What has the name of a file is a pipe.
    #[error("`{0}` is a pipe: expected a .tf file, or none of this name")]
    NoFile(String),
    /// A file is not text.
    #[error("`{0}` is not text: expected UTF-8")]
    NoText(String),
    /// A file is not HCL.
    #[error("{file}:{line}:{column}: not a Terraform configuration: {message}")]
    Format {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
}

/// Deeper nesting than people write would take more of the stack than there is.
const DEEPEST: usize = 200;

/// The configuration behind a plan.
#[derive(Debug)]
pub struct Source {
    /// The modules by the names of their calls: `[]`, `["bunker"]`.
    modules: BTreeMap<Vec<String>, SourceModule>,
    /// The same as they are written.
    written: BTreeMap<Vec<String>, SourceModule>,
    pub(super) is_for_lines: bool,
}

#[derive(Debug, Default)]
pub(super) struct SourceModule {
    body: Vec<Structure>,
    /// Where the block of a resource stands, or that of a call under `module`.
    lines: BTreeMap<(String, String), Lines>,
}

/// Where a block stands.
#[derive(Debug)]
struct Lines {
    file: String,
    /// The line that it begins in.
    first: usize,
    /// Those of its arguments, and of the blocks in it of which there is one of the name.
    of: BTreeMap<String, usize>,
    /// A plan's own text: its rules are blocks in blocks.
    plan: Option<WrittenBlock>,
}

impl Source {
    /// Reads a folder and the modules that it calls from the disk, no file larger than `limit` bytes.
    ///
    /// # Errors
    /// Where a file cannot be read or is not HCL: the line says where.
    pub fn read(folder: &Path, limit: u64) -> Result<Self, ConfigurationError> {
        let installed = installed(folder, limit)?;
        let (mut modules, mut as_written) = (BTreeMap::new(), BTreeMap::new());
        let mut left = vec![(Vec::<String>::new(), folder.to_path_buf())];
        let mut seen: HashSet<Vec<String>> = HashSet::new();
        while let Some((names, place)) = left.pop() {
            if names.len() > 16 || !seen.insert(names.clone()) {
                continue;
            }
            let (module, written) = SourceModule::read(folder, &place, limit)?;
            for call in module.blocks("module") {
                let Some(name) = label(call, 0) else { continue };
                let mut below = names.clone();
                below.push(name.to_owned());
                let local = text(&call.body, "source").filter(|from| from.starts_with('.'));
                let place = local
                    .map(|from| place.join(from))
                    .or_else(|| installed.get(&below.join(".")).cloned());
                if let Some(place) = place.filter(|place| place.is_dir()) {
                    left.push((below, place));
                }
            }
            as_written.insert(names.clone(), written);
            modules.insert(names, module);
        }
        Ok(Self {
            modules,
            written: as_written,
            is_for_lines: false,
        })
    }

    /// The same for the lines of its blocks alone: nothing of it is evaluated.
    #[must_use]
    pub fn for_lines(mut self) -> Self {
        for module in self.modules.values_mut().chain(self.written.values_mut()) {
            module.body.clear();
        }
        self.is_for_lines = true;
        self
    }

    /// The file and line of a resource: of the one argument that the plan changes where it stands, and else of its block. What is in a
    /// module that was downloaded stands where that is called.
    #[must_use]
    pub fn place(&self, object: &Object<'_>) -> Option<(String, usize)> {
        let names: Vec<String> = steps(object.module)
            .into_iter()
            .map(str::to_owned)
            .collect();
        let lines = |names: &[String], kind: &str, name: &str| {
            let key = (kind.to_owned(), name.to_owned());
            self.modules.get(names)?.lines.get(&key)
        };
        let own = lines(&names, object.kind, object.name)?;
        let changed = object.changed();
        let mut changed = changed.iter().filter_map(|name| own.of.get(*name));
        let line = match (changed.next(), changed.next()) {
            (Some(only), None) => *only,
            (_, _) => own.first,
        };
        let mut place = (own.file.clone(), line);
        let mut names = names.as_slice();
        while is_downloaded(&place.0)
            && let Some((name, outer)) = names.split_last()
            && let Some(call) = lines(outer, "module", name)
        {
            (place, names) = ((call.file.clone(), call.first), outer);
        }
        Some(place)
    }

    /// What is written of a backup plan, where that is not in a module that was downloaded.
    pub(super) fn plan(&self, object: &Object<'_>) -> Option<&WrittenBlock> {
        let names: Vec<String> = steps(object.module)
            .into_iter()
            .map(str::to_owned)
            .collect();
        let key = (object.kind.to_owned(), object.name.to_owned());
        let lines = self.modules.get(&names)?.lines.get(&key)?;
        lines.plan.as_ref().filter(|_| !is_downloaded(&lines.file))
    }

    pub(super) fn module(&self, address: &str) -> Option<&SourceModule> {
        let names: Vec<String> = steps(address).into_iter().map(str::to_owned).collect();
        self.modules.get(&names)
    }

    /// A module as it is written: what it is, and not what it comes to.
    pub(super) fn as_written(&self, address: &str) -> Option<&SourceModule> {
        let names: Vec<String> = steps(address).into_iter().map(str::to_owned).collect();
        self.written.get(&names)
    }
}

/// Whether `terraform init` wrote a file, which is in no repository then.
fn is_downloaded(file: &str) -> bool {
    let mut parts = Path::new(file).components();
    parts.any(|part| part.as_os_str() == ".terraform")
}

/// Where `terraform init` put the modules that are not local.
fn installed(folder: &Path, limit: u64) -> Result<BTreeMap<String, PathBuf>, ConfigurationError> {
    let path = folder.join(".terraform/modules/modules.json");
    if !path.exists() {
        return Ok(BTreeMap::new());
    }
    let (_, text) = recorded::bytes(&path, limit)?;
    // What is no list of modules names none: what they hold stays unknown.
    let list: Value = serde_json::from_slice(&text).unwrap_or(Value::Null);
    let modules = list.get("Modules").and_then(Value::as_array);
    let each = modules.into_iter().flatten().filter_map(|module| {
        let text = |name: &str| module.get(name).and_then(Value::as_str);
        Some((text("Key")?.to_owned(), folder.join(text("Dir")?)))
    });
    Ok(each.collect())
}

impl SourceModule {
    /// A module as it is evaluated, and as it is written.
    fn read(root: &Path, folder: &Path, limit: u64) -> Result<(Self, Self), ConfigurationError> {
        let none = || ConfigurationError::NoFiles(folder.display().to_string());
        let entries = fs::read_dir(folder).map_err(|source| ConfigurationError::NoFolder {
            folder: folder.display().to_string(),
            source,
        })?;
        let all: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .collect();
        let ends = |path: &Path, ending: &str| {
            let name = path.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| name.ends_with(ending))
        };
        let has = |ending: &str| all.iter().any(|path| ends(path, ending));
        let is_json = has(".tf.json") || has(".tofu.json");
        // OpenTofu's own files are read where there are no others, which Terraform would have read in their place.
        let is_of_tofu = !has(".tf") && !is_json;
        let ending = if is_of_tofu { ".tofu" } else { ".tf" };
        let is_overridden = all.iter().any(|path| is_override(path))
            || (!is_of_tofu && (has(".tofu") || has(".tofu.json")));
        let mut files: Vec<&PathBuf> = all.iter().filter(|path| ends(path, ending)).collect();
        files.sort();
        // What is written as JSON is not evaluated.
        if files.is_empty() && !is_json {
            return Err(none());
        }
        // A pipe would be waited for.
        if let Some(pipe) = files.iter().find(|file| recorded::is_pipe(file.as_path())) {
            return Err(ConfigurationError::NoFile(pipe.display().to_string()));
        }
        let mut module = Self::default();
        let mut texts = Vec::new();
        for path in files {
            let (read, bytes) = recorded::bytes(path, limit)?;
            let text = String::from_utf8(bytes).map_err(|_| ConfigurationError::NoText(read))?;
            texts.push(module.add(&from_here(root, path), &text)?);
        }
        let mut written = Self::default();
        module.evaluates(texts, &mut written);
        // What an override changes of a block is not put together: nothing of the module is evaluated.
        if is_overridden {
            module.body.clear();
            written.body.clear();
        }
        Ok((module, written))
    }

    /// Takes the blocks of its files, and those as they are written.
    fn evaluates(&mut self, mut files: Vec<hcl::edit::structure::Body>, written: &mut Self) {
        for body in &files {
            written.body.extend(Body::from(body.clone()));
        }
        rewrite(&mut files);
        tried::rewrite(&mut files);
        for mut body in files {
            in_order(&mut body);
            self.body.extend(Body::from(body));
        }
    }

    /// The blocks of a file, whose lines it keeps.
    fn add(
        &mut self,
        file: &str,
        text: &str,
    ) -> Result<hcl::edit::structure::Body, ConfigurationError> {
        let wrong = |line: usize, column: usize, message: String| ConfigurationError::Format {
            file: file.to_owned(),
            line,
            column,
            message,
        };
        if let Some(line) = too_deep(text) {
            return Err(wrong(line, 1, format!("nested deeper than {DEEPEST}")));
        }
        let spans = hcl::edit::parser::parse_body(text).map_err(|error| {
            let at = error.location();
            wrong(at.line(), at.column(), error.message().to_owned())
        })?;
        for block in spans.blocks() {
            let labels: Vec<&str> = block
                .labels
                .iter()
                .map(hcl::edit::structure::BlockLabel::as_str)
                .collect();
            let named = match (block.ident.as_str(), labels.as_slice()) {
                ("resource" | "data", [kind, name]) => Some((*kind, *name)),
                ("module", [name]) => Some(("module", *name)),
                _ => None,
            };
            if let Some((kind, name)) = named
                && let Some(span) = block.span()
            {
                let lines = Lines {
                    file: file.to_owned(),
                    first: line_at(text, span.start),
                    of: lines_within(text, &block.body),
                    plan: (kind == "aws_backup_plan")
                        .then(|| block::written(text, kind, span.start, &block.body)),
                };
                self.lines.insert((kind.to_owned(), name.to_owned()), lines);
            }
        }
        Ok(spans)
    }

    /// The blocks of a name: of data sources those in checks, too, which a plan prints among the others.
    ///
    /// See <https://developer.hashicorp.com/terraform/language/checks#scoped-data-sources>.
    pub(super) fn blocks<'a>(&'a self, of: &'a str) -> impl Iterator<Item = &'a Block> {
        let all = self.body.iter().filter_map(|structure| match structure {
            Structure::Block(block) => Some(block),
            Structure::Attribute(_) => None,
        });
        all.flat_map(move |block| {
            let is_check = of == "data" && block.identifier.as_str() == "check";
            let own = (!is_check).then_some(block);
            let within = is_check.then(|| block.body.blocks());
            let both = own.into_iter().chain(within.into_iter().flatten());
            both.filter(move |block| block.identifier.as_str() == of)
        })
    }

    #[cfg(test)]
    pub(super) fn parse(text: &str) -> Self {
        let mut module = Self::default();
        let body = module.add("main.tf", text).unwrap();
        module.evaluates(vec![body], &mut Self::default());
        module
    }

    pub(super) fn block(&self, of: &'static str, kind: &str, name: &str) -> Option<&Block> {
        self.blocks(of)
            .find(|block| label(block, 0) == Some(kind) && label(block, 1) == Some(name))
    }
}

/// The name of a file as it is found from the working directory, where an annotation or a SARIF viewer looks for it; from the
/// configuration's own folder where that lies elsewhere.
fn from_here(root: &Path, file: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let below = match (root.is_absolute(), file.strip_prefix(&here)) {
        (true, Ok(below)) => below,
        (true, Err(_)) => match beside(&here, file) {
            Some(beside) => return beside.display().to_string(),
            None => file.strip_prefix(root).unwrap_or(file),
        },
        (false, _) => file,
    };
    let mut name = PathBuf::new();
    for part in below.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir
                if matches!(name.components().next_back(), Some(Component::Normal(_))) =>
            {
                name.pop();
            }
            Component::ParentDir
            | Component::Normal(_)
            | Component::RootDir
            | Component::Prefix(_) => name.push(part),
        }
    }
    name.display().to_string()
}

/// The way to a file in another folder of the repository that GitHub Actions has checked out.
fn beside(here: &Path, file: &Path) -> Option<PathBuf> {
    let root = std::env::var_os("GITHUB_WORKSPACE").filter(|root| !root.is_empty())?;
    let root = Path::new(&root);
    let up = here.strip_prefix(root).ok()?.components();
    let mut way: PathBuf = up.map(|_| Component::ParentDir).collect();
    way.push(file.strip_prefix(root).ok()?);
    Some(way)
}

/// The lines of the arguments of a block, and of the blocks in it of which there is one of the name.
fn lines_within(text: &str, body: &hcl::edit::structure::Body) -> BTreeMap<String, usize> {
    let arguments = body
        .attributes()
        .map(|argument| (argument.key.as_str(), argument.span()));
    let blocks = body.blocks().map(|block| {
        let name = match block.labels.first() {
            Some(label) if block.ident.as_str() == "dynamic" => label.as_str(),
            Some(_) | None => block.ident.as_str(),
        };
        (name, block.span())
    });
    let mut all: BTreeMap<String, Option<usize>> = BTreeMap::new();
    for (name, span) in arguments.chain(blocks) {
        let line = span.map(|span| line_at(text, span.start));
        all.entry(name.to_owned())
            .and_modify(|several| *several = None)
            .or_insert(line);
    }
    all.into_iter()
        .filter_map(|(name, line)| Some((name, line?)))
        .collect()
}

/// Whether a file is laid over the others of its module: `override.tf`, `x_override.tf`.
///
/// See <https://developer.hashicorp.com/terraform/language/files/override> and
/// <https://opentofu.org/docs/language/files/>.
fn is_override(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.unwrap_or_default();
    let stem = ["tf", "tf.json", "tofu", "tofu.json"]
        .iter()
        .find_map(|ending| name.strip_suffix(ending)?.strip_suffix('.'));
    stem.is_some_and(|stem| stem == "override" || stem.ends_with("_override"))
}

/// The line in which brackets nest too deeply, if one does.
fn too_deep(text: &str) -> Option<usize> {
    let (mut depth, mut line) = (0_usize, 1_usize);
    for byte in text.bytes() {
        match byte {
            b'\n' => line = line.saturating_add(1),
            b'{' | b'[' | b'(' => depth = depth.saturating_add(1),
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return Some(line);
        }
    }
    None
}

pub(super) fn label(block: &Block, index: usize) -> Option<&str> {
    block.labels.get(index).map(hcl::BlockLabel::as_str)
}

pub(super) fn attribute<'b>(body: &'b Body, name: &str) -> Option<&'b Attribute> {
    body.attributes()
        .find(|attribute| attribute.key.as_str() == name)
}

pub(super) fn text<'b>(body: &'b Body, name: &str) -> Option<&'b str> {
    if let Expression::String(text) = &attribute(body, name)?.expr {
        return Some(text);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_as_it_is_found_from_the_working_directory() {
        let named = |root: &str, file: &str| from_here(Path::new(root), Path::new(file));
        assert_eq!(named(".", "./main.tf"), "main.tf");
        assert_eq!(named("infra", "infra/main.tf"), "infra/main.tf");
        assert_eq!(
            named("infra/", "infra/./../modules/db/main.tf"),
            "modules/db/main.tf"
        );
        assert_eq!(
            named("../infra", "../infra/./db/main.tf"),
            "../infra/db/main.tf"
        );
        assert_eq!(
            named("/elsewhere/infra", "/elsewhere/infra/./main.tf"),
            "main.tf"
        );
        let here = std::env::current_dir().unwrap();
        let infra = here.join("infra");
        let file = infra.join("main.tf");
        let name = from_here(&infra, &file);
        assert_eq!(
            name,
            Path::new("infra").join("main.tf").display().to_string()
        );
    }
}
