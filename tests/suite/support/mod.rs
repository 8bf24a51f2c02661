//! What the tests share: inventories to change, verdicts in process, and the program run as its users run it.

pub mod bases;
pub mod estate;
mod formats;
pub mod outcome;
mod program;
pub mod scenario;
pub mod verdicts;

pub use estate::Estate;
pub use formats::{ci_formats, page_data};
pub use program::{Ran, run, run_with};
pub use verdicts::{Verdicts, decide, decided, verdict};
