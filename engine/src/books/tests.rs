use super::*;
use std::sync::Arc;

type Answer = oneshot::Receiver<Result<Reply, Undecided>>;
type Rested = oneshot::Receiver<Result<Rest, ActionError>>;

type Deliveries = mpsc::UnboundedReceiver<Vec<Delivery>>;

fn books() -> (Books, Deliveries) {
    let (to, deliveries) = mpsc::unbounded_channel();
    (Books::new(to), deliveries)
}

fn hand_over(books: &mut Books, deliveries: &mut Deliveries) {
    books.flush();
    while let Ok(batch) = deliveries.try_recv() {
        batch.into_iter().for_each(Delivery::hand_over);
    }
}

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
    let (mut books, mut deliveries) = books();
    let (request, watch, answer, rest) = watched(&mut books);

    books.reply(request, Reply::Refused(Arc::new(()), "sold out".into()));
    books.reply(watch, Reply::Rest(None));
    hand_over(&mut books, &mut deliveries);

    assert!(matches!(answer.blocking_recv(), Ok(Ok(Reply::Refused(..)))));
    assert!(rest.blocking_recv().is_err(), "nobody will ever answer it");
    assert_eq!(waiting(&books), 0);
}

#[test]
fn the_watch_of_what_is_at_rest_is_answered_at_once() {
    let (mut books, mut deliveries) = books();
    let (request, watch, _answer, rest) = watched(&mut books);

    books.reply(request, placed());
    books.reply(watch, Reply::Rest(Some(ended())));
    hand_over(&mut books, &mut deliveries);

    assert_eq!(rest.blocking_recv().unwrap(), Ok(ended()));
    assert_eq!(waiting(&books), 0);
}

#[test]
fn the_watch_of_what_nobody_knows_is_an_error() {
    let (mut books, mut deliveries) = books();
    let (watcher, rest) = oneshot::channel();
    let watch = books.watch_for(saga(), watcher);

    books.reply(watch, Reply::NotActed(ActionError::Unknown(saga())));
    hand_over(&mut books, &mut deliveries);

    assert_eq!(rest.blocking_recv().unwrap(), Err(ActionError::Unknown(saga())));
    assert_eq!(waiting(&books), 0);
}

#[test]
fn who_no_longer_waits_is_dropped_when_the_next_one_comes() {
    let (mut books, mut deliveries) = books();
    for _ in 0..100 {
        let (watcher, rest) = oneshot::channel();
        let watch = books.watch_for(saga(), watcher);
        books.reply(watch, Reply::Rest(None));
        drop(rest);
    }
    hand_over(&mut books, &mut deliveries);

    assert_eq!(waiting(&books), 1);
    books.rested(&saga(), &ended());
    assert_eq!(waiting(&books), 0);
}

#[test]
fn after_an_eviction_askers_ask_again_and_watchers_are_looked_up_again() {
    let (mut books, mut deliveries) = books();
    let (_request, _watch, answer, placed_rest) = watched(&mut books);
    let (watcher, mut rest) = oneshot::channel();
    let watch = books.watch_for(saga(), watcher);
    books.reply(watch, Reply::Rest(None));

    let watching = books.evict();
    hand_over(&mut books, &mut deliveries);

    assert!(matches!(answer.blocking_recv(), Ok(Err(Undecided::Evicted))));
    assert!(placed_rest.blocking_recv().is_err(), "its request has failed");
    assert_eq!(watching.len(), 1);
    assert!(rest.try_recv().is_err_and(|error| error == oneshot::error::TryRecvError::Empty));
    assert_eq!(waiting(&books), 0);
}

#[test]
fn replies_leave_together_and_in_order_when_the_loop_says_so() {
    let (mut books, mut deliveries) = books();
    let (request, _watch, mut answer, _rest) = watched(&mut books);
    let (asker, mut settled) = oneshot::channel();

    books.reply(request, placed());
    books.done(asker);

    assert!(answer.try_recv().is_err(), "nobody is woken while the loop decides");
    books.flush();
    let batch = deliveries.try_recv().unwrap();
    assert!(matches!(batch[..], [Delivery::Reply(..), Delivery::Done(_)]), "{batch:?}");
    batch.into_iter().for_each(Delivery::hand_over);
    assert!(matches!(answer.try_recv(), Ok(Ok(Reply::Placed { .. }))));
    assert!(settled.try_recv().is_ok());
}
