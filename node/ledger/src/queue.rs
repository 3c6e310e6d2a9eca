//! The bounded queue between those who submit and the one thread that writes.
//!
//! Bounded by number and by bytes. Full, it makes submitters wait: on their thread in [`Queue::push`], as a task in
//! [`Queue::push_async`]. The writer takes all that is there at once.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

/// Something that has a size.
pub(crate) trait Weigh {
    /// Bytes it will take.
    fn bytes(&self) -> usize;
}

struct State<T> {
    items: VecDeque<T>,
    bytes: usize,
    closed: bool,
}

/// What the bounds are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Items that wait at most.
    pub(crate) items: usize,
    /// Bytes that wait at most; one item may exceed it when it is alone.
    pub(crate) bytes: usize,
    /// Bytes taken at once at most; one item may exceed it.
    pub(crate) taken_bytes: usize,
}

/// The queue.
pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    bounds: Bounds,
    filled: Condvar,
    emptied: Condvar,
    emptied_async: Notify,
}

impl<T: Weigh> Queue<T> {
    pub(crate) const fn new(bounds: Bounds) -> Self {
        Self {
            state: Mutex::new(State { items: VecDeque::new(), bytes: 0, closed: false }),
            bounds,
            filled: Condvar::new(),
            emptied: Condvar::new(),
            emptied_async: Notify::const_new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        // Whole even if a thread panicked: no code of others runs under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn has_room(&self, state: &State<T>, item: &T) -> bool {
        state.closed
            || state.items.is_empty()
            || (state.items.len() < self.bounds.items && state.bytes + item.bytes() <= self.bounds.bytes)
    }

    /// Puts an item if there is room and gives it back if the queue is closed.
    fn put(&self, mut state: MutexGuard<'_, State<T>>, item: T) -> Result<(), T> {
        if state.closed {
            return Err(item);
        }
        state.bytes += item.bytes();
        state.items.push_back(item);
        drop(state);
        self.filled.notify_one();
        Ok(())
    }

    /// Puts an item, waiting for room on this thread. Gives it back when the queue is closed.
    pub(crate) fn push(&self, item: T) -> Result<(), T> {
        let mut state = self.state();
        while !self.has_room(&state, &item) {
            state = self.emptied.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        self.put(state, item)
    }

    /// Puts an item, waiting for room as a task. Gives it back when the queue is closed.
    ///
    /// # Cancel safety
    /// Cancelled, nothing was put.
    pub(crate) async fn push_async(&self, item: T) -> Result<(), T> {
        loop {
            let emptied = self.emptied_async.notified();
            {
                let state = self.state();
                if self.has_room(&state, &item) {
                    return self.put(state, item);
                }
            }
            emptied.await;
        }
    }

    /// Takes what is there, waiting for the first item. Empty once the queue is closed and everything was taken.
    pub(crate) fn take(&self) -> Vec<T> {
        let mut state = self.state();
        while state.items.is_empty() && !state.closed {
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let mut taken = Vec::new();
        let mut bytes = 0;
        while let Some(item) = state.items.front()
            && (taken.is_empty() || bytes + item.bytes() <= self.bounds.taken_bytes)
        {
            bytes += item.bytes();
            taken.extend(state.items.pop_front());
        }
        state.bytes -= bytes;
        drop(state);
        self.emptied.notify_all();
        self.emptied_async.notify_waiters();
        taken
    }

    /// Whether nothing may be put any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.state().closed
    }

    /// Lets nothing more in; what is there is still taken.
    pub(crate) fn close(&self) {
        self.state().closed = true;
        self.filled.notify_all();
        self.emptied.notify_all();
        self.emptied_async.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    impl Weigh for usize {
        fn bytes(&self) -> usize {
            *self
        }
    }

    const BOUNDS: Bounds = Bounds { items: 3, bytes: 10, taken_bytes: 6 };

    #[test]
    fn what_is_there_is_taken_together_up_to_the_bound() {
        let queue = Queue::new(BOUNDS);
        for item in [2, 3, 4] {
            queue.push(item).expect("open");
        }
        assert_eq!(queue.take(), [2, 3]);
        assert_eq!(queue.take(), [4]);
    }

    #[test]
    fn one_item_above_every_bound_passes_alone() {
        let queue = Queue::new(BOUNDS);
        queue.push(100).expect("open");
        assert_eq!(queue.take(), [100]);
    }

    #[test]
    fn a_full_queue_makes_the_submitter_wait() {
        for already in [vec![1, 1, 1], vec![9]] {
            let queue = Arc::new(Queue::new(BOUNDS));
            for item in already {
                queue.push(item).expect("open");
            }
            let second = Arc::clone(&queue);
            let thread = std::thread::spawn(move || second.push(2));
            // The thread ends only if what is taken here makes room for it.
            let mut taken = Vec::new();
            while taken.last() != Some(&2) {
                taken.extend(queue.take());
            }
            assert_eq!(thread.join().expect("no panic"), Ok(()));
        }
    }

    #[tokio::test]
    async fn a_waiting_task_goes_on_when_there_is_room() {
        let queue = Arc::new(Queue::new(BOUNDS));
        queue.push(9).expect("open");
        let mut push = Box::pin(queue.push_async(5));
        let first = std::future::poll_fn(|cx| std::task::Poll::Ready(push.as_mut().poll(cx))).await;
        assert!(first.is_pending());
        assert_eq!(queue.take(), [9]);
        assert_eq!(push.await, Ok(()));
        assert_eq!(queue.take(), [5]);
    }

    #[test]
    fn a_closed_queue_hands_out_the_rest_and_takes_nothing() {
        let queue = Queue::new(BOUNDS);
        queue.push(1).expect("open");
        queue.close();
        assert_eq!(queue.push(2), Err(2));
        assert_eq!(queue.take(), [1]);
        assert!(queue.take().is_empty());
    }
}
