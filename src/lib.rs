//! Will this AWS Backup copy succeed, and if not, exactly what must change?
//!
//! # The way through
//!
//! Each layer uses only those before it; `tests/suite/layers` holds the table, and fails when a file leaves it.
//!
//! | layer | what it does |
//! |---|---|
//! | [`known`] | the words of the rest: ARNs, accounts, Regions, and [`known::Fact`], which is known or a [`known::Gap`] and never both |
//! | [`quote`] | text from outside, written for a shell, Terraform, CloudFormation, Markdown, HTML or a terminal that would obey some of it |
//! | [`policy`] | the policy language of IAM: a [`policy::Document`], a [`policy::Request`], and [`policy::evaluate()`] with three answers |
//! | [`catalog`] | what AWS documents, as tables: what each resource type can do, every call, permission, request, message and page |
//! | [`inventory`] | the facts of one run: read from JSON, merged, overlaid, and looked up through [`inventory::Facts`] |
//! | [`verdict`] | what a check finds ([`verdict::Outcome`]), what would fix it, and how findings add up ([`verdict::Verdict`]) |
//! | [`authorization`] | may this principal do this? what a key, a vault, a role and organization policies say, as one [`authorization::Ruling`] |
//! | [`plans`] | from backup plans, selections and organization policies to the copies that they make |
//! | [`checks`] | one file and one page for each thing that can be wrong; [`checks::CHECKS`] is the list, [`checks::decide()`] runs it |
//! | [`remedy`] | from what the checks need to the smallest change, proven by running the checks again |
//! | [`backtest`] | copy jobs that ran, beside what is said of them now |
//! | [`change`] | what a plan, a template or an overlay does to the copies; a baseline |
//! | [`waivers`] | findings that may wait, and until when |
//! | [`report`] | one file or folder for each format: table, json, ndjson, markdown, github, sarif, junit, html, mermaid; and the files of `fix` |
//! | [`sources`] | where facts come from: AWS, Terraform plans, CloudFormation templates, files; the only layer with network, files or a clock |
//! | [`cli`] | from words to one typed task; nothing is read here |
//! | [`app`] | the shell that holds both ends: a file for each command |
//!
//! # One copy, followed through
//!
//! `backup-preflight check --example field-notes-rds` decides a copy of an RDS snapshot into another account.
//!
//! 1. `main` calls [`app::run`]. [`cli::Cli::read`] makes a typed task of the words, `app/check.rs` does it.
//! 2. `app/gather.rs` takes the facts from where they were asked for: here [`sources`] has an example built in, and
//!    [`inventory::read`] makes an [`inventory::Inventory`] of its JSON, or an error with the line and the pointer. Live,
//!    `app/asks.rs` decides the copy from nothing, `sources/live/settle` makes the calls of its gaps, each a row of
//!    [`catalog::calls::CALLS`] and each once, and so on until no new gap is left; the inventory that comes of it is the same. For whole
//!    accounts `sources/live/survey` lists what there is first, and then goes on in the same way.
//! 3. [`inventory::Facts`] looks things up in it. `facts.vault_policy(vault)` gives `Known(Some(policy))`, `Known(None)` (somebody
//!    looked, there is none) or `Unknown(gap)`, and the gap names the call that would settle it.
//! 4. [`plans::plans`] and the inventory's `copies` give the copies, each an [`inventory::Copy`] with its two ends, its role,
//!    its lifecycle and its recovery point. (A [`inventory::Route`] is the part of it that says from where to where and of which
//!    kind; copies that are alike in a part share what is found of it.)
//! 5. [`checks::decide()`] asks every check. `vault_refuses_copy` asks the vault's policy whether the copy role may
//!    `backup:CopyIntoBackupVault`: [`authorization`] puts the [`policy::Request`] together from [`catalog::requests`], and [`policy`] answers.
//!    The check makes an [`verdict::Outcome`] of the answer: a message, evidence, AWS's own message, and a [`verdict::Fix`].
//! 6. [`verdict::Verdict::of`] adds them up: blocked where one fails, else undecided where one that could is, else feasible.
//! 7. [`remedy::propose`] turns the needs of all failing copies into changes (a statement of a policy, a new vault, a key), asks
//!    `remedy/accepted.rs` whether AWS would take them, lays each over the facts and decides again: that is what `proven` means.
//!    Asked again is what the change can touch: an answer notes what it looked up (`inventory/lookup/reads.rs`).
//! 8. `app/formats.rs` hands the [`report::Report`] to each format that was asked for; `app/code.rs` makes the exit code of its
//!    summary.
//!
//! # Where to look
//!
//! | what you look for | file of `src` |
//! |---|---|
//! | may the copy role into the vault, out of it, at the key? | `authorization/vault.rs`, `key.rs`, `role.rs`, `control.rs` |
//! | what is said of what a policy answers, and what fixes it | `authorization/outcome.rs`, `needs.rs`; `checks/role_policies.rs`; the check |
//! | what a statement or condition of a policy means | `policy/evaluate.rs`, `policy/condition.rs` |
//! | what backups of a type can do, and in which Regions | `catalog/capability.rs`, `limits.rs`, `services.rs` |
//! | AWS's status messages, and what foretells each | `catalog/messages/table.rs` |
//! | a field that inventories have, and its type | `inventory/objects.rs`, `inventory/frame.rs`; within `Detail`: `inventory/envelope/detail.rs` |
//! | a field that nobody knows | `inventory/misspelling.rs` refuses it where it is nearly one whose absence says something; else `inventory/unknown_field.rs` warns |
//! | which call is made for a gap, by whom | `sources/live/settle/query.rs` has a row for each call, `read.rs` the readers |
//! | a call of AWS's that failed | `sources/live/reply.rs` says what the error means, `found.rs` makes a [`known::Gap`] of it, the fact is then unknown |
//! | the `aws` command of a remedy | `remedy/command.rs`; `apply.sh`, Terraform and CloudFormation: `report/fixes` |
//! | what the last line proposes to run, an exit code | `app/next.rs`, `app/code.rs` |
//!
//! # Words
//!
//! | word | meaning |
//! |---|---|
//! | copy | one planned copy: a recovery point, or a resource that will have one, from a source vault to a destination vault |
//! | copy role | the IAM role that the copy job runs as, in the source account |
//! | service-linked role | the destination account's `AWSServiceRoleForBackup`, which a backup's key must be shared with |
//! | independent encryption | the backup is encrypted with the key of the vault that it lies in (AWS: full management) |
//! | service-dependent encryption | the backup is encrypted with the key of the resource: [`catalog::Encryption`] has which |
//! | kind | a resource type as far as copies differ: [`catalog::Kind`] |
//! | gap | a fact that matters and is not known, with what would settle it: [`known::Gap`] |
//! | need | what must become so for a check to pass, in the abstract: [`verdict::Need`] |
//! | remedy | the change that gives it, ready to apply: [`remedy::Remedy`] |
//! | cause | one thing that is wrong, with all the copies that it blocks |
//! | endpoints, route, transfer | the parts of a copy that a check may look at: the vaults and the role, with kind and keys, with the recovery point |
//! | overlay | facts laid over others, in which what stands wins |

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::string_slice
    )
)]

pub mod app;
pub mod authorization;
pub mod backtest;
pub mod catalog;
pub mod change;
pub mod checks;
pub mod cli;
pub mod inventory;
pub mod known;
pub mod plans;
pub mod policy;
pub mod quote;
pub mod remedy;
pub mod report;
pub mod sources;
pub mod verdict;
pub mod waivers;
