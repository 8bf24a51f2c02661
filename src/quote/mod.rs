//! Text from outside, written in a language that would obey some of it: one place for each language.
//!
//! An inventory names vaults, rules and roles as it likes. Whatever is written with such a name in it, for a shell, for
//! Terraform, for CloudFormation, for a reader of Markdown, for a diagram, for a CI's log or for a terminal, goes through
//! here.

pub mod cloudformation;
pub mod html;
pub mod json;
pub mod markdown;
pub mod mermaid;
pub mod shell;
pub mod terminal;
pub mod terraform;
pub mod uri;
pub mod workflow;
pub mod xml;
