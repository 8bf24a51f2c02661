//! Work on many things, on all processors, whose results come in order: little more is held than what is being worked on.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{available_parallelism, scope};

/// So many things are one piece of work.
const PIECE: usize = 100;

/// Does `work` on all `things`, piece by piece, and hands what comes of each piece to `take`, in order. Each processor
/// works with a `tool` of its own.
///
/// # Errors
/// The first one that `take` gives; nothing more is worked on then.
pub fn in_order<T: Sync, W, R: Send, E>(
    things: &[T],
    tool: impl Fn() -> W + Sync,
    work: impl Fn(&W, &[T]) -> R + Sync,
    mut take: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let processors = available_parallelism().map_or(1, NonZero::get);
    if processors == 1 || things.len() <= PIECE {
        let tool = tool();
        let mut pieces = things.chunks(PIECE);
        return pieces.try_for_each(|piece| take(work(&tool, piece)));
    }
    let mut pieces = things.chunks(PIECE).enumerate();
    let ahead = processors.saturating_add(1);
    scope(|scope| {
        // With an error the ends held here are dropped, and the workers stop.
        let (give, given) = sync_channel(ahead);
        let (send, receive) = sync_channel(ahead);
        let given = Arc::new(Mutex::new(given));
        for _ in 0..processors {
            let (given, send) = (Arc::clone(&given), send.clone());
            let (tool, work) = (&tool, &work);
            scope.spawn(move || {
                let tool = tool();
                while let Some((at, piece)) = next(&given) {
                    let result = catch_unwind(AssertUnwindSafe(|| work(&tool, piece)));
                    if send.send((at, result)).is_err() {
                        break;
                    }
                }
            });
        }
        drop((given, send));
        let mut give = Some(give);
        let mut give_one = || match pieces.next() {
            Some(piece) => drop(give.as_ref().map(|give| give.send(piece))),
            None => give = None,
        };
        (0..ahead).for_each(|_| give_one());
        let (mut early, mut due) = (BTreeMap::new(), 0);
        for (at, result) in receive {
            let result = result.unwrap_or_else(|panic| resume_unwind(panic));
            early.insert(at, result);
            while let Some(result) = early.remove(&due) {
                take(result)?;
                due = due.saturating_add(1);
                give_one();
            }
        }
        Ok(())
    })
}

fn next<T>(given: &Mutex<Receiver<T>>) -> Option<T> {
    let given = given.lock().unwrap_or_else(PoisonError::into_inner);
    given.recv().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_of_many_things_comes_in_their_order() {
        let things: Vec<usize> = (0..PIECE * 7 + 3).collect();
        let mut all = Vec::new();
        let done = in_order(
            &things,
            || (),
            |(), piece| piece.to_vec(),
            |piece: Vec<usize>| {
                all.extend(piece);
                Ok::<(), ()>(())
            },
        );
        assert_eq!((done, all), (Ok(()), things));
    }

    #[test]
    #[should_panic(expected = "the seventh")]
    fn a_panic_ends_the_work() {
        let things: Vec<usize> = (0..PIECE * 20).collect();
        let work = |(): &(), piece: &[usize]| assert!(piece[0] != PIECE * 6, "the seventh");
        let Ok(()) = in_order(&things, || (), work, Ok::<(), std::convert::Infallible>);
    }

    #[test]
    fn nothing_more_is_taken_after_an_error() {
        let things = vec![(); PIECE * 9];
        let mut taken = 0;
        let done = in_order(
            &things,
            || (),
            |(), piece| piece.len(),
            |_| {
                taken += 1;
                if taken == 2 { Err("full") } else { Ok(()) }
            },
        );
        assert_eq!((done, taken), (Err("full"), 2));
    }
}
