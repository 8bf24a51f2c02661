//! How far the reading has come, on standard error while it goes; nothing where that is no terminal.

use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::counts::Counts;
use super::so_far::InventorySoFar;
use super::wire::Wire;

/// The line that tells it. It goes when this is dropped.
pub struct Progress {
    bar: ProgressBar,
    counts: Arc<Counts>,
    so_far: Arc<InventorySoFar>,
}

impl Progress {
    /// Begins to tell, if it is wanted.
    pub fn start(wire: &Wire, so_far: &Arc<InventorySoFar>, wanted: bool) -> Self {
        let bar = if wanted {
            ProgressBar::new_spinner().with_style(ProgressStyle::default_spinner())
        } else {
            ProgressBar::hidden()
        };
        Self {
            bar,
            counts: Arc::clone(wire.counts()),
            so_far: Arc::clone(so_far),
        }
    }

    /// Tells how far it has come, for as long as it is let.
    pub async fn show(&self) {
        loop {
            let told = told(&self.counts, self.so_far.gap_count());
            self.bar.set_message(told);
            self.bar.tick();
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn told(counts: &Counts, gaps: usize) -> String {
    let parts = [
        ("accounts", counts.accounts()),
        ("Regions", counts.regions()),
    ];
    // A named copy is of no list of accounts.
    let parts = parts.into_iter().filter_map(|(what, counter)| {
        let (done, all) = counter.so_far();
        (all > 0).then(|| format!("{what} {done} of {all}, "))
    });
    let parts: String = parts.collect();
    format!("{parts}calls {}, gaps {gaps}", counts.calls())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_tells_accounts_regions_calls_and_gaps() {
        let counts = Counts::default();
        assert_eq!(told(&counts, 0), "calls 0, gaps 0");
        counts.accounts().expect(30);
        counts.accounts().done();
        counts.regions().expect(120);
        for _ in 0..41 {
            counts.call();
        }
        assert_eq!(
            told(&counts, 7),
            "accounts 1 of 30, Regions 0 of 120, calls 41, gaps 7"
        );
    }
}
