//! The policy language of AWS IAM, with three values: allowed, denied, and unknown where a fact that matters was not read.
//!
//! [`Document`] is a policy, [`Request`] a question, and [`evaluate()`] puts it to all [`Policies`] that apply.
//! [`decide_resource`], [`decide_identity`] and [`decide_control`] put it to one party alone, so that a report can name the
//! document at fault.
//!
//! See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>.

mod arn_pattern;
mod condition;
mod context;
mod decision;
mod document;
mod evaluate;
#[cfg(test)]
mod fixture;
mod matches;
mod one_or_many;
mod operator;
mod parse;
mod pattern;
mod policy_type;
mod principal;
mod reach;
mod refused;
mod request;
#[cfg(test)]
mod rules;
mod scalar;
mod segments;
mod shape;
mod statement;
mod token;
mod truth;
mod wanted;
pub mod wire;

pub use condition::Condition;
pub use context::{Context, Entry, Rest};
pub use decision::{
    NearMiss, PolicyDecision, always_allow, decide_control, decide_identity, decide_resource,
    excepting_denies, may_strike,
};
pub use document::{Document, Effect, ParseError, Statement};
pub use evaluate::{Answer, Decision, Policies, evaluate};
pub use operator::operator_meant;
pub use parse::ELEMENTS;
pub use policy_type::{PolicyType, StatementRef};
pub use principal::{How, Named, Principal, PrincipalError};
pub use refused::{LONGEST_INLINE_POLICIES, LONGEST_KEY_POLICY, LONGEST_TRUST_POLICY, PolicyOf};
pub use request::{Request, Resource};
pub use shape::Shape;
pub use statement::{Miss, Unmet};
pub use truth::Truth;
