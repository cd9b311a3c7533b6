//! Decoders of graphs in runs, with the real binary: what links are worth, what is told of a loss, and that runs go on.

use std::fs;
use std::path::Path;
use std::process::Command;

use safetensors::SafeTensors;
use serde_json::Value;

/// What a command prints and what it says.
#[track_caller]
fn aevb(arguments: &[&str], folder: &Path) -> (String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aevb"));
    let output = command
        .args(arguments)
        .current_dir(folder)
        .env("XDG_RUNTIME_DIR", folder)
        .output()
        .expect("the binary starts");
    let told = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(output.status.success(), "{arguments:?}: {told}");
    (String::from_utf8(output.stdout).expect("UTF-8"), told)
}

/// Trains into a folder, and says what was told.
#[track_caller]
fn train(config: &str, out: &str, sets: &[&str], folder: &Path) -> String {
    let mut arguments = vec!["train", config, "--device", "flex", "--out", out];
    sets.iter().for_each(|set| arguments.extend(["--set", set]));
    aevb(&arguments, folder).1
}

fn read(path: impl AsRef<Path>) -> Vec<u8> {
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.as_ref().display()))
}

fn tensor(file: &[u8], name: &str) -> Vec<f64> {
    let file = SafeTensors::deserialize(file).expect("safetensors");
    let bytes = file.tensor(name).unwrap_or_else(|error| panic!("{name}: {error}")).data().to_vec();
    let (words, _) = bytes.as_chunks::<4>();
    words.iter().map(|word| f64::from(f32::from_le_bytes(*word))).collect()
}

/// Twelve rooms of ten people who mostly know each other, in a ring; each knows one of the next room too. Says how many edges
/// there are.
fn write_rooms(folder: &Path) -> usize {
    let known = |i: usize, j: usize| {
        let is_friend = i / 10 == j / 10 && !(3 * i + 5 * j).is_multiple_of(7);
        is_friend || j == (i + 10) % 120
    };
    let pairs = (0..120).flat_map(|i| (i + 1..120).map(move |j| (i, j)));
    let edges: Vec<_> = pairs.filter(|&(i, j)| known(i, j) || known(j, i)).collect();
    let lines: String = edges.iter().map(|(i, j)| format!("p{i},p{j}\n")).collect();
    fs::write(folder.join("edges.csv"), format!("source,target\n{lines}")).expect("written");
    edges.len()
}

const ROOMS: [&str; 2] = ["data.edges=edges.csv", "data.features=none"];

#[test]
fn links_of_a_scaled_decoder_have_its_logits_and_as_many_are_expected_as_there_are() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    write_rooms(folder);
    let sets = ["model.decoder.kind=scaled", "train.epochs=200"];
    train("gae-cora", "gae", &[&ROOMS[..], &sets, &["objective.kind=nll"]].concat(), folder);
    train("vgae-cora", "vgae", &[&ROOMS[..], &sets, &["objective.kind=elbo"]].concat(), folder);
    for run in ["gae", "vgae"] {
        aevb(
            &["export", run, "--what", "latents", "--format", "safetensors", "--out", "z.safetensors"],
            folder,
        );
        let (weights, latents) =
            (read(folder.join(run).join("model.safetensors")), read(folder.join("z.safetensors")));
        fs::remove_file(folder.join("z.safetensors")).expect("removed");
        let one = |name: &str| tensor(&weights, name)[0];
        let (scale, offset) = (one("decoder.log_scale").exp(), one("decoder.offset"));
        let (bias, mean) = (tensor(&weights, "decoder.bias"), tensor(&latents, "mean"));
        let log_variance = (run == "vgae").then(|| tensor(&latents, "log_variance"));
        let width = mean.len() / bias.len();
        let row = |node: usize| &mean[node * width..][..width];
        let logit = |i: usize, j: usize| {
            let product: f64 = row(i).iter().zip(row(j)).map(|(a, b)| a * b).sum();
            scale * product + bias[i] + bias[j] + offset
        };
        let names = fs::read_to_string(folder.join(run).join("nodes.txt")).expect("names");
        let names: Vec<&str> = names.lines().collect();
        let (links, _) = aevb(&["links", run, "--by", "model", "--top", "7140"], folder);
        let mut lines = links.lines();
        let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
        let column = |name: &str| header.iter().position(|column| *column == name);
        let score = column("score").expect("a score");
        let mut count = 0;
        for line in lines {
            let cells: Vec<&str> = line.split(',').collect();
            let node = |at: usize| names.iter().position(|name| *name == cells[at]).expect("a node");
            let (i, j) = (node(0), node(1));
            let number = |at: usize| cells[at].parse::<f64>().expect("a number");
            assert!((number(score) - logit(i, j)).abs() < 1e-3, "{line}: {}", logit(i, j));
            if let (Some(log_variance), Some(spread)) = (&log_variance, column("spread")) {
                let variance: f64 = (0..width)
                    .map(|k| {
                        let (a, b) = (row(i)[k], row(j)[k]);
                        let of = |node: usize| log_variance[node * width + k].exp();
                        a * a * of(j) + b * b * of(i) + of(i) * of(j)
                    })
                    .sum();
                let expected = scale * variance.sqrt();
                assert!((number(spread) / expected - 1.0).abs() < 1e-3, "{line}: {expected}");
            }
            count += 1;
        }
        assert_eq!(count, 7140);
        // Where the offset has no gradient left, as many links are expected as there are: of the training edges both ways, and
        // a loop each. A posterior's draws are expected so, not its means.
        let split: Value = serde_json::from_slice(&read(folder.join(run).join("split.json"))).expect("JSON");
        let links = 2.0 * split["train"].as_array().expect("edges").len() as f64 + 120.0;
        let all = (0..120 * 120).map(|at| 1.0 / (1.0 + (-logit(at / 120, at % 120)).exp()));
        let ratio = all.sum::<f64>() / links;
        let allowed = if run == "gae" { 0.1 } else { 0.4 };
        assert!((ratio - 1.0).abs() < allowed, "{run}: {ratio}");
    }
}

#[test]
fn a_loss_in_nats_without_an_offset_is_told_before_and_after() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let nll = ["objective.kind=nll", "train.epochs=3"];
    let cautions = |run: &str| -> Vec<String> {
        let result: Value =
            serde_json::from_slice(&read(folder.join(run).join("result.json"))).expect("JSON");
        let cautions = result["cautions"].as_array().cloned().unwrap_or_default();
        cautions.iter().map(|caution| caution.as_str().expect("text").to_owned()).collect()
    };
    let is_of_offset = |text: &str| text.contains("model.decoder.offset = true");
    let told = train("gae-cora", "without", &nll, folder);
    let note = told.lines().find(|line| line.starts_with("note: ") && is_of_offset(line)).expect("a note");
    assert!(
        note.starts_with("note: the objective `nll` asks how likely each pair is linked, which 0.12 % are"),
        "{note}"
    );
    let told_after = cautions("without");
    let [caution] = told_after.iter().filter(|caution| is_of_offset(caution)).collect::<Vec<_>>()[..] else {
        panic!("{told_after:?}")
    };
    assert!(caution.contains("one half has N ln 2 = 1877.0"), "{caution}");
    // The remedy as it is told, on a configuration that names no decoder.
    let told = train("gae-cora", "with", &[&nll[..], &["model.decoder.offset = true"]].concat(), folder);
    assert!(!is_of_offset(&told) && !cautions("with").iter().any(|caution| is_of_offset(caution)), "{told}");
    let first = String::from_utf8(read(folder.join("with/metrics.jsonl"))).expect("UTF-8");
    let first: Value = serde_json::from_str(first.lines().next().expect("an epoch")).expect("JSON");
    assert!(first["loss"].as_f64().expect("a loss") < 100.0, "{first}");
    // The paper's objective asks for no probabilities.
    let told = train("gae-cora", "kipf", &["train.epochs=3"], folder);
    assert!(!is_of_offset(&told) && !cautions("kipf").iter().any(|caution| is_of_offset(caution)), "{told}");
}

#[test]
fn runs_with_a_scale_or_an_offset_go_on_and_are_gone_on_from() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    write_rooms(folder);
    for (name, decoder, tensors) in [
        ("scaled", "model.decoder.kind=scaled", &["decoder.log_scale", "decoder.bias", "decoder.offset"][..]),
        ("offset", "model.decoder.offset=true", &["decoder.offset"]),
        ("distance", "model.decoder.kind=distance", &["decoder.log_scale", "decoder.bias", "decoder.offset"]),
        ("communities", "model.decoder.kind=bernoulli-poisson", &["decoder.log_scale", "decoder.shift"]),
        (
            "mlp",
            "model.decoder.kind=mlp",
            &[
                "decoder.hidden.layers.0.weight",
                "decoder.hidden.layers.0.bias",
                "decoder.output",
                "decoder.offset",
            ],
        ),
    ] {
        let pairs = if name == "mlp" { "objective.pairs=sampled" } else { "objective.pairs=all" };
        let sets = |epochs| [&ROOMS[..], &[decoder, "objective.kind=elbo", pairs, epochs]].concat();
        let run = |what: &str| format!("{name}-{what}");
        train("vgae-cora", &run("whole"), &sets("train.epochs=8"), folder);
        train("vgae-cora", &run("parts"), &sets("train.epochs=5"), folder);
        aevb(&["resume", &run("parts"), "--set", "train.epochs=8"], folder);
        for file in ["metrics.jsonl", "model.safetensors"] {
            let [whole, parts] = ["whole", "parts"].map(|what| read(folder.join(run(what)).join(file)));
            assert!(whole == parts, "{name}: {file} differs");
        }
        let evaluated = aevb(&["evaluate", &run("whole"), "--json"], folder).0;
        assert!(serde_json::from_str::<Value>(&evaluated).is_ok(), "{evaluated}");

        let mut arguments = vec!["train", "vgae-cora", "--out", "after", "--continue-from"];
        let whole = run("whole");
        arguments.push(&whole);
        let sets = sets("train.epochs=1");
        sets.iter().for_each(|set| arguments.extend(["--set", set]));
        aevb(&arguments, folder);
        let [before, first] = [folder.join(&whole).join("model"), folder.join("after/initial-weights")]
            .map(|path| read(path.with_extension("safetensors")));
        for name in tensors {
            assert_eq!(tensor(&before, name), tensor(&first, name), "{name}");
        }
        fs::remove_dir_all(folder.join("after")).expect("removed");

        let export = ["export", &whole, "--what", "decoder", "--format", "safetensors", "--out", "decoder"];
        aevb(&export, folder);
        let file = read(folder.join("decoder"));
        let written = SafeTensors::deserialize(&file).expect("safetensors");
        let mut names = written.names();
        names.sort_unstable();
        let mut expected = tensors.to_vec();
        expected.sort_unstable();
        assert_eq!(names, expected);
        fs::remove_file(folder.join("decoder")).expect("removed");
        let onnx = ["export", &whole, "--what", "encoder", "--format", "onnx"];
        aevb(&onnx, folder);
    }
}

#[test]
fn communities_are_written_and_told_with_their_probabilities() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    write_rooms(folder);
    let sets = ["model.decoder.kind=bernoulli-poisson", "objective.kind=nll", "train.epochs=300"];
    train("gae-cora", "run", &[&ROOMS[..], &sets].concat(), folder);
    let (_, told) = aevb(&["embed", "run", "--out", "z.csv"], folder);
    assert!(told.contains("of 16 communities have members: "), "{told}");
    assert!(
        told.lines().any(|line| line.starts_with("community ") && line.contains(" nodes, first p")),
        "{told}"
    );
    let table = String::from_utf8(read(folder.join("z.communities.csv"))).expect("UTF-8");
    assert!(table.starts_with("id,community,membership\n"), "{table}");
    // Most memberships of a community are those of people of one room or of two that know each other.
    let mut rooms = vec![[0_u32; 12]; 16];
    for line in table.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let person: usize = cells[0][1..].parse().expect("a person");
        rooms[cells[1].parse::<usize>().expect("a community")][person / 10] += 1;
    }
    let most =
        |rooms: &[u32; 12]| (0..12).map(|room| rooms[room] + rooms[(room + 1) % 12]).max().unwrap_or(0);
    let (of_two, all) = rooms
        .iter()
        .fold((0, 0), |(of_two, all), rooms| (of_two + most(rooms), all + rooms.iter().sum::<u32>()));
    assert!(2 * of_two > all, "{of_two} of {all}: {rooms:?}");

    // A score is λ of the weights and latent vectors, and links add up to as many as there are.
    aevb(
        &["export", "run", "--what", "latents", "--format", "safetensors", "--out", "z.safetensors"],
        folder,
    );
    let (weights, latents) = (read(folder.join("run/model.safetensors")), read(folder.join("z.safetensors")));
    let (shift, mean) = (tensor(&weights, "decoder.shift"), tensor(&latents, "mean"));
    let scale = tensor(&weights, "decoder.log_scale")[0].exp();
    let y: Vec<f64> =
        mean.iter().enumerate().map(|(at, z)| (scale * z + shift[at % 16]).exp().ln_1p()).collect();
    let lambda =
        |i: usize, j: usize| -> f64 { y[i * 16..][..16].iter().zip(&y[j * 16..]).map(|(a, b)| a * b).sum() };
    let names = fs::read_to_string(folder.join("run/nodes.txt")).expect("names");
    let names: Vec<&str> = names.lines().collect();
    let (links, _) = aevb(&["links", "run", "--by", "model", "--top", "50"], folder);
    let mut lines = links.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let score = header.iter().position(|column| *column == "score").expect("a score");
    assert!(!header.contains(&"spread"), "{header:?}");
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        let node = |at: usize| names.iter().position(|name| *name == cells[at]).expect("a node");
        let expected = lambda(node(0), node(1));
        let found: f64 = cells[score].parse().expect("a number");
        assert!((found / expected - 1.0).abs() < 1e-3, "{line}: {expected}");
    }
    let split: Value = serde_json::from_slice(&read(folder.join("run/split.json"))).expect("JSON");
    let links = 2.0 * split["train"].as_array().expect("edges").len() as f64 + 120.0;
    let all: f64 = (0..120 * 120).map(|at| -(-lambda(at / 120, at % 120)).exp_m1()).sum();
    assert!((all / links - 1.0).abs() < 0.1, "{all} of {links}");

    aevb(&["report", "run"], folder);
    let page = String::from_utf8(read(folder.join("run/report/index.html"))).expect("UTF-8");
    assert!(page.contains("<h2>Communities</h2>") && page.contains("1 − exp(−score)"));
}

#[test]
fn pairs_that_are_scored_one_by_one_have_ranks_links_and_a_report() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    write_rooms(folder);
    let sets = [
        "model.decoder.kind=mlp",
        "model.decoder.hidden=[8]",
        "objective.kind=nll",
        "objective.pairs=sampled",
        "train.epochs=200",
    ];
    train("gae-cora", "run", &[&ROOMS[..], &sets].concat(), folder);
    aevb(
        &["export", "run", "--what", "latents", "--format", "safetensors", "--out", "z.safetensors"],
        folder,
    );
    let (weights, latents) = (read(folder.join("run/model.safetensors")), read(folder.join("z.safetensors")));
    let of = |name: &str| tensor(&weights, &format!("decoder.{name}"));
    let (weight, bias) = (of("hidden.layers.0.weight"), of("hidden.layers.0.bias"));
    let (output, offset, z) = (of("output"), of("offset")[0], tensor(&latents, "mean"));
    let width = weight.len() / 8;
    let logit = |i: usize, j: usize| -> f64 {
        let row = |node: usize| &z[node * width..][..width];
        let products: Vec<f64> = row(i).iter().zip(row(j)).map(|(a, b)| a * b).collect();
        let unit = |unit: usize| {
            let sum: f64 = products.iter().enumerate().map(|(k, x)| x * weight[k * 8 + unit]).sum();
            (sum + bias[unit]).max(0.0) * output[unit]
        };
        (0..8).map(unit).sum::<f64>() + offset
    };
    let names = fs::read_to_string(folder.join("run/nodes.txt")).expect("names");
    let names: Vec<&str> = names.lines().collect();
    let (links, _) = aevb(&["links", "run", "--by", "model", "--top", "7140"], folder);
    let mut lines = links.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let column = |name: &str| header.iter().position(|column| *column == name).expect("a column");
    let (score, probability) = (column("score"), column("held_out_probability"));
    let mut last = f64::INFINITY;
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        let node = |at: usize| names.iter().position(|name| *name == cells[at]).expect("a node");
        let found: f64 = cells[score].parse().expect("a number");
        assert!((found - logit(node(0), node(1))).abs() < 1e-3, "{line}");
        assert!(found <= last, "{line}");
        // A training edge has none.
        let probability = cells[probability].parse::<f64>().unwrap_or(0.0);
        assert!((0.0..=1.0).contains(&probability), "{line}");
        last = found;
    }
    let evaluated = aevb(&["evaluate", "run", "--json"], folder).0;
    let evaluated: Value = serde_json::from_str(&evaluated).expect("JSON");
    let model = &evaluated["test"];
    assert!(model["mrr"].as_f64().is_some_and(|mrr| mrr > 0.1), "{model}");
    assert!(evaluated["whole_graph_ap"].as_f64().is_some(), "{evaluated}");
    aevb(&["links", "run", "--by", "model", "--candidates", "two-hop"], folder);
    aevb(&["report", "run"], folder);
    let arguments = ["train", "gae-cora", "--out", "refused", "--set", "model.decoder.kind=mlp"];
    let mut command = Command::new(env!("CARGO_BIN_EXE_aevb"));
    let output = command.args(arguments).current_dir(folder).output().expect("the binary starts");
    assert_eq!(output.status.code(), Some(2));
}
