//! What the things of the plans and templates of a run are called that have no name of their own, and what another run, with other files
//! beside, called them: a report that is a baseline says which files it was of.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::report::FileOfChange;

/// A plan or a template, with the names that stand in for those that AWS gives.
#[derive(Debug)]
pub(super) struct CalledIn {
    pub file: String,
    /// What stands before them in this run.
    pub prefix: String,
    pub names: BTreeSet<String>,
}

impl CalledIn {
    /// Whether a name is one of these, or that of what comes with one.
    fn has(&self, name: &str) -> bool {
        let begun = || {
            let mut stacks = self.names.iter().filter(|own| own.ends_with('-'));
            stacks.any(|own| name.starts_with(own.as_str()))
        };
        let part = || {
            name.rsplit_once('.')
                .is_some_and(|(of, _)| self.names.contains(of))
        };
        self.names.contains(name) || begun() || part()
    }
}

/// Those of a run.
#[derive(Debug, Default)]
pub(super) struct Called(pub Vec<CalledIn>);

impl Called {
    /// As a report tells them.
    pub(super) fn files(&self) -> Vec<FileOfChange> {
        let each = self.0.iter().map(|one| FileOfChange {
            file: one.file.clone(),
            prefix: one.prefix.clone(),
        });
        each.collect()
    }

    /// Calls what a report names as this run does.
    pub(super) fn rename(&self, report: &mut Value) {
        let then = CalledThen::of(self, report);
        if then.0.is_empty() {
            return;
        }
        for copy in list(report, "copies") {
            then.copy(copy);
        }
        for vault in list(report, "vaults") {
            then.arn(vault, "/vault");
        }
        for plan in list(report, "plans") {
            then.plan(plan, "/plan/id");
        }
        for resource in list(report, "resources") {
            then.arn(resource, "/resource");
        }
    }
}

fn list<'v>(report: &'v mut Value, name: &str) -> impl Iterator<Item = &'v mut Value> {
    let all = report.get_mut(name).and_then(Value::as_array_mut);
    all.into_iter().flatten()
}

/// The files of a report that are files of this run, each with what stood before its names then.
struct CalledThen<'c>(Vec<(String, &'c CalledIn)>);

impl<'c> CalledThen<'c> {
    fn of(called: &'c Called, report: &Value) -> Self {
        let files = report.get("files").and_then(Value::as_array);
        let told: Vec<(&str, &str)> = files
            .into_iter()
            .flatten()
            .filter_map(|one| {
                let text = |name: &str| one.get(name).and_then(Value::as_str);
                text("file").zip(text("prefix"))
            })
            .collect();
        // One that is alone may be called otherwise by now.
        if let ([(_, prefix)], [own]) = (told.as_slice(), called.0.as_slice()) {
            return Self(vec![((*prefix).to_owned(), own)]);
        }
        let mut by_name: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (file, prefix) in &told {
            by_name.entry(last(file)).or_default().push(prefix);
        }
        let each = called.0.iter().filter_map(|own| {
            let same = told.iter().find(|(file, _)| *file == own.file);
            let alone = || match by_name.get(last(&own.file)).map(Vec::as_slice) {
                Some([prefix]) if called.is_alone(own) => Some(*prefix),
                Some(_) | None => None,
            };
            let prefix = same.map(|(_, prefix)| *prefix).or_else(alone)?;
            Some((prefix.to_owned(), own))
        });
        Self(each.collect())
    }

    /// What this run calls a thing that was called so; `None`: so, or nobody knows of which file it was.
    fn name(&self, name: &str) -> Option<String> {
        let mut found = self.0.iter().filter_map(|(prefix, own)| {
            let base = name.strip_prefix(prefix.as_str())?;
            own.has(base).then(|| format!("{}{base}", own.prefix))
        });
        let first = found.next()?;
        (found.all(|other| other == first) && first != name).then_some(first)
    }

    /// The same of an ARN, which ends in a name.
    fn arn_of(&self, arn: &str) -> Option<String> {
        let ends = arn
            .char_indices()
            .filter(|(_, letter)| matches!(letter, ':' | '/'));
        let mut ends = ends.map(|(at, _)| at.saturating_add(1));
        ends.find_map(|at| {
            let (before, name) = arn.split_at_checked(at)?;
            Some(format!("{before}{}", self.name(name)?))
        })
    }

    fn arn(&self, of: &mut Value, pointer: &str) -> Option<(String, String)> {
        let value = of.pointer_mut(pointer)?;
        let was = value.as_str()?.to_owned();
        let is = self.arn_of(&was)?;
        *value = Value::String(is.clone());
        Some((was, is))
    }

    fn plan(&self, of: &mut Value, pointer: &str) -> Option<(String, String)> {
        let value = of.pointer_mut(pointer)?;
        let was = value.as_str()?.to_owned();
        let is = self.name(&was)?;
        *value = Value::String(is.clone());
        Some((was, is))
    }

    /// The id of a copy is made of its plan, its resource and its destination.
    fn copy(&self, copy: &mut Value) {
        let plan = self.plan(copy, "/plan/id");
        let places = [
            "/source/resource",
            "/source/recovery_point",
            "/source/vault",
            "/destination/vault",
            "/role",
        ];
        let arns: Vec<_> = places
            .into_iter()
            .filter_map(|place| self.arn(copy, place))
            .collect();
        let Some(Value::String(id)) = copy.get_mut("id") else {
            return;
        };
        if let Some((was, is)) = plan
            && let Some(rest) = id.strip_prefix(&format!("{was}/"))
        {
            *id = format!("{is}/{rest}");
        }
        for (was, is) in arns {
            *id = id.replace(&was, &is);
        }
    }
}

fn last(file: &str) -> &str {
    let name = Path::new(file).file_name().and_then(|name| name.to_str());
    name.unwrap_or(file)
}

impl Called {
    /// Whether no other file of this run is called so in another folder.
    fn is_alone(&self, own: &CalledIn) -> bool {
        let same = self
            .0
            .iter()
            .filter(|one| last(&one.file) == last(&own.file));
        same.count() == 1
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn called(files: &[(&str, &str)]) -> Called {
        let each = files.iter().map(|(file, prefix)| CalledIn {
            file: (*file).to_owned(),
            prefix: (*prefix).to_owned(),
            names: ["Plan", "Data", "Within-"].map(str::to_owned).into(),
        });
        Called(each.collect())
    }

    /// The id and the resource of the one copy, as a run of these files calls it.
    fn renamed(
        files: &[(&str, &str)],
        then: &[(&str, &str)],
        plan: &str,
        name: &str,
    ) -> [String; 2] {
        let arn = format!("arn:aws:rds:eu-west-1:111122223333:db:{name}");
        let told = then
            .iter()
            .map(|(file, prefix)| json!({"file": file, "prefix": prefix}));
        let mut report = json!({"files": told.collect::<Vec<_>>(), "copies": [
            {"id": format!("{plan}/Plan/{arn}/arn:aws:backup:eu-west-1:111122223333:backup-vault:v"), "plan": {"id": plan},
                "source": {"resource": arn}, "destination": {"vault": "arn:aws:backup:eu-west-1:111122223333:backup-vault:v"}}]});
        called(files).rename(&mut report);
        let copy = &report["copies"][0];
        let id = copy["id"].as_str().unwrap().split("/arn:").next().unwrap();
        let resource = copy["source"]["resource"].as_str().unwrap();
        [
            id.to_owned(),
            resource.rsplit(':').next().unwrap().to_owned(),
        ]
    }

    #[test]
    fn what_another_run_called_otherwise_is_the_same() {
        let both = [("x/a.json", "a."), ("x/b.json", "b.")];
        let alone = [("x/a.json", "")];
        for (now, then, plan, name, expected) in [
            // With a second file, without it, and as it was.
            (
                &both[..],
                &alone[..],
                "Plan",
                "Data",
                ["a.Plan/Plan", "a.Data"],
            ),
            (&alone, &both, "a.Plan", "a.Data", ["Plan/Plan", "Data"]),
            (&both, &both, "b.Plan", "b.Data", ["b.Plan/Plan", "b.Data"]),
            (&alone, &alone, "Plan", "Data", ["Plan/Plan", "Data"]),
            // Of another file it is another thing.
            (&alone, &both, "b.Plan", "b.Data", ["b.Plan/Plan", "b.Data"]),
            (
                &both,
                &[("x/c.json", "")],
                "Plan",
                "Data",
                ["Plan/Plan", "Data"],
            ),
            // One that is called otherwise, or is in another folder.
            (
                &alone,
                &[("y/c.json", "c.")],
                "c.Plan",
                "c.Data",
                ["Plan/Plan", "Data"],
            ),
            (
                &both,
                &[("y/a.json", "")],
                "Plan",
                "Within-Data",
                ["a.Plan/Plan", "a.Within-Data"],
            ),
            // What AWS names is called as ever.
            (
                &both,
                &alone,
                "1111-2222",
                "orders",
                ["1111-2222/Plan", "orders"],
            ),
        ] {
            assert_eq!(
                renamed(now, then, plan, name),
                expected,
                "{now:?} {then:?} {plan} {name}"
            );
        }
    }
}
