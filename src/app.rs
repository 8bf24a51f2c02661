//! The shell: it fetches the facts, hands them to the plain functions, and prints what comes back. The only place that
//! holds two ends.

#![allow(clippy::disallowed_methods, reason = "the shell reads the environment")]

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::CommandFactory as _;

use crate::catalog;
use crate::checks::{self, Decided};
use crate::cli::{
    Assume, Check, Cli, Colour, Command, Fix, Format, FormatTo, Output, Schema, Start,
};
use crate::inventory::{
    self, Assumption, Copy, CopyEntry, Facts, Field, Inventory, Lifecycle, List,
};
use crate::known::{Arn, ResourceType};
use crate::policy::wire;
use crate::remedy::{self, Remedy};
use crate::report::{self, Report};
use crate::sources::{folder, recorded};

/// Everything that was asked holds.
const GOOD: u8 = 0;
/// Something is blocked.
const BLOCKED: u8 = 1;
/// Nothing was decided.
const WRONG: u8 = 2;
/// Something is undecided, and nothing blocked.
const UNDECIDED: u8 = 3;
/// Ctrl-C.
const STOPPED: u8 = 130;

/// What was read, and whether all of it was.
struct Gathered {
    inventory: Inventory,
    stopped: bool,
}

/// Does what the command line asks. Errors go to standard error, with exit code 2.
#[must_use]
pub fn run(cli: &Cli) -> ExitCode {
    match task(cli) {
        Ok(code) => ExitCode::from(code),
        Err(error) if is_broken_pipe(&error) => ExitCode::from(GOOD),
        Err(error) => {
            eprintln!("error: {}", with_causes(&error));
            ExitCode::from(WRONG)
        }
    }
}

fn task(cli: &Cli) -> anyhow::Result<u8> {
    match &cli.command {
        Command::Check(asked) => check(asked, &cli.output),
        Command::Fix(asked) => fix(asked, &cli.output),
        Command::Explain {
            message: Some(message),
            ..
        } => explain_message(message, &cli.output),
        Command::Explain { id, .. } => explain(id.as_deref()),
        Command::Simulate { requests } => simulate(requests),
        Command::Capabilities { r#type } => capabilities(r#type.as_deref(), &cli.output),
        Command::Schema { of } => schema(*of),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "backup-preflight", &mut script);
            print(&String::from_utf8_lossy(&script))
        }
        Command::Man => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut page)?;
            print(&String::from_utf8_lossy(&page))
        }
    }
}

fn check(asked: &Check, output: &Output) -> anyhow::Result<u8> {
    let found = decide(asked, output)?;
    write_report(&found.report, output)?;
    Ok(found.exit_code(output.strict))
}

/// Decides, writes the remedies as files, and ends as `check` would.
fn fix(asked: &Fix, output: &Output) -> anyhow::Result<u8> {
    let found = decide(&asked.check, output)?;
    if !output.format.is_empty() {
        write_report(&found.report, output)?;
    }
    let files = report::fixes(&found.remedies);
    if !files.is_empty() {
        let files = files.iter().map(|file| (&*file.path, &*file.text));
        folder::write_all(&asked.dir, files, asked.force)?;
    }
    let text = report::fixes_summary(&found.report, &files, &asked.dir.display().to_string());
    if output.format.iter().any(|to| to.file.is_none()) {
        if !output.quiet {
            eprint!("{text}");
        }
    } else {
        print(&text)?;
    }
    Ok(found.exit_code(output.strict))
}

/// What was decided of the copies that were asked about, and what to change.
struct Found {
    report: Report,
    remedies: Vec<Remedy>,
    /// Ctrl-C ended the reading: this is what was known then.
    stopped: bool,
}

impl Found {
    fn exit_code(&self, strict: bool) -> u8 {
        if self.stopped {
            STOPPED
        } else {
            exit_code(&self.report, strict)
        }
    }
}

fn decide(asked: &Check, output: &Output) -> anyhow::Result<Found> {
    one_format_to_standard_output(output)?;
    let Gathered {
        mut inventory,
        stopped,
    } = facts_for(asked, output)?;
    narrow(&mut inventory, asked)?;
    if let Some(file) = &asked.save {
        recorded::write(file, &to_json(&inventory)?)?;
    }
    let assumed = asked.assume.iter().map(|fact| match fact {
        Assume::OrganizationPoliciesAllow => Assumption::OrganizationPoliciesAllow,
    });
    let facts = Facts::new(&inventory).assuming(assumed);
    let mut copies: Vec<Copy> = inventory::items(&inventory.copies)
        .iter()
        .map(|entry| Copy::of_entry(entry, &facts))
        .collect();
    if asked.and_back {
        copies.extend(ways_back(&copies, &facts, output));
    }
    let mut decided: Vec<Decided> = copies
        .into_iter()
        .map(|copy| checks::decide(copy, &facts))
        .collect();
    decided.sort_by(|one, other| one.copy.id.cmp(&other.copy.id));
    let remedies = remedy::remedies(&decided, &facts);
    let report = Report::new(
        &decided,
        &remedies,
        facts.recorded_gaps().collect(),
        facts.collected_at(),
        &facts,
    );
    if report.summary.copies == 0 {
        warn(
            output,
            "there are no copies to decide: the inventory names none",
        );
    }
    Ok(Found {
        report,
        remedies,
        stopped,
    })
}

/// The ways back of all copies that say where they come from.
fn ways_back(copies: &[Copy], facts: &Facts<'_>, output: &Output) -> Vec<Copy> {
    let mut back = Vec::new();
    for copy in copies {
        match copy.back(facts) {
            Some(copy) => back.push(copy),
            None => warn(
                output,
                &format!(
                    "the way back of `{}` is not decided: its source vault is not known",
                    copy.id
                ),
            ),
        }
    }
    back
}

/// The contract's exit codes.
fn exit_code(report: &Report, strict: bool) -> u8 {
    let summary = report.summary;
    let unclean = summary.undecided > 0 || summary.warnings > 0 || summary.copies == 0;
    if summary.blocked > 0 || (strict && unclean) {
        BLOCKED
    } else if summary.undecided > 0 {
        UNDECIDED
    } else {
        GOOD
    }
}

/// The inventory of what was asked: files, examples, AWS.
fn facts_for(asked: &Check, output: &Output) -> anyhow::Result<Gathered> {
    let from_files = !asked.inventory.is_empty() || !asked.example.is_empty();
    let named = asked.to.is_some();
    if named && asked.resource.is_none() && asked.recovery_point.is_none() {
        bail!(
            "--to names where the copy goes; name what is copied too: --resource ARN or --recovery-point ARN"
        );
    }
    if !from_files && !named {
        bail!(
            "nothing to decide from: name a copy (--resource ARN --to VAULT_ARN), an inventory (--inventory FILE) or an \
             example (--example {})",
            crate::sources::examples::EXAMPLES
                .first()
                .map_or("NAME", |example| example.name)
        );
    }
    let (mut inventory, strangers) = recorded::load(&asked.inventory, &asked.example)?;
    for stranger in strangers {
        warn(output, &stranger.to_string());
    }
    let mut stopped = false;
    if asked.live || !from_files {
        let read = read_aws(asked)?;
        inventory = inventory::merge([
            ("the files".to_owned(), inventory),
            ("AWS".to_owned(), read.inventory),
        ])?;
        stopped = read.stopped;
    }
    Ok(Gathered { inventory, stopped })
}

#[cfg(feature = "live")]
fn read_aws(asked: &Check) -> anyhow::Result<Gathered> {
    use crate::sources::live::{self, Credentials, LiveError, NamedCopy, Settings};
    let Some(to) = &asked.to else {
        bail!(
            "to ask AWS, name the copy: --resource ARN or --recovery-point ARN, and --to VAULT_ARN"
        );
    };
    let copy = NamedCopy {
        resource: asked.resource.clone(),
        recovery_point: asked.recovery_point.clone(),
        source_vault: asked.source_vault.clone(),
        destination_vault: to.clone(),
        role: asked.role.clone(),
    };
    let of = |profile: &Option<String>, role_arn: &Option<String>| Credentials {
        profile: profile.clone(),
        role_arn: role_arn.clone(),
        external_id: role_arn.as_ref().and(asked.credentials.external_id.clone()),
    };
    let given = &asked.credentials;
    let source = of(&given.source_profile, &given.source_role_arn);
    let destination = (given.destination_profile.is_some() || given.destination_role_arn.is_some())
        .then(|| of(&given.destination_profile, &given.destination_role_arn));
    let settings = Settings {
        concurrency: usize::from(asked.concurrency),
        timeout: asked.timeout(),
        ..Settings::default()
    };
    let read = |copy: &NamedCopy, source: &Credentials, destination: Option<&Credentials>| {
        match live::collect(copy, source, destination, &settings, recorded::now()) {
            Ok(inventory) => Ok(Gathered {
                inventory,
                stopped: false,
            }),
            Err(LiveError::Stopped(inventory)) => Ok(Gathered {
                inventory: *inventory,
                stopped: true,
            }),
            Err(error) => Err(error),
        }
    };
    let there = read(&copy, &source, destination.as_ref())?;
    let home = asked
        .source_vault
        .clone()
        .or_else(|| newest_vault(asked, &there.inventory));
    let Some(home) = home.filter(|_| asked.and_back && !there.stopped) else {
        return Ok(there);
    };
    // The two sides change places. What is copied was read already, with the credentials of its own account.
    let back = NamedCopy {
        resource: None,
        recovery_point: None,
        source_vault: Some(to.clone()),
        destination_vault: home,
        role: None,
    };
    let back = read(
        &back,
        destination.as_ref().unwrap_or(&source),
        destination.is_some().then_some(&source),
    )?;
    Ok(Gathered {
        inventory: inventory::merge([
            ("AWS".to_owned(), there.inventory),
            ("AWS, for the way back".to_owned(), back.inventory),
        ])?,
        stopped: back.stopped,
    })
}

#[cfg(not(feature = "live"))]
fn read_aws(_: &Check) -> anyhow::Result<Gathered> {
    bail!(
        "this build cannot ask AWS (it was built without the feature `live`); give --inventory FILE or --example NAME"
    )
}

/// Leaves only the copies that were asked about.
fn narrow(inventory: &mut Inventory, asked: &Check) -> anyhow::Result<()> {
    if let Some(to) = &asked.to {
        let entry = entry(asked, to, inventory);
        inventory.copies = Field::Is(List(vec![entry]));
        return Ok(());
    }
    let Field::Is(List(copies)) = &mut inventory.copies else {
        return match (asked.copy.first(), &asked.resource, &asked.recovery_point) {
            (None, None, None) => Ok(()),
            _ => bail!("the inventory names no copies; with --to VAULT_ARN a copy is named here"),
        };
    };
    for id in &asked.copy {
        if !copies.iter().any(|copy| *copy.id == **id) {
            let known: Vec<&str> = copies.iter().map(|copy| &*copy.id).collect();
            bail!(
                "there is no copy `{id}` in the inventory; there are: {}",
                known.join(", ")
            );
        }
    }
    if !asked.copy.is_empty() {
        copies.retain(|copy| asked.copy.iter().any(|id| *copy.id == **id));
    }
    let mut only = |arn: &Option<Arn>, what: &str, of: fn(&CopyEntry) -> &Field<Arn>| match arn {
        None => Ok(()),
        Some(arn) => {
            copies.retain(|copy| of(copy).value() == Some(arn));
            if copies.is_empty() {
                bail!("no copy of the inventory is of the {what} `{arn}`")
            } else {
                Ok(())
            }
        }
    };
    only(&asked.resource, "resource", |copy| &copy.resource)?;
    only(&asked.recovery_point, "recovery point", |copy| {
        &copy.recovery_point
    })
}

/// The copy that the command line names.
fn entry(asked: &Check, to: &Arn, inventory: &Inventory) -> CopyEntry {
    let mut assumptions: Vec<Box<str>> = Vec::new();
    let role = asked.role.clone().or_else(|| {
        let vault = asked
            .source_vault
            .clone()
            .or_else(|| newest_vault(asked, inventory));
        let place = vault
            .or_else(|| asked.resource.clone())
            .or_else(|| asked.recovery_point.clone())?;
        let account = place.account()?;
        assumptions.push("role: AWSBackupDefaultServiceRole, none was named".into());
        Some(Arn::iam_role(
            to.partition(),
            account,
            "service-role/AWSBackupDefaultServiceRole",
        ))
    });
    let lifecycle = match (asked.delete_after, asked.cold_after) {
        (None, None) => Field::Null,
        (delete, cold) => Field::Is(Lifecycle {
            delete_after_days: delete.into(),
            move_to_cold_storage_after_days: cold.into(),
            extra: Vec::new(),
        }),
    };
    let given = |arn: &Option<Arn>| arn.clone().map_or(Field::Absent, Field::Is);
    CopyEntry {
        id: "cli".into(),
        resource: given(&asked.resource),
        recovery_point: given(&asked.recovery_point),
        source_vault: given(&asked.source_vault),
        destination_vault: to.clone(),
        role: given(&role),
        lifecycle,
        start: Field::Is(match asked.start {
            Start::OnDemand => inventory::Start::OnDemand,
            Start::Scheduled => inventory::Start::Scheduled,
        }),
        plan: Field::Absent,
        assumptions: if assumptions.is_empty() {
            Field::Absent
        } else {
            Field::Is(assumptions)
        },
        extra: Vec::new(),
    }
}

fn newest_vault(asked: &Check, inventory: &Inventory) -> Option<Arn> {
    let facts = Facts::new(inventory);
    match (&asked.recovery_point, &asked.resource) {
        (Some(point), _) => facts.point_vault(point).known().flatten().cloned(),
        (None, Some(resource)) => facts.newest_vault(resource).known(),
        (None, None) => None,
    }
}

fn explain(id: Option<&str>) -> anyhow::Result<u8> {
    let Some(id) = id else {
        return print(&report::list());
    };
    match checks::find(id) {
        Some(check) => print(&report::page(check)),
        None => {
            let nearest = checks::CHECKS
                .iter()
                .min_by_key(|check| strsim::damerau_levenshtein(check.id, id));
            let hint = nearest
                .map(|check| format!("; did you mean `{}`?", check.id))
                .unwrap_or_default();
            bail!("there is no check `{id}`{hint} (`backup-preflight explain` lists them)")
        }
    }
}

fn explain_message(message: &str, output: &Output) -> anyhow::Result<u8> {
    one_format_to_standard_output(output)?;
    let message = if message == "-" {
        let (_, bytes) = recorded::bytes(Path::new("-"))?;
        String::from_utf8_lossy(&bytes).into_owned()
    } else {
        message.to_owned()
    };
    let Some(explained) = report::Explained::of(&message) else {
        let hint = report::nearest_message(&message)
            .map(|wording| format!("; the nearest is: {wording}"))
            .unwrap_or_default();
        bail!("this is no status message that AWS documents{hint}")
    };
    for (format, file) in formats(output) {
        let text = match format {
            Format::Table => {
                let (width, color) = how_to_print(file, output);
                report::message_page(&explained, width, color)
            }
            Format::Json => report::message_json(&explained),
            Format::Ndjson => bail!("a message is explained as table or json"),
        };
        deliver(file, &text)?;
    }
    Ok(GOOD)
}

fn simulate(requests: &Path) -> anyhow::Result<u8> {
    let (name, bytes) = recorded::bytes(requests)?;
    let text = String::from_utf8(bytes).with_context(|| format!("`{name}` is not UTF-8"))?;
    print(&wire::answers(&text))
}

fn capabilities(of: Option<&str>, output: &Output) -> anyhow::Result<u8> {
    one_format_to_standard_output(output)?;
    let of = match of.map(ResourceType::parse) {
        Some(ResourceType::Other(name)) => {
            let known: Vec<&str> = ResourceType::ALL.iter().map(ResourceType::as_str).collect();
            bail!(
                "there is no resource type `{name}` in AWS Backup's feature table; there are: {}",
                known.join(", ")
            )
        }
        of => of,
    };
    let rows: Vec<_> = catalog::rows(of.as_ref()).collect();
    for (format, file) in formats(output) {
        let text = match format {
            Format::Table => report::capabilities_table(&rows, width()),
            Format::Json => report::capabilities_json(&rows),
            Format::Ndjson => bail!("capabilities are printed as table or json"),
        };
        deliver(file, &text)?;
    }
    Ok(GOOD)
}

fn schema(format: Schema) -> anyhow::Result<u8> {
    let schema = match format {
        Schema::Inventory => inventory::schema(),
        Schema::Report => report::report_schema(),
    };
    print(&format!("{schema:#}\n"))
}

fn to_json(inventory: &Inventory) -> anyhow::Result<String> {
    let mut text = serde_json::to_string_pretty(inventory)?;
    text.push('\n');
    Ok(text)
}

fn one_format_to_standard_output(output: &Output) -> anyhow::Result<()> {
    let here: Vec<_> = output
        .format
        .iter()
        .filter(|to| to.file.is_none())
        .collect();
    if here.len() > 1 {
        bail!(
            "only one format can go to standard output; give the others a file: --format json=report.json"
        );
    }
    Ok(())
}

/// The formats that were asked for; the table where none was.
fn formats(output: &Output) -> Vec<(Format, Option<&Path>)> {
    if output.format.is_empty() {
        return vec![(Format::Table, None)];
    }
    output
        .format
        .iter()
        .map(|FormatTo { format, file }| (*format, file.as_deref()))
        .collect()
}

fn write_report(report: &Report, output: &Output) -> anyhow::Result<()> {
    for (format, file) in formats(output) {
        let text = match format {
            Format::Json => report::json(report),
            Format::Ndjson => report::ndjson(report),
            Format::Table => {
                let (width, color) = how_to_print(file, output);
                report::render(
                    report,
                    report::Options {
                        width,
                        color,
                        verbose: output.verbose,
                    },
                )
            }
        };
        deliver(file, &text)?;
    }
    Ok(())
}

/// The columns and the colours of what is printed, or written to a file.
fn how_to_print(file: Option<&Path>, output: &Output) -> (usize, bool) {
    if file.is_some() {
        (100, false)
    } else {
        (width(), in_colour(output.color))
    }
}

fn deliver(file: Option<&Path>, text: &str) -> anyhow::Result<()> {
    match file {
        Some(file) => Ok(recorded::write(file, text)?),
        None => print(text).map(|_| ()),
    }
}

fn print(text: &str) -> anyhow::Result<u8> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(GOOD)
}

fn warn(output: &Output, text: &str) {
    if !output.quiet {
        eprintln!("warning: {text}");
    }
}

/// The columns of the terminal, a hundred at most; a hundred where there is none.
fn width() -> usize {
    match terminal_size::terminal_size_of(io::stdout()) {
        Some((terminal_size::Width(columns), _)) => usize::from(columns).min(100),
        None => 100,
    }
}

fn in_colour(when: Colour) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match when {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => {
            io::stdout().is_terminal()
                && !set("NO_COLOR")
                && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
        }
    }
}

/// An error with its causes, each said once.
fn with_causes(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    text
}

/// Whoever read our output went away, as `head` does: no error of ours.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
