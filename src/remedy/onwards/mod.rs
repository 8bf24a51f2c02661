//! The commands of changes that come by the ten thousand: they are written when somebody asks for them.

mod anew;
mod two_jobs;

use smol_str::SmolStr;

use crate::known::Arn;

pub use anew::Anew;
pub use two_jobs::TwoJobs;

/// The commands that follow the first ones of a change.
#[derive(Clone, Debug, PartialEq)]
pub enum Onwards {
    /// None.
    Nothing,
    /// A resource is encrypted anew.
    ReEncrypt {
        /// How.
        way: Anew,
        /// The resource.
        resource: Arn,
    },
    /// A recovery point is copied in two jobs.
    TwoJobs(Box<TwoJobs>),
}

impl Onwards {
    /// What they are; `None` where there are none.
    pub fn commands(&self) -> Option<Vec<SmolStr>> {
        match self {
            Self::Nothing => None,
            Self::ReEncrypt { way, resource } => Some(way.steps(resource)),
            Self::TwoJobs(jobs) => Some(jobs.commands()),
        }
    }
}
