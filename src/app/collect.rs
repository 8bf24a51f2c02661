//! `collect`: AWS into an inventory file.

use crate::cli::{Collect, Output};
use crate::sources::config::Config;

#[cfg(feature = "live")]
pub(super) fn collect(asked: &Collect, output: &Output, config: &Config) -> anyhow::Result<u8> {
    use super::asks::of_everything;
    use super::code::{BLOCKED, GOOD, stopped_code};
    use super::gathered::{Gathered, Survey};
    use super::print::{self, to_json};
    use super::survey::survey;
    use crate::inventory::{GapEntry, items};
    use crate::report::{self, Reading};
    use crate::sources::live::{Journal, clear_journal};
    use crate::sources::recorded;
    use crate::sources::target::{Readers, Target};

    let target = Target::claim(&asked.output, Readers::Owner)?;
    let kept = Journal::beside(&asked.output);
    let aggregator = asked.aggregator().map_err(anyhow::Error::msg)?;
    let words = match aggregator {
        Some(name) => format!("--from config-aggregator {name} {}", asked.estate.words()),
        None => asked.estate.words(),
    };
    let journal = if asked.resume {
        Journal::resume(&kept, &words, recorded::now(), output.max_input)
    } else {
        Journal::begin(&kept, &words, recorded::now())
    };
    let read = survey(
        (&asked.estate, &asked.aws),
        (Survey::Everything, &of_everything()),
        aggregator,
        Some(journal?),
        (output, config),
    );
    let say = |text: String| {
        if !output.quiet {
            print::say(&text);
        }
    };
    let Gathered {
        inventory, stopped, ..
    } = read?;
    let path = asked.output.display();
    if stopped {
        say(if kept.exists() {
            let kept = kept.display();
            format!("stopped; what is whole is in `{kept}`, and --resume goes on from there")
        } else {
            "stopped; nothing was whole yet, and nothing is kept".to_owned()
        });
        return Ok(stopped_code());
    }
    if let Some(gap) = items(&inventory.gaps)
        .first()
        .filter(|_| says_nothing(&inventory))
    {
        clear_journal(&kept)?;
        let gap = gap.to_gap();
        let live = Reading {
            live: true,
            ..Reading::default()
        };
        let mend = if report::permission(&gap, &live).is_some() {
            "`backup-preflight permissions` prints the policy that lets it be read".to_owned()
        } else {
            report::settle(&gap, &live)
        };
        anyhow::bail!("nothing could be read, and nothing is written: {gap}; {mend}");
    }
    let text = to_json(&inventory)?;
    target.write(|out| out.write_all(text.as_bytes()))?;
    clear_journal(&kept)?;
    let accounts = items(&inventory.accounts);
    let regions: usize = accounts
        .iter()
        .map(|account| items(&account.regions).len())
        .sum();
    let gaps = items(&inventory.gaps);
    let told = report::gaps_by_cause(
        gaps.iter().map(GapEntry::to_gap),
        &report::Options {
            width: print::width_of_errors(),
            verbose: output.verbose,
            ..report::Options::default()
        },
    );
    if !told.is_empty() {
        say(told.trim_end().to_owned());
    }
    say(format!(
        "wrote `{path}`: {}, {}, {}",
        count(accounts.len(), "account"),
        count(regions, "Region"),
        count(gaps.len(), "gap"),
    ));
    // Contract: what was not read is an error only where that was asked.
    Ok(if output.strict && !gaps.is_empty() {
        BLOCKED
    } else {
        GOOD
    })
}

/// Whether there is nothing in an inventory but the names of accounts and Regions.
#[cfg(feature = "live")]
fn says_nothing(inventory: &crate::inventory::Inventory) -> bool {
    let Ok(value) = serde_json::to_value(&inventory.accounts) else {
        return false;
    };
    let fields = |value: &serde_json::Value, name: &str| {
        let fields = value.as_object();
        fields.is_none_or(|fields| {
            fields
                .keys()
                .all(|field| field == name || field == "regions" || field == "name")
        })
    };
    let accounts = value.as_array().into_iter().flatten();
    accounts.into_iter().all(|account| {
        let regions = account.get("regions").and_then(serde_json::Value::as_array);
        let mut regions = regions.into_iter().flatten();
        fields(account, "account") && regions.all(|region| fields(region, "region"))
    })
}

#[cfg(feature = "live")]
fn count(number: usize, what: &str) -> String {
    let end = if number == 1 { "" } else { "s" };
    format!("{number} {what}{end}")
}

#[cfg(not(feature = "live"))]
pub(super) fn collect(_: &Collect, _: &Output, _: &Config) -> anyhow::Result<u8> {
    anyhow::bail!("this build cannot ask AWS (it was built without the feature `live`)")
}
