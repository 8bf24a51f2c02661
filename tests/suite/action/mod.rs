//! The action's scripts, run to their end as a runner would; and what the workflows and the samples are made of.

mod files;
#[cfg(unix)]
mod scripts;
