//! What a person disposes of once more.

use super::*;

#[test]
fn who_disposes_of_an_end_once_more_names_it_in_the_same_figures() {
    let came = |worth: i64, before: Option<i64>| Disposed {
        came_of: Some("debt".into()),
        before: before.map(Into::into),
        ..Disposed::by_a_person("debt".into(), worth.into(), Disposition::Manual)
    };
    let handed = |worth, before| E::Abandoned {
        reason: "it came".into(),
        ends: vec![came(worth, before)],
        at: None,
    };
    let history = || [prepared(), handed(3, None), handed(2, Some(3)), handed(3, Some(2))];
    for (worth, before) in [(3, 2), (4, 3)] {
        let again = C::Abandon {
            reason: "rain".into(),
            open: vec![OpenEnd { name: "debt".into(), worth: worth.into() }],
            dispositions: vec![("debt".into(), Disposition::Refund)],
            at: NOON,
        };
        let own = Disposed::by_a_person("debt".into(), worth.into(), Disposition::Refund);
        let own = Disposed { before: Some(before.into()), ..own };
        let ends = vec![own.clone()];
        let given_up = E::Abandoned { reason: "rain".into(), ends, at: Some(NOON) };

        let after = follows(&history(), &again, &[given_up]);
        let open = after.open().unwrap();
        assert_eq!(open.disposed("debt"), Some(&own));
        assert_eq!(open.times_before(&own), 0, "{worth}");
        assert_eq!(open.times_before(&came(3, None)), 1, "{worth}");
    }
}
