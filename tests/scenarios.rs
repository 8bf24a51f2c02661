//! A test for each scenario, by its own name: `cargo test --test scenarios vault-refuses-copy/no-policy`.
//! `UPDATE_SCENARIOS=1` writes down what the program says now, to be read before it is committed; `SCENARIO_INVENTORIES=DIR`
//! also writes the inventories, to run the program on.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::arithmetic_side_effects,
    clippy::string_slice
)]

#[path = "suite/support/mod.rs"]
#[allow(dead_code, unused_imports)]
mod support;

use std::fs;
use std::path::Path;

use libtest_mimic::{Arguments, Failed, Trial};
use support::outcome::tell;
use support::scenario::{Scenario, scenarios};

fn main() {
    let arguments = Arguments::from_args();
    let trials = scenarios()
        .into_iter()
        .map(|scenario| Trial::test(scenario.name(), move || comes_out_as_written(&scenario)));
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

fn comes_out_as_written(scenario: &Scenario) -> Result<(), Failed> {
    let inventory = serde_json::to_vec_pretty(&scenario.read()?)?;
    if let Some(folder) = std::env::var_os("SCENARIO_INVENTORIES") {
        let name = scenario.name().replace('/', ".") + ".json";
        fs::write(Path::new(&folder).join(name), inventory)?;
    }
    let (file, now) = (scenario.outcome(), tell(scenario).text);
    let written = fs::read_to_string(&file).unwrap_or_default();
    if written == now {
        return Ok(());
    }
    if std::env::var_os("UPDATE_SCENARIOS").is_some() {
        fs::write(&file, now)?;
        return Ok(());
    }
    let diff = similar::TextDiff::from_lines(&written, &now);
    let diff = diff
        .unified_diff()
        .header(&file.display().to_string(), "found")
        .to_string();
    Err(diff.into())
}
