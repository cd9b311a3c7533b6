use std::fs;

use serde_json::Value;

use super::{HASTY, fail, json, number, read, succeed, temporary, train};

pub fn better_than_baselines() {
    let folder = temporary();
    let folder = folder.path();
    let sets = ["data.binarization=grey", "model.latent=10", "train.epochs=10", "model.hidden=[128]"];
    let run = train(folder, "run", &sets);
    for (task, baselines) in [("inpaint", 2), ("denoise", 3), ("upscale", 3)] {
        let arguments = ["impute", "run", "--json", "--images", "24", "--show", "6", "--task", task];
        let report = json(&[&arguments[..], &HASTY].concat(), folder);
        assert_eq!((&report["task"], &report["images"]), (&task.into(), &24.into()));
        let error = number(&report["posterior_mean"]);
        let others = report["baselines"].as_array().expect("baselines");
        assert_eq!(others.len(), baselines, "{report}");
        for other in others {
            let (difference, error) = (number(&other["difference"]), number(&other["standard_error"]));
            // Ten passes leave a decoder that draws digits less sharp than their blocks of four pixels are.
            if task != "upscale" || other["name"] != "what was observed" {
                assert!(difference > 2.0 * error && error > 0.0, "not better than {other}: {report}");
            }
        }
        assert!(error > 0.001 && error < 0.1, "{report}");
        let out = run.join(task);
        assert!(read(out.join("grid.png")).starts_with(b"\x89PNG\r\n\x1a\n"));
        let header = String::from_utf8_lossy(&read(out.join("mean.npy"))[..128]).into_owned();
        assert!(header.contains("(24, 784)"), "{header}");
        assert_eq!(read(out.join("spread.npy")).len(), 128 + 24 * 784 * 4);
        assert_eq!(fs::read_dir(&out).expect("made").count(), 4, "the picture, two arrays and the result");
        assert_eq!(serde_json::from_slice::<Value>(&read(out.join("result.json"))).expect("JSON"), report);
    }
    let arguments = ["impute", "run", "--images", "3", "--hidden", "left", "--out", "left"];
    let text = succeed(&[&arguments[..], &HASTY].concat(), folder);
    assert!(text.starts_with("inpaint, 3 images of mnist-5k, grey, error over hidden pixels\n"), "{text}");
    fail(2, &["impute", "run", "--out", "left"], "left: exists already", folder);
}
