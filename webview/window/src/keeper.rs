//! What the keeper says later, line by line on standard input. When it ends, so does the window: whoever started us is
//! gone, and the node with it.

use std::io::BufRead;

use serde::Deserialize;

use crate::event::{Event, Queue};
use crate::launch::line;

/// An order of the keeper.
#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Order {
    /// Come to the front; somebody started `moot` again, perhaps with a link.
    Raise {
        /// A `moot://` link to open.
        #[serde(default)]
        link: Option<String>,
    },
    /// Load the interface anew from here: the answer to a request for a ticket.
    Load {
        /// Its address, with a ticket in the fragment.
        url: String,
    },
}

/// Listens until the keeper is gone.
pub(crate) fn listen(queue: Queue) {
    std::thread::spawn(move || {
        follow(&mut std::io::stdin().lock(), |order| queue.put(Event::Order(order)));
        queue.put(Event::KeeperGone);
    });
}

/// Hands on every order; returns at the end of the stream.
fn follow(input: &mut impl BufRead, mut take: impl FnMut(Order)) {
    loop {
        match line(input) {
            Ok(Some(text)) => match serde_json::from_str(&text) {
                Ok(order) => take(order),
                Err(_) => crate::complain("moot-window: an order that is not understood"),
            },
            Ok(None) => return,
            Err(error) => {
                crate::complain(&format!("moot-window: {error:#}"));
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_followed_in_their_order_and_nonsense_is_passed_over() {
        let text = "{\"kind\":\"raise\"}\nnonsense\n{\"kind\":\"burn\"}\n{\"kind\":\"raise\",\"link\":\"moot://join/x\"}\n\
                    {\"kind\":\"load\",\"url\":\"http://127.0.0.1:1/\"}\n";
        let mut orders = Vec::new();
        follow(&mut text.as_bytes(), |order| orders.push(order));
        let expected = [
            Order::Raise { link: None },
            Order::Raise { link: Some("moot://join/x".into()) },
            Order::Load { url: "http://127.0.0.1:1/".into() },
        ];
        assert_eq!(orders, expected);
    }
}
