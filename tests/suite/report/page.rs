//! The page: what lies in it, and that nothing of it runs but its own script. How it behaves tells `tests/browser`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::support::{page_data, run, run_with};

fn between<'t>(text: &'t str, open: &str, close: &str) -> &'t str {
    let (_, rest) = text.split_once(open).unwrap();
    rest.split_once(close).unwrap().0
}

#[test]
fn the_policy_lets_its_own_script_and_style_run_and_nothing_else() {
    let page = run(&["check", "--example", "organization", "--format", "html"]).out;
    let policy = between(&page, "Content-Security-Policy\" content=\"", "\"");
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    let script = between(&page, "<script>", "</script>");
    let style = between(&page, "<style>", "</style>");
    assert_eq!(
        policy,
        format!(
            "default-src 'none'; script-src {}; style-src {}; base-uri 'none'; form-action 'none'",
            hash(script),
            hash(style)
        )
    );
    assert_eq!(
        page.matches("<script").count(),
        2,
        "the data and the script"
    );
    for outside in [
        "src=",
        "href=\"http",
        "@import",
        "url(",
        "innerHTML",
        "eval(",
    ] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn its_columns_are_the_copies_of_the_report() {
    let data: Value = serde_json::from_str(&page_data(
        &run(&["check", "--example", "organization", "--format", "html"]).out,
    ))
    .unwrap();
    let report = run(&["check", "--example", "organization", "--format", "json"]).out;
    let report: Value = serde_json::from_str(&report).unwrap();
    let copies = report["copies"].as_array().unwrap();
    let words = data["words"].as_array().unwrap();
    let column = |name: &str| data["columns"][name].as_array().unwrap();
    let word = |name: &str, at: usize| &words[column(name)[at].as_u64().unwrap() as usize];
    for (at, copy) in copies.iter().enumerate() {
        assert_eq!(*word("id", at), copy["id"]);
        assert_eq!(*word("vault", at), copy["destination"]["vault"]);
        assert_eq!(*word("resource", at), copy["source"]["resource"]);
        let verdict =
            ["blocked", "undecided", "feasible"][column("verdict")[at].as_u64().unwrap() as usize];
        assert_eq!(copy["verdict"], verdict);
        let found = column("found")[at].as_array().unwrap().iter();
        let ids: Vec<&Value> = found
            .map(|place| &data["found"][place.as_u64().unwrap() as usize]["id"])
            .collect();
        let checks: Vec<&Value> = copy["checks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|check| &check["id"])
            .collect();
        assert_eq!(ids, checks);
    }
    assert_eq!(column("id").len(), copies.len());
}

#[test]
fn the_order_of_the_input_changes_no_byte() {
    let base: Value = {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("base.json");
        let name = file.to_str().unwrap();
        run(&["check", "--example", "organization", "--save", name]);
        serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
    };
    let mut other = base.clone();
    for list in ["accounts", "copies"] {
        other[list].as_array_mut().unwrap().reverse();
    }
    let page = |inventory: &Value| {
        let args = ["audit", "--inventory", "-", "--format", "html"];
        run_with(&args, inventory.to_string().as_bytes(), &[]).out
    };
    assert_eq!(page(&base), page(&other));
}

#[test]
fn what_leaves_its_account_and_the_newest_copies_are_in_it() {
    let args = ["audit", "--example", "organization", "--format"];
    let page = run(&[&args[..], &["html"]].concat()).out;
    let report = run(&[&args[..], &["json"]].concat()).out;
    let report: Value = serde_json::from_str(&report).unwrap();
    let coverage = &report["coverage"];
    let data: Value = serde_json::from_str(&page_data(&page)).unwrap();
    let there = data["there"]["copies"].as_array().unwrap();
    assert_eq!(there.len(), coverage["copies"].as_array().unwrap().len());
    assert!(!there.is_empty());
    assert!(
        there
            .iter()
            .all(|copy| coverage["copies"].as_array().unwrap().contains(copy))
    );
    assert_eq!(data["there"]["without_source"], coverage["without_source"]);
    let section = between(&page, "What leaves its account</h2>", "</section>");
    let by = coverage["by"].as_array().unwrap();
    assert_eq!(section.matches("<tr><td>").count(), by.len());
    for row in by {
        let cells = format!(
            "<tr><td>{}</td><td>{}</td><td class=\"number\">{}</td>",
            row["account"].as_str().unwrap(),
            row["resource_type"].as_str().unwrap(),
            row["resources"]
        );
        assert!(section.contains(&cells), "{cells}");
    }
    // A check has none.
    let page = run(&["check", "--example", "organization", "--format", "html"]).out;
    assert!(!page.contains("What leaves its account</h2>"));
}

#[test]
fn the_picture_has_a_box_for_each_vault_and_no_more_than_fifty_ways() {
    let page = run(&["check", "--example", "organization", "--format", "html"]).out;
    let svg = between(&page, "<svg", "</svg>");
    let report = run(&["check", "--example", "organization", "--format", "json"]).out;
    let report: Value = serde_json::from_str(&report).unwrap();
    let ways: std::collections::BTreeSet<_> = report["copies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|copy| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            (
                text(&copy["source"]["vault"]),
                text(&copy["destination"]["vault"]),
            )
        })
        .collect();
    assert_eq!(svg.matches("<path").count(), ways.len());
    let ends = |of: fn(&(String, String)) -> &String| {
        ways.iter()
            .map(of)
            .collect::<std::collections::BTreeSet<_>>()
            .len()
    };
    assert_eq!(
        svg.matches("<rect").count(),
        ends(|(from, _)| from) + ends(|(_, to)| to)
    );
}
