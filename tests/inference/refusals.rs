use std::fs;

use super::{aevb, fail, idx, succeed, temporary, train};

pub fn refused() {
    let folder = temporary();
    let folder = folder.path();
    train(folder, "run", &["model.latent=5", "train.epochs=1"]);
    let ae =
        ["train", "ae-mnist-5k", "--set", "train.epochs=1", "--device", "flex", "--quiet", "--out", "ae"];
    succeed(&ae, folder);
    for command in
        [&["score", "ae"][..], &["posterior", "ae"], &["impute", "ae"], &["evaluate", "ae", "--samples", "9"]]
    {
        fail(2, command, "a `ae` says nothing of how likely an image is", folder);
    }
    let d = ["evaluate", "run", "--samples", "9", "--estimator", "appendix-d"];
    fail(2, &d, "at most 4 latent dimensions, and there are 5", folder);
    fail(2, &["score", "run", "--out", "scores.txt"], "scores.txt: of unknown format", folder);
    fail(
        2,
        &["impute", "run", "--sigma", "0", "--task", "denoise"],
        "--sigma 0: does not lie between",
        folder,
    );
    fail(2, &["impute", "run", "--task", "upscale", "--factor", "3"], "blocks of 3 x 3 pixels", folder);
    fail(2, &["impute", "run", "--out", "new/one"], "new: is no folder", folder);
    for (out, message) in [("p.npy", "p.npy: of unknown format"), ("p.txt", "p.txt: of unknown format")] {
        fail(2, &["posterior", "run", "--out", out], message, folder);
    }
    for (arguments, option) in [
        (["--task", "inpaint", "--sigma", "0.3"], "--sigma is for another --task"),
        (["--task", "denoise", "--hidden", "left"], "--hidden is for another --task"),
        (["--task", "denoise", "--factor", "2"], "--factor is for another --task"),
    ] {
        fail(2, &[&["impute", "run"][..], &arguments].concat(), option, folder);
    }
    for command in ["score", "posterior", "impute", "sample"] {
        fail(2, &[command, "absent"], "absent: is no folder", folder);
        fail(2, &[command, "run", "--checkpoint", "7"], "has no such checkpoint", folder);
    }
    fs::create_dir(folder.join("site")).expect("made");
    fs::write(folder.join("site/table.md"), "mine").expect("written");
    fail(2, &["reproduce", "iwae", "--out", "site"], "site: holds files that are no reproduction's", folder);
    fail(2, &["reproduce", "aevb", "--out", "site"], "site: holds files that are no reproduction's", folder);
    let many = ["posterior", "run", "--starts", "1000", "--draws", "10000"];
    fail(2, &many, "1000 chains of 10000 draws of 5 latent dimensions", folder);
    assert!(!folder.join("run/upscale").exists());
    fs::write(folder.join("wide"), idx([2, 3, 5], |_| 0)).expect("written");
    fail(1, &["score", "run", "wide"], "wide: images of 3 x 5 pixels, not of 28 x 28", folder);
    fs::write(folder.join("none"), "PK").expect("written");
    fail(1, &["score", "run", "none"], "none", folder);
    let refused = ["train", "ae-mnist-5k", "--set", "objective={kind='iwae'}"];
    fail(2, &refused, "`iwae` is for a `vae` alone", folder);
    let mixed = ["config", "show", "vae-mnist-5k", "--set", "objective.kind=iwae"];
    let hint = String::from_utf8(aevb(&mixed, folder).stderr).expect("UTF-8");
    assert!(hint.contains("--set \"objective={kind='…', …}\" replaces them all"), "{hint}");
    fail(2, &["reproduce", "iwae", "--only", "9"], "--only 9: names no run", folder);
    let none = ["train", "vae-mnist-5k", "--set", "objective={kind='iwae',samples=0}"];
    fail(2, &none, "objective.samples must lie between 1 and 10000", folder);
}
