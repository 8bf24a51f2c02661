//! Text from outside, written in a language that would obey some of it: one place for each language.
//!
//! An inventory names vaults, rules and roles as it likes. Whatever is written with such a name in it, for a shell, for
//! Terraform, for CloudFormation, for a reader of Markdown or for a terminal, goes through here.

pub mod cloudformation;
pub mod json;
pub mod markdown;
pub mod shell;
pub mod terminal;
pub mod terraform;
