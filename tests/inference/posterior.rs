use super::{aevb, column, mean, succeed, temporary, text, train};

pub fn sampled() {
    let folder = temporary();
    let folder = folder.path();
    let run = train(folder, "run", &["model.latent=2"]);
    let chains = ["--images", "5", "--warm-up", "100", "--draws", "200", "--starts", "3"];
    succeed(&[&["posterior", "run"], &chains[..]].concat(), folder);
    let csv = text(run.join("posterior.csv"));
    assert_eq!(csv.lines().next(), Some("label,acceptance,effective_samples,r_hat,mean0,mean1,std0,std1"));
    for acceptance in column(&csv, "acceptance") {
        assert!((0.5..0.99).contains(&acceptance), "{csv}");
    }
    assert!(mean(&column(&csv, "effective_samples")) > 50.0, "{csv}");
    let deviations = column(&csv, "std0");
    assert!(deviations.iter().all(|&deviation| deviation > 0.01 && deviation < 1.2), "{csv}");
    // Five moves are too few to forget a start: it is said so.
    let hasty =
        ["--images", "5", "--warm-up", "10", "--draws", "8", "--leapfrog-steps", "1", "--out", "h.csv"];
    let output = aevb(&[&["posterior", "run"], &hasty[..]].concat(), folder);
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(output.status.success() && stderr.contains("of 5 do not mix"), "{stderr}");
}
