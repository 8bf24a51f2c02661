//! Ctrl-C and SIGTERM: a run ends within a second of the first, whatever it is doing, and at once at a second.
//!
//! What can stop by itself looks at [`asked`] and tells what is known by then. What cannot, as it waits for a pipe that
//! nobody reads, is ended.

#[cfg(unix)]
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// The exit code of the signal that came; 0 before one came.
static CODE: AtomicU8 = AtomicU8::new(0);

/// The exit code of a run that was stopped, once it is to stop.
#[must_use]
pub fn asked() -> Option<u8> {
    match CODE.load(Ordering::Relaxed) {
        0 => None,
        code => Some(code),
    }
}

/// Returns once the run is to stop.
#[cfg(feature = "live")]
pub async fn until_asked() {
    #[cfg(not(unix))]
    if tokio::signal::ctrl_c().await.is_ok() {
        CODE.store(130, Ordering::Relaxed);
    }
    while asked().is_none() {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// Watches for signals for the rest of the run. Where they cannot be watched for, they end it as they always do.
#[cfg(unix)]
pub fn watch() {
    use signal_hook::consts::{SIGINT, SIGTERM, SIGXFSZ};
    // A file that may not grow further is an error of the write, and no end of the run.
    let _ = signal_hook::flag::register(SIGXFSZ, Arc::default());
    let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]) else {
        return;
    };
    let watch = move || {
        for signal in signals.forever() {
            let code = if signal == SIGTERM { 143 } else { 130 };
            if CODE.swap(code, Ordering::Relaxed) != 0 {
                end(code);
            }
            let _ = std::thread::Builder::new().spawn(move || {
                std::thread::sleep(GRACE);
                end(code);
            });
        }
    };
    let _ = std::thread::Builder::new().spawn(watch);
}

/// Elsewhere Ctrl-C ends the run at once.
#[cfg(not(unix))]
pub const fn watch() {}

/// How long a run may tell what is known.
#[cfg(unix)]
const GRACE: std::time::Duration = std::time::Duration::from_millis(700);

#[cfg(unix)]
fn end(code: u8) -> ! {
    use std::io::Write as _;
    super::temporary::clear();
    // Standard error may be a full pipe, too.
    let told = std::thread::Builder::new().spawn(|| {
        let _ = writeln!(std::io::stderr(), "stopped: the output is incomplete");
    });
    if let Ok(told) = told {
        for _ in 0..10 {
            if told.is_finished() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }
    std::process::exit(i32::from(code))
}
