//! One question per token at a time, asked by a task of its own.
//!
//! Whoever needs an answer puts a card on the desk and waits. The first card becomes a question;
//! later ones for the same token join it. The question belongs to the desk, not to the request
//! that came first, so that request may leave without harm to the others.
//!
//! A purge parts the cards: whoever comes after it does not join a question asked before it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use http::HeaderValue;
use tokio::sync::{mpsc, oneshot};

use crate::identity::{Allowance, Token, TokenKey};

use super::cache::Moment;

/// Which token is asked about, and since when: before or after which purge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Ticket {
    pub(super) key: TokenKey,
    pub(super) asked: Moment,
}

/// A question for Keystone.
pub(super) struct Question {
    pub(super) ticket: Ticket,
    pub(super) token: Token,
    pub(super) allowance: Allowance,
    pub(super) request_id: Option<HeaderValue>,
}

/// Who waits for which answer. `A` is the answer.
pub(super) struct Desk<A> {
    cards: Mutex<HashMap<Ticket, Vec<oneshot::Sender<A>>>>,
    queue: mpsc::Sender<Question>,
}

/// How a card was taken.
pub(super) enum Card<A> {
    /// Nobody had asked; the question is on its way.
    First(oneshot::Receiver<A>),
    /// The desk is full.
    Full,
    /// Somebody asks already.
    Joined(oneshot::Receiver<A>),
    /// The answer came in the meantime.
    Known(A),
}

impl<A: Clone> Desk<A> {
    /// A desk where at most `room` questions wait to be asked, and the end at which they are
    /// taken off.
    pub(super) fn new(room: usize) -> (Self, mpsc::Receiver<Question>) {
        let (queue, questions) = mpsc::channel(room.max(1));
        (Self { cards: Mutex::default(), queue }, questions)
    }

    /// Puts a card on the desk. `recall` is asked again under the lock: an answer that arrived
    /// between the caller's look and now must not be asked for twice.
    pub(super) fn take_card(
        &self,
        ticket: Ticket,
        recall: impl FnOnce() -> Option<A>,
        question: impl FnOnce() -> Question,
    ) -> Card<A> {
        let (sender, receiver) = oneshot::channel();
        let mut cards = self.cards.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(waiting) = cards.get_mut(&ticket) {
            waiting.push(sender);
            return Card::Joined(receiver);
        }
        if let Some(answer) = recall() {
            return Card::Known(answer);
        }
        if self.queue.try_send(question()).is_err() {
            return Card::Full;
        }
        cards.insert(ticket, vec![sender]);
        Card::First(receiver)
    }

    /// Whether anybody still waits. If nobody does, the cards are taken off the desk and the
    /// question need not be asked.
    pub(super) fn still_wanted(&self, ticket: &Ticket) -> bool {
        let mut cards = self.cards.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = cards.get(ticket).is_some_and(|all| all.iter().any(|one| !one.is_closed()));
        if !wanted {
            cards.remove(ticket);
        }
        wanted
    }

    /// Gives everybody who waits the answer. Whatever remembers it must have done so before.
    pub(super) fn settle(&self, ticket: &Ticket, answer: &A) {
        let waiting = self.cards.lock().unwrap_or_else(PoisonError::into_inner).remove(ticket);
        for sender in waiting.into_iter().flatten() {
            // One who left no longer listens.
            let _ = sender.send(answer.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::identity::{RawToken, TokenHasher};

    use super::*;

    fn ticket(token: &str, asked: u64) -> Ticket {
        let hasher = TokenHasher::new([1; 32]);
        let key = hasher.key(RawToken::new(token.as_bytes()), Allowance::None);
        Ticket { key, asked: Moment::numbered(asked) }
    }

    fn key(token: &str) -> Ticket {
        ticket(token, 0)
    }

    fn question(token: &str) -> Question {
        Question {
            ticket: key(token),
            token: RawToken::new(token.as_bytes()).to_owned(),
            allowance: Allowance::None,
            request_id: None,
        }
    }

    fn take(desk: &Desk<u8>, token: &str) -> Card<u8> {
        desk.take_card(key(token), || None, || question(token))
    }

    #[test]
    fn many_cards_make_one_question_and_all_get_the_answer() {
        let (desk, mut questions) = Desk::new(4);
        let Card::First(mut first) = take(&desk, "a") else { panic!("not first") };
        let Card::Joined(mut second) = take(&desk, "a") else { panic!("not joined") };
        assert!(questions.try_recv().is_ok());
        assert!(questions.try_recv().is_err(), "one question only");
        desk.settle(&key("a"), &7);
        assert_eq!((first.try_recv(), second.try_recv()), (Ok(7), Ok(7)));
        assert!(matches!(take(&desk, "a"), Card::First(_)), "a settled question is gone");
    }

    #[test]
    fn the_first_to_ask_may_leave() {
        let (desk, _questions) = Desk::new(4);
        drop(take(&desk, "a"));
        let Card::Joined(mut second) = take(&desk, "a") else { panic!("not joined") };
        assert!(desk.still_wanted(&key("a")));
        desk.settle(&key("a"), &7);
        assert_eq!(second.try_recv(), Ok(7));
    }

    #[test]
    fn a_question_that_nobody_waits_for_is_not_wanted() {
        let (desk, _questions) = Desk::new(4);
        drop(take(&desk, "a"));
        assert!(!desk.still_wanted(&key("a")));
        assert!(matches!(take(&desk, "a"), Card::First(_)));
    }

    #[test]
    fn a_full_desk_takes_no_more_questions_but_lets_others_join() {
        let (desk, _questions) = Desk::new(1);
        let _first = take(&desk, "a");
        assert!(matches!(take(&desk, "b"), Card::Full));
        assert!(matches!(take(&desk, "a"), Card::Joined(_)));
    }

    #[test]
    fn an_answer_that_came_in_between_is_not_asked_for_again() {
        let (desk, mut questions) = Desk::new(4);
        let card = desk.take_card(key("a"), || Some(9), || question("a"));
        assert!(matches!(card, Card::Known(9)));
        assert!(questions.try_recv().is_err());
    }

    #[test]
    fn whoever_comes_after_a_purge_does_not_join_a_question_asked_before_it() {
        let (desk, mut questions) = Desk::new(4);
        let Card::First(mut before) = take(&desk, "a") else { panic!("not first") };
        let later = desk.take_card(ticket("a", 1), || None, || question("a"));
        let Card::First(mut after) = later else { panic!("joined an old question") };
        assert!(questions.try_recv().is_ok() && questions.try_recv().is_ok());
        desk.settle(&ticket("a", 0), &7);
        assert_eq!(before.try_recv(), Ok(7));
        assert!(after.try_recv().is_err(), "an old answer reached it");
        desk.settle(&ticket("a", 1), &8);
        assert_eq!(after.try_recv(), Ok(8));
    }
}
