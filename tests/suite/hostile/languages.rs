//! The files of `fix`, read as Terraform, CloudFormation and a terminal read them.

use backup_preflight::quote::terminal::is_obeyed;
use backup_preflight::remedy::Remedy;
use backup_preflight::report::FixFile;
use serde_json::Value;

use super::{fixes_of, members};

#[test]
fn no_name_becomes_a_template_a_function_or_an_escape() {
    let (mut read, mut refused, mut files_seen) = (0, 0, 0);
    for (label, inventory) in members() {
        let Some((remedies, files)) = fixes_of(&inventory) else {
            refused += 1;
            continue;
        };
        read += 1;
        files_seen += files.len();
        is_text(&label, &remedies, &files);
    }
    println!("{read} inventories read, {refused} refused, {files_seen} files");
    assert!(
        read > 300 && files_seen > 1_000,
        "{read} {refused} {files_seen}"
    );
}

/// Whether what a name contains is text in each file, for what reads that.
pub fn is_text(label: &str, remedies: &[Remedy], files: &[FixFile]) {
    for file in files {
        let obeyed = file
            .text
            .chars()
            .find(|c| is_obeyed(*c) && !"\n\t".contains(*c));
        assert_eq!(obeyed, None, "{label}: {}: {}", file.path, file.text);
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
        assert!(
            file.path.chars().all(plain) && !file.path.contains(".."),
            "{label}: {}",
            file.path
        );
        if file.path.ends_with("main.tf.json") {
            terraform(&serde_json::from_str(&file.text).unwrap(), label);
        } else if file.path.contains("template-") {
            cloudformation(&serde_json::from_str(&file.text).unwrap(), label);
        } else if file.path == "README.md" {
            markdown(&file.text, label);
        }
    }
    for remedy in remedies {
        for command in &*remedy.commands() {
            let obeyed = command
                .chars()
                .find(|c| is_obeyed(*c) && !"\n\t".contains(*c));
            assert_eq!(obeyed, None, "{label}: {command}");
        }
    }
}

/// What Terraform works out of our own: references to what this program names.
fn is_ours(template: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._".contains(c);
    let begins = ["var.profile_", "aws_", "data.archive_file.", "path.module"];
    template.chars().all(plain) && begins.iter().any(|begin| template.starts_with(begin))
}

fn terraform(value: &Value, label: &str) {
    let text = |text: &str| {
        let live = text.replace("$${", "").replace("%%{", "");
        assert!(!live.contains("%{"), "{label}: {text}");
        for template in live.split("${").skip(1) {
            let inside = template.split('}').next().unwrap();
            assert!(is_ours(inside), "{label}: {text}");
        }
    };
    walk(value, &text, &|_, _| ());
}

fn cloudformation(value: &Value, label: &str) {
    let text = |text: &str| assert!(!text.contains("{{resolve:"), "{label}: {text}");
    let function = |name: &str, value: &Value| {
        if name != "Ref" && !name.starts_with("Fn::") {
            return;
        }
        assert!(["Ref", "Fn::GetAtt"].contains(&name), "{label}: {name}");
        let to = value.as_str().or_else(|| value[0].as_str()).unwrap();
        assert!(
            to.chars().all(|c| c.is_ascii_alphanumeric()),
            "{label}: {name} {value}"
        );
    };
    walk(value, &text, &function);
}

fn walk(value: &Value, text: &impl Fn(&str), field: &impl Fn(&str, &Value)) {
    match value {
        Value::String(string) => text(string),
        Value::Array(items) => items.iter().for_each(|item| walk(item, text, field)),
        Value::Object(map) => {
            for (name, value) in map {
                text(name);
                field(name, value);
                walk(value, text, field);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// No HTML and no link but within code, between backticks or in an element of ours.
fn markdown(text: &str, label: &str) {
    for line in text.lines() {
        let outside: String = line.replace("\\`", "").split('`').step_by(2).collect();
        let live = outside
            .replace("<code>", "")
            .replace("</code>", "")
            .replace("\\<", "")
            .replace("\\[", "")
            .replace("\\!", "");
        assert!(!live.contains(['<', '[', '!']), "{label}: {line}");
    }
}
