use super::*;
use std::sync::Arc;

type Answer = oneshot::Receiver<Result<Reply, Evicted>>;
type Rested = oneshot::Receiver<Result<Rest, ActionError>>;

fn saga() -> SagaId {
    SagaId { kind: "booking", transaction: "B-1".parse().unwrap() }
}

fn placed() -> Reply {
    Reply::Placed { promise: Arc::new(()), ending: None }
}

fn ended() -> Rest {
    Rest::Ended("booking.shipped".into())
}

fn watched(books: &mut Books) -> (Ticket, Ticket, Answer, Rested) {
    let ((asker, answer), (watcher, rest)) = (oneshot::channel(), oneshot::channel());
    let (request, watch) = books.watched_reply_to(asker, saga(), watcher);
    (request, watch, answer, rest)
}

fn waiting(books: &Books) -> usize {
    books.tickets.len() + books.watchers.values().map(Vec::len).sum::<usize>()
}

#[test]
fn a_refused_request_takes_its_watch_along() {
    let mut books = Books::default();
    let (request, watch, answer, rest) = watched(&mut books);

    books.reply(request, Reply::Refused(Arc::new(()), "sold out".into()));
    books.reply(watch, Reply::Rest(None));

    assert!(matches!(answer.blocking_recv(), Ok(Ok(Reply::Refused(..)))));
    assert!(rest.blocking_recv().is_err(), "nobody will ever answer it");
    assert_eq!(waiting(&books), 0);
}

#[test]
fn the_watch_of_what_is_at_rest_is_answered_at_once() {
    let mut books = Books::default();
    let (request, watch, _answer, rest) = watched(&mut books);

    books.reply(request, placed());
    books.reply(watch, Reply::Rest(Some(ended())));

    assert_eq!(rest.blocking_recv().unwrap(), Ok(ended()));
    assert_eq!(waiting(&books), 0);
}

#[test]
fn the_watch_of_what_nobody_knows_is_an_error() {
    let mut books = Books::default();
    let (watcher, rest) = oneshot::channel();
    let watch = books.watch_for(saga(), watcher);

    books.reply(watch, Reply::NotActed(ActionError::Unknown(saga())));

    assert_eq!(rest.blocking_recv().unwrap(), Err(ActionError::Unknown(saga())));
    assert_eq!(waiting(&books), 0);
}

#[test]
fn who_no_longer_waits_is_dropped_when_the_next_one_comes() {
    let mut books = Books::default();
    for _ in 0..100 {
        let (watcher, rest) = oneshot::channel();
        let watch = books.watch_for(saga(), watcher);
        books.reply(watch, Reply::Rest(None));
        drop(rest);
    }

    assert_eq!(waiting(&books), 1);
    books.rested(&saga(), &ended());
    assert_eq!(waiting(&books), 0);
}

#[test]
fn after_an_eviction_askers_ask_again_and_watchers_are_looked_up_again() {
    let mut books = Books::default();
    let (_request, _watch, answer, placed_rest) = watched(&mut books);
    let (watcher, mut rest) = oneshot::channel();
    let watch = books.watch_for(saga(), watcher);
    books.reply(watch, Reply::Rest(None));

    let watching = books.evict();

    assert!(matches!(answer.blocking_recv(), Ok(Err(Evicted))));
    assert!(placed_rest.blocking_recv().is_err(), "its request has failed");
    assert_eq!(watching.len(), 1);
    assert!(rest.try_recv().is_err_and(|error| error == oneshot::error::TryRecvError::Empty));
    assert_eq!(waiting(&books), 0);
}
