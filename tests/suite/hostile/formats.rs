//! Names that would be markup, commands or syntax of a format: nothing of them is.

use backup_preflight::inventory::{Facts, read};
use backup_preflight::quote::terminal::is_obeyed;
use backup_preflight::quote::workflow;
use backup_preflight::report::Report;
use backup_preflight::{plans, remedy};
use pulldown_cmark::{Event, Options, Parser, Tag};
use regex::Regex;
use serde_json::Value;

use super::names::with;
use super::{BASES, PAYLOADS, poison};
use crate::report::formats::{is_sarif, sarif_validator};
use crate::support::{ci_formats, decided};

/// Names for the formats of CI systems, beside those for shells and terminals.
const MORE: [&str; 8] = [
    "\n::error::noticed\n::add-mask::a\n::stop-commands::x%0A::error::noticed",
    "##[error]noticed ##vso[task.setvariable variable=PATH]noticed ###vso[x]",
    "--><!-- x --></details><script>alert(1)</script><img src=x onerror=alert(1)>",
    "|a|b|\n# noticed\n- [x](https://noticed.example) ![y](https://noticed.example/z.png) @noticed #1 www.noticed.example",
    "```\n</code>`noticed`~~~\\|\\",
    "]]><failure>&lt;&#0;</failure>\u{0}\u{fffe}\"'",
    "\"]\n  click v0 href \"javascript:noticed\"\n%%{init: {\"securityLevel\": \"loose\"}}%%\nend;--> x",
    "%0A::error title=a,file=b::noticed\r\n/close",
];

fn report_of(inventory: &Value) -> Option<Report> {
    let mut inventory = read("test", inventory.to_string().as_bytes()).ok()?;
    plans::add_those_of_policies(&mut inventory);
    let facts = Facts::new(&inventory);
    let decided = decided(&facts, &inventory);
    let remedies = remedy::remedies(&decided, &facts);
    let mut report = Report::new(
        &decided,
        remedies,
        facts.recorded_gaps().collect(),
        &facts,
        true,
    );
    report.inputs.push("a b/\u{1b}\"::plan.json".to_owned());
    Some(report)
}

/// Every hostile inventory that is read, in every format.
fn all() -> impl Iterator<Item = (String, Vec<(&'static str, String)>)> {
    BASES
        .iter()
        .enumerate()
        .flat_map(|(number, (base, names))| {
            PAYLOADS.iter().chain(&MORE).filter_map(move |payload| {
                let hostile = with(base, names, |name| poison(name, payload));
                let report = report_of(&hostile)?;
                Some((
                    format!("base {number} with {payload:?}"),
                    ci_formats(&report),
                ))
            })
        })
}

#[test]
fn no_name_is_more_than_text_in_any_format() {
    let validator = sarif_validator();
    let (mut seen, mut noticed) = (0, 0);
    for (label, formats) in all() {
        for (name, text) in &formats {
            let obeyed = text.chars().find(|c| is_obeyed(*c) && !"\n\t".contains(*c));
            assert_eq!(obeyed, None, "{label}: {name}");
            noticed += usize::from(text.contains("noticed"));
            match *name {
                "markdown" => is_plain_markdown(text, &label),
                "github" => has_no_other_command(text, &label),
                "sarif" => drop(is_sarif(&validator, text)),
                "junit" => {
                    quick_junit::Report::deserialize_from_str(text).unwrap();
                    assert_eq!(workflow::inert(text), *text, "{label}");
                }
                "mermaid" => is_a_picture(text, &label),
                other => panic!("{other}"),
            }
            seen += 1;
        }
    }
    println!("{seen} texts, {noticed} with the name in them");
    assert!(seen > 500 && noticed > 300, "{seen} {noticed}");
}

/// Its HTML is its own, and it links and shows nothing.
fn is_plain_markdown(text: &str, label: &str) {
    let html = Regex::new(
        "^(<!-- backup-preflight -->\n|<details><summary>[^<]*</summary>\n|</details>\n|</?code>|</?sub>)$",
    )
    .unwrap();
    let (mut tables, mut headings) = (0, Vec::new());
    for event in Parser::new_ext(
        text,
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS,
    ) {
        match event {
            Event::Html(raw) | Event::InlineHtml(raw) => {
                assert!(html.is_match(&raw), "{label}: {raw:?}");
            }
            Event::Start(tag) => match tag {
                Tag::Link { .. }
                | Tag::Image { .. }
                | Tag::List(_)
                | Tag::BlockQuote(_)
                | Tag::Strikethrough
                | Tag::Emphasis => {
                    panic!("{label}: {tag:?}")
                }
                Tag::Table(_) => tables += 1,
                Tag::Heading { level, .. } => headings.push(level as u8),
                _ => {}
            },
            // What a page of GitHub makes a mention or a link of, outside of code.
            Event::Text(said) => {
                let bait = ["@noticed", "://noticed", "www.noticed"]
                    .iter()
                    .find(|bait| said.contains(**bait));
                // Text within a block of code is text, too; there it is inert, and it is checked by the blocks' ends.
                if let Some(bait) = bait {
                    assert!(is_in_code(text, &said), "{label}: {bait} in {said}");
                }
            }
            Event::TaskListMarker(_) | Event::Rule => panic!("{label}: {event:?}"),
            _ => {}
        }
    }
    assert!(
        headings.iter().all(|level| [2, 3].contains(level)),
        "{label}"
    );
    assert!(tables > 0 || !text.contains("### Causes"), "{label}");
}

/// Whether a piece of text stands within a block of code, where nothing is linked.
fn is_in_code(markdown: &str, piece: &str) -> bool {
    let mut in_code = false;
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(pulldown_cmark::TagEnd::CodeBlock) => in_code = false,
            Event::Text(said) if !in_code && &*said == piece => return false,
            _ => {}
        }
    }
    true
}

/// Every line that is a command is one of ours, and no other line holds one.
fn has_no_other_command(text: &str, label: &str) {
    let ours =
        Regex::new("^::(error|warning|notice) title=[a-z-]+(,file=[^:,]*)?(,line=[0-9]+)?::")
            .unwrap();
    for line in text.lines() {
        if line.trim_start().starts_with("::") {
            assert!(ours.is_match(line), "{label}: {line}");
        } else {
            assert!(
                !line.contains("##[") && !line.contains("##vso["),
                "{label}: {line}"
            );
        }
    }
}

/// Every line is one of the few that a picture is made of.
fn is_a_picture(text: &str, label: &str) {
    let quoted = r#""[^"<>&`{}%\\]*""#;
    let line = Regex::new(&format!(
        r"^(flowchart LR|  subgraph a\d+\[{quoted}\]|    v\d+\[{quoted}\]|  end|  v\d+ (-->|--x|-\.->)\|{quoted}\| v\d+|  more\[{quoted}\]|  all\(\[{quoted}\]\))$"
    ))
    .unwrap();
    for one in text.lines() {
        assert!(line.is_match(one), "{label}: {one}");
    }
}
