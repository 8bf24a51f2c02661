//! Work on many things, on all processors, whose results come in order: no more is held than what is being worked on.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread::{available_parallelism, scope};

/// So many things are one piece of work.
const PIECE: usize = 256;

/// Does `work` on all `things`, piece by piece, and hands what comes of each piece to `take`, in order.
///
/// # Errors
/// The first one that `take` gives; nothing more is worked on then.
pub(super) fn in_order<T: Sync, R: Send, E>(
    things: &[T],
    work: impl Fn(&[T]) -> R + Sync,
    mut take: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let processors = available_parallelism().map_or(1, NonZero::get);
    if processors == 1 || things.len() <= PIECE {
        return things.chunks(PIECE).try_for_each(|piece| take(work(piece)));
    }
    for batch in things.chunks(PIECE * processors) {
        let done: Vec<_> = scope(|scope| {
            let workers: Vec<_> = batch
                .chunks(PIECE)
                .map(|piece| scope.spawn(|| work(piece)))
                .collect();
            workers.into_iter().map(|worker| worker.join()).collect()
        });
        for result in done {
            take(result.unwrap_or_else(|panic| resume_unwind(panic)))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_of_many_things_comes_in_their_order() {
        let things: Vec<usize> = (0..PIECE * 7 + 3).collect();
        let mut all = Vec::new();
        let done = in_order(&things, <[usize]>::to_vec, |piece| {
            all.extend(piece);
            Ok::<(), ()>(())
        });
        assert_eq!((done, all), (Ok(()), things));
    }

    #[test]
    fn nothing_more_is_taken_after_an_error() {
        let things = vec![(); PIECE * 9];
        let mut taken = 0;
        let done = in_order(
            &things,
            |piece| piece.len(),
            |_| {
                taken += 1;
                if taken == 2 { Err("full") } else { Ok(()) }
            },
        );
        assert_eq!((done, taken), (Err("full"), 2));
    }
}
