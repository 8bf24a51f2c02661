//! From the words of the command line, and what holds where they are silent, to a task.

use std::ffi::OsString;

use clap::FromArgMatches as _;

use super::defaults::Setting;
use super::{Cli, defaults, shown, tip};
use crate::quote::terminal;

impl Cli {
    /// The task that the words of the command line ask for, with the settings that hold where they do not give an option.
    ///
    /// # Errors
    /// What to tell instead, where they ask for help, or for nothing that there is.
    pub fn read(words: Vec<OsString>, settings: &[Setting]) -> Result<Self, Told> {
        let (words, added) = defaults::with(words, settings)
            .map_err(|error| Told::Wrong(format!("error: {}", terminal::lines(&error))))?;
        let mut command = shown::command();
        let read = command.try_get_matches_from_mut(words);
        let read = read.and_then(|matches| {
            Self::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
        });
        read.map_err(|error| {
            let at = defaults::place(&error, &added);
            match (Told::of(tip::with_tip(error, &command)), at) {
                (Told::Wrong(text), Some(at)) => Told::Wrong(format!("{}\n{at}", text.trim_end())),
                (told, _) => told,
            }
        })
    }
}

/// What a command line that asks for no task is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// The help or the version that it asks for.
    Asked(String),
    /// What is wrong with it.
    Wrong(String),
}

impl Told {
    fn of(error: clap::Error) -> Self {
        let text = error.render();
        if error.use_stderr() {
            // Words of the command line stand in it: what a terminal obeys is not told apart from colours of our own.
            Self::Wrong(terminal::lines(&text.to_string()).into_owned())
        } else if anstream::AutoStream::choice(&std::io::stdout()) == anstream::ColorChoice::Never {
            Self::Asked(text.to_string())
        } else {
            Self::Asked(text.ansi().to_string())
        }
    }
}
