//! t
use aevb_data::graph::{heuristics::Heuristic, *};
use rand::SeedableRng;
fn main() {
    let d = std::path::PathBuf::from(std::env::var("AEVB_DATA").expect("d"));
    let mut out = String::new();
    for set in ["cora", "citeseer", "pubmed"] {
        let g = read_planetoid(d.join("planetoid"), set).expect("g").graph;
        let s = LinkSplit::draw(&g, &SplitConfig::default(), &mut rand_chacha::ChaCha8Rng::seed_from_u64(0))
            .expect("s");
        let tg = s.train_graph(&g);
        for h in [Heuristic::PersonalisedPageRank] {
            let t = std::time::Instant::now();
            let p = h.scores(&tg, &s.test.edges);
            let n = h.scores(&tg, &s.test.non_edges);
            let el = t.elapsed();
            let mut wins = 0.0;
            for a in &p {
                for b in &n {
                    wins += if a > b {
                        1.0
                    } else if a == b {
                        0.5
                    } else {
                        0.0
                    };
                }
            }
            out += &format!("{} auc {:.2} {el:?}\n", h.name(), 100.0 * wins / (p.len() * n.len()) as f64);
        }
    }
    std::fs::write("/tmp/time_out", out).expect("w");
}
