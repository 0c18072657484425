//! What the progress says is done, and is done then.

use super::{super::progress::Job, kinds::folder, *};

/// The jobs that a play shows.
async fn shown(laid: &Laid, store: &Arc<MemoryStore>) -> Vec<Job> {
    let mut jobs = Vec::new();
    laid.prepare(store).await.run(|moment| jobs.extend(moment.job)).await.unwrap();
    jobs
}

/// The T whose batches they say went out.
fn sent(jobs: &[Job]) -> Vec<String> {
    let sent = jobs.iter().filter_map(|job| match job {
        Job::Sent(t) => Some(t.to_string()),
        Job::Priced(_) | Job::Worked(_) | Job::Answered(_) | Job::Settled { .. } => None,
    });
    sent.collect()
}

#[tokio::test]
async fn a_job_is_shown_when_it_is_done_and_not_again_whatever_is_played_after_it() {
    let calendar = Arc::new(TradingCalendar::xshg().unwrap());
    let buys = |id: &str| format!("{id},10:00:00,purchase,I-1,,,011162,5000.00,,,,,,\n");
    let first = folder("2026-03-03", &calendar, &buys("A-1"));
    let later = folder("2026-03-09", &calendar, &buys("B-1"));
    let mut laid = Laid::under(first.path(), calendar.clone());
    let (early, late) = (laid.day.clone(), Laid::under(later.path(), calendar).day);
    let store = Arc::new(MemoryStore::new());
    let nothing = |store: &MemoryStore| [Job::Settled { events: store.head().borrow().0 }];

    assert_eq!(sent(&shown(&laid, &store).await), ["2026-03-03"]);
    assert_eq!(shown(&laid, &store).await, nothing(&store), "the same folder again");
    laid.day = late;
    assert_eq!(sent(&shown(&laid, &store).await), ["2026-03-09"], "a later folder");
    assert_eq!(shown(&laid, &store).await, nothing(&store), "that one again");
    laid.day = early;
    assert_eq!(shown(&laid, &store).await, nothing(&store), "an earlier folder again");
}
