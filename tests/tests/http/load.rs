//! Many analyses on a host that does not queue, as Spin does not.

use std::time::{Duration, Instant};

use sectionist_tests::service::{Service, fixture};

/// How long `/health` may take meanwhile, as a rule. The goal is 100 ms on two idle processors; a machine
/// that builds things meanwhile gets more.
const HEALTH_TIME: Duration = Duration::from_millis(300);

#[test]
fn health_answers_while_thirty_two_uploads_share_two_threads() {
    let service = Service::start(&[("log_level", "error"), ("cache_ttl", "0")], |config| {
        config.max_instances = 64;
        config.guest_threads = Some(2);
    });
    let song = fixture("postcard.mp3");
    // Compiled, warm.
    assert_eq!(service.post("/analyze?quality=fast", &song).status, 200);
    std::thread::scope(|scope| {
        let uploads: Vec<_> = (0..32).map(|_| scope.spawn(|| service.post("/analyze", &song))).collect();
        let start = Instant::now();
        let mut times = Vec::new();
        while uploads.iter().any(|upload| !upload.is_finished()) {
            let start = Instant::now();
            assert_eq!(service.get("/health").status, 200);
            times.push(start.elapsed());
            std::thread::sleep(Duration::from_millis(20));
        }
        println!("32 uploads took {:.1} s", start.elapsed().as_secs_f64());
        for upload in uploads {
            assert_eq!(upload.join().expect("an answer").status, 200);
        }
        times.sort();
        let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
        println!(
            "/health: median {:?}, 95 % {:?}, longest {:?} of {}",
            at(0.5),
            at(0.95),
            at(1.0),
            times.len()
        );
        assert!(
            at(0.5) < HEALTH_TIME / 2 && at(0.95) < HEALTH_TIME,
            "median {:?}, 95 % {:?}",
            at(0.5),
            at(0.95)
        );
    });
}
