//! Whole days of every shipped saga.

use fundflow_simulation::{
    days::{Plan, profile},
    town,
};

#[test]
fn probe() {
    let name = std::env::var("P").unwrap_or("none".into());
    let houses: u32 = std::env::var("H").map_or(4, |it| it.parse().unwrap());
    let days: u16 = std::env::var("D").map_or(8, |it| it.parse().unwrap());
    let start = std::time::Instant::now();
    let (mut sagas, mut events) = (0, 0);
    let mut fails = std::collections::BTreeMap::<String, (usize, u32)>::new();
    for house in 0..houses {
        let plan = Plan::of(1, house, days, 6, &name);
        let it = town::days(&plan).unwrap();
        match it.play(&plan, profile(&name).unwrap()) {
            Ok(played) => {
                sagas += played.sagas;
                events += played.events;
                if house < 2 {
                    println!(
                        "{:#?} {:?} {:?} {:x}",
                        played.endings, played.faults, played.coverage.parked, played.links
                    );
                }
            }
            Err(fallen) => {
                let n = fails.len();
                let key: String =
                    fallen.to_string().chars().filter(|c| !c.is_ascii_digit()).take(170).collect();
                let e = fails.entry(key).or_insert((0, house));
                e.0 += 1;
                if e.0 == 1 && n < 3 {
                    println!(
                        "house {house}: {} {fallen}\n  {}",
                        fallen.at,
                        fallen.last.join("\n  ")
                    );
                }
            }
        }
    }
    println!("{sagas} sagas {events} events in {:?}", start.elapsed());
    for (k, v) in fails {
        println!("{v:?} {k}");
    }
}
