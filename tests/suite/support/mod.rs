//! What the tests share: inventories to change, verdicts in process, and the program run as its users run it.

pub mod bases;
pub mod estate;
mod formats;
pub mod outcome;
mod program;
// The build without the SDK tests without a network.
#[cfg(all(unix, feature = "live"))]
pub mod python;
pub mod scenario;
pub mod verdicts;

pub use estate::Estate;
pub use formats::{ci_formats, page_data};
pub use program::{Ran, run, run_with};
pub use verdicts::{Verdicts, decide, decided, verdict};
