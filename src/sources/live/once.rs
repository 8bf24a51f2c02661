//! Each thing is read once, whoever asks for it and however many ask at the same time.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;
use tokio::task::JoinError;

/// What was read, by what it was asked about.
#[derive(Debug)]
pub struct Once<K, V>(Mutex<HashMap<K, Arc<OnceCell<V>>>>);

impl<K, V> Default for Once<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, V: Clone> Once<K, V> {
    /// What was read of this; `read` runs only where nobody has asked before. Those who ask meanwhile wait for it.
    pub async fn get(&self, key: K, read: impl Future<Output = V>) -> V {
        let cell = {
            let mut cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(cells.entry(key).or_default())
        };
        cell.get_or_init(|| Box::pin(read)).await.clone()
    }
}

/// Runs the tasks side by side; their results in the order of the tasks.
pub async fn each<T, F>(tasks: impl IntoIterator<Item = F>) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let mut set = tokio::task::JoinSet::new();
    for (index, task) in tasks.into_iter().enumerate() {
        set.spawn(async move { (index, task.await) });
    }
    let mut done = Vec::new();
    while let Some(ended) = set.join_next().await {
        done.extend(joined(ended));
    }
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

/// What a task came to.
pub fn joined<T>(ended: Result<T, JoinError>) -> Option<T> {
    match ended.map_err(JoinError::try_into_panic) {
        Ok(result) => Some(result),
        // A fault of ours in a task is a fault of ours here.
        Err(Ok(panic)) => std::panic::resume_unwind(panic),
        // Only dropping the set cancels a task, and it is not dropped.
        Err(Err(_cancelled)) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn those_who_ask_at_the_same_time_share_one_answer() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            let once: Arc<Once<&str, usize>> = Arc::default();
            let asked = Arc::new(AtomicUsize::new(0));
            let tasks = (0..5).map(|_| {
                let (once, asked) = (Arc::clone(&once), Arc::clone(&asked));
                async move {
                    once.get("key", async {
                        tokio::task::yield_now().await;
                        asked.fetch_add(1, Ordering::SeqCst) + 40
                    })
                    .await
                }
            });
            assert_eq!(each(tasks).await, [40, 40, 40, 40, 40]);
            assert_eq!(asked.load(Ordering::SeqCst), 1);
        });
    }
}
