use std::io;
use std::path::Path;

use aevb_models::vgae::GraphEncoderConfig;
use burn::optim::GradientsParams;
use burn::tensor::Device;
use rand::Rng;
use rayon::prelude::*;

use super::files::{Files, OPTIMIZER, STATE, SUMS, Unusable, write_synced};
use super::*;
use crate::experiment::{Adam, ConfigFile, Experiment, Optimizer};
use crate::random::{Purpose, Streams};
use crate::run_folder::{MODEL, RunFolder};
use crate::train::exact::Exact;
use crate::train::loss::{Loss, Sums};
use crate::train::module_optimizer::ModuleOptimizer;
use crate::train::{optimizer, weights};

/// A graph model and its optimizer after a step.
fn trained(features: usize, hidden: usize, latent: usize) -> (aevb_models::vgae::Vgae, ModuleOptimizer) {
    let mut random = Streams::new(1).initial_weights();
    let device = Device::flex().autodiff();
    let config = GraphEncoderConfig::new(1, features, vec![hidden], latent);
    let model = config.init_vgae(&mut random, &device).expect("a model");
    let mut optimizer = optimizer::init(&Optimizer::Adam(Adam::default()));
    let weights = [&model.hidden[0].weight, model.mean.weight(), model.log_sigma.weight()]
        .map(burn::module::Param::val);
    let squares = weights.map(|weight| {
        let [rows, columns] = weight.dims();
        weight.powi_scalar(2).reshape([1, rows * columns]).sum_dim(1)
    });
    let [a, b, c] = squares;
    let gradients = GradientsParams::from_grads((a + b + c).backward(), &model);
    let model = optimizer.step(0.01, model, gradients);
    (model, optimizer)
}

fn sums() -> crate::train::loss::EpochSums {
    let value = burn::tensor::Tensor::<1>::from_floats([0.1], &Device::flex().autodiff());
    let mut sums = Sums::default();
    sums.add(Loss::new(("reconstruction", value.clone()), [("kl", value)]));
    sums.read(&trained(1, 1, 1).0, std::iter::empty()).0
}

fn checkpoint(step: u64, (model, optimizer): &(aevb_models::vgae::Vgae, ModuleOptimizer)) -> Checkpoint {
    let position = Position {
        step,
        steps_per_epoch: 10,
        sums: sums(),
        best: Some(Best { step: 1, epoch: 1, value: Exact(0.1 + 0.2), standard_error: None }),
        evaluations_since_best: 3,
        seconds: 1.5,
        epoch_seconds: 0.25,
        metrics_bytes: 100,
        metrics_sha256: None,
        timing_bytes: 50,
    };
    let config = Experiment::read(&ConfigFile::find(None).expect("built in"), &[]).expect("valid").to_toml();
    Checkpoint {
        state: State::new(position, "0123".repeat(16), config),
        weights: weights::to_bytes(model),
        optimizer: optimizer.to_bytes(model),
    }
}

fn run() -> (tempfile::TempDir, Checkpoints) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = RunFolder::create(folder.path().join("run")).expect("new");
    (folder, Checkpoints::of(&run))
}

fn newest(checkpoints: &Checkpoints) -> Option<Checkpoint> {
    checkpoints.newest().expect("no newer format").checkpoint
}

/// The four files and their names.
fn files(files: &mut Files) -> [(&'static str, &mut Vec<u8>); 4] {
    let Files { weights, optimizer, state, sums } = files;
    [(MODEL, weights), (OPTIMIZER, optimizer), (STATE, state), (SUMS, sums)]
}

#[test]
fn what_is_saved_comes_back() {
    let (_folder, checkpoints) = run();
    assert_eq!(newest(&checkpoints), None);
    let (first, second) = (checkpoint(7, &trained(3, 2, 1)), checkpoint(20, &trained(3, 3, 1)));
    checkpoints.save(&first).expect("saved");
    assert_eq!(newest(&checkpoints).as_ref(), Some(&first));
    checkpoints.save(&second).expect("saved");
    assert_eq!(newest(&checkpoints).as_ref(), Some(&second));
    // One of the same step takes its place.
    let third = checkpoint(20, &trained(3, 4, 1));
    checkpoints.save(&third).expect("saved");
    assert_eq!(newest(&checkpoints), Some(third));
    assert_eq!(checkpoints.steps().expect("readable"), [7, 20]);
    assert_eq!((first.state.position.epoch(), second.state.position.epoch()), (1, 2));
}

#[test]
fn the_newest_and_the_best_are_kept() {
    let (_folder, checkpoints) = run();
    let model = trained(3, 2, 1);
    for step in 1..=6 {
        checkpoints.save(&checkpoint(step, &model)).expect("saved");
    }
    checkpoints.mark_best(Some(2)).expect("marked");
    checkpoints.keep(2, Some(2)).expect("removed");
    assert_eq!(checkpoints.steps().expect("readable"), [2, 5, 6]);
    let name = |which: &str| {
        let weights = checkpoints.find(which.parse().expect("a name")).expect("sound").weights;
        let folder = weights.parent().and_then(Path::file_name).expect("a folder");
        folder.to_string_lossy().into_owned()
    };
    assert_eq!([name("best"), name("latest"), name("5")], ["step-2", "step-6", "step-5"]);
    assert!("newest".parse::<Which>().is_err());
    let error = checkpoints.find(Which::Step(4)).expect_err("removed");
    assert_eq!((error.exit_code(), error.hint.as_deref()), (2, Some("there are, by their steps: 2, 5, 6")));
    checkpoints.mark_best(None).expect("no more");
    checkpoints.find(Which::Best).expect_err("none is named");
}

#[test]
fn a_name_of_the_best_with_a_byte_changed_names_none() {
    let (folder, checkpoints) = run();
    for step in [1, 3] {
        checkpoints.save(&checkpoint(step, &trained(3, 2, 1))).expect("saved");
    }
    checkpoints.mark_best(Some(1)).expect("marked");
    let file = folder.path().join("run/checkpoints/best");
    let text = std::fs::read(&file).expect("there");
    for index in 0..text.len() {
        for value in [text[index] ^ 1, text[index] ^ 2, 0, b'3', b'\n'] {
            let mut changed = text.clone();
            changed[index] = value;
            if changed != text {
                std::fs::write(&file, changed).expect("written");
                checkpoints.find(Which::Best).expect_err("damaged");
            }
        }
        std::fs::write(&file, &text[..index]).expect("written");
        checkpoints.find(Which::Best).expect_err("cut short");
    }
}

#[test]
fn every_change_and_truncation_of_a_small_checkpoint_is_found_and_the_one_before_is_taken() {
    let (folder, checkpoints) = run();
    let (first, second) = (checkpoint(1, &trained(3, 2, 1)), checkpoint(2, &trained(3, 2, 1)));
    checkpoints.save(&first).expect("saved");
    checkpoints.save(&second).expect("saved");
    let path = folder.path().join("run/checkpoints/step-2");
    let whole = Files::from(&second);
    let mut copy = whole.clone();
    let size: usize = files(&mut copy).iter().map(|(_, content)| content.len()).sum();
    assert!((2000..=8192).contains(&size), "{size} bytes");
    for which in 0..4 {
        let (name, content) = &mut files(&mut copy)[which];
        let sound = content.clone();
        for index in 0..sound.len() {
            content.clone_from(&sound);
            content[index] ^= 1;
            std::fs::write(path.join(*name), &*content).expect("written");
            assert_eq!(newest(&checkpoints).as_ref(), Some(&first), "{name}, byte {index}");
            std::fs::write(path.join(*name), &sound[..index]).expect("written");
            assert_eq!(newest(&checkpoints).as_ref(), Some(&first), "{name}, cut to {index}");
        }
        std::fs::remove_file(path.join(*name)).expect("removed");
        assert_eq!(newest(&checkpoints).as_ref(), Some(&first), "no {name}");
        content.clone_from(&sound);
        std::fs::write(path.join(*name), &*content).expect("written");
        assert_eq!(newest(&checkpoints).as_ref(), Some(&second));
    }
    // Every other value of every byte, without the disk.
    let places: Vec<(usize, usize)> = (0..4)
        .flat_map(|which| (0..files(&mut copy)[which].1.len()).map(move |index| (which, index)))
        .collect();
    places.par_iter().for_each(|&(which, index)| {
        let mut changed = whole.clone();
        for difference in 1..=255 {
            files(&mut changed)[which].1[index] ^= difference;
            assert!(changed.clone().verify().is_err(), "file {which}, byte {index}, {difference}");
            files(&mut changed)[which].1[index] ^= difference;
        }
    });
}

#[test]
fn random_damage_to_a_real_models_checkpoint_is_found() {
    let (folder, checkpoints) = run();
    let (first, second) = (checkpoint(1, &trained(3, 2, 1)), checkpoint(2, &trained(1433, 32, 16)));
    checkpoints.save(&first).expect("saved");
    checkpoints.save(&second).expect("saved");
    let path = folder.path().join("run/checkpoints/step-2");
    let mut random = Streams::new(9).generator(Purpose::Sampling, 0);
    let mut below = |bound: usize| random.next_u64() as usize % bound;
    let mut whole = Files::from(&second);
    for round in 0..500 {
        let (name, content) = &mut files(&mut whole)[below(4)];
        let sound = content.clone();
        if round % 5 == 0 {
            content.truncate(below(sound.len()));
        } else {
            content[below(sound.len())] ^= 1 + below(255) as u8;
        }
        std::fs::write(path.join(*name), &*content).expect("written");
        assert_eq!(newest(&checkpoints).as_ref(), Some(&first), "round {round}, {name}");
        content.clone_from(&sound);
        std::fs::write(path.join(*name), &*content).expect("written");
    }
    assert_eq!(newest(&checkpoints).as_ref(), Some(&second));
}

/// Checksums tell damage from soundness, not friend from foe: what is behind them may be anything and never a panic.
#[test]
fn damage_with_fresh_checksums_is_an_error_or_another_model_and_never_a_panic() {
    let model = trained(3, 2, 1);
    let sound = checkpoint(2, &model);
    let load = |checkpoint: &Checkpoint| {
        let weights = weights::from_bytes(model.0.clone(), &checkpoint.weights, "w".as_ref());
        let restored =
            optimizer::init(&Optimizer::Adam(Adam::default())).restore(&model.0, &checkpoint.optimizer);
        (weights.is_ok(), restored.is_ok())
    };
    assert_eq!(load(&sound), (true, true));
    for which in 0..2 {
        let length = if which == 0 { sound.weights.len() } else { sound.optimizer.len() };
        for index in 0..length {
            for value in [0, 1, b'"', b'9', b'}', 255] {
                let mut changed = sound.clone();
                let content = if which == 0 { &mut changed.weights } else { &mut changed.optimizer };
                content[index] = value;
                load(&changed);
                let content = if which == 0 { &mut changed.weights } else { &mut changed.optimizer };
                content.truncate(index);
                let (weights, optimizer) = load(&changed);
                assert!(!(weights && optimizer), "cut to {index} bytes");
            }
        }
    }
    let state = Files::from(&sound).state;
    for index in 0..state.len() {
        for value in [0, b'"', b'0', b'9', b'-', b'}', b','] {
            let mut changed = sound.clone();
            let mut text = state.clone();
            text[index] = value;
            if let Ok(read) = serde_json::from_slice(&text) {
                changed.state = read;
                let mut files = Files::from(&changed);
                files.state = text;
                // The checksums are those of another spelling, or of this one: either answer will do.
                let _ = files.verify();
                let _ = Files::from(&changed).verify();
            }
        }
    }
}

#[test]
fn a_checkpoint_of_a_newer_format_is_refused_and_nothing_older_taken() {
    let (folder, checkpoints) = run();
    for step in [1, 2] {
        checkpoints.save(&checkpoint(step, &trained(3, 2, 1))).expect("saved");
    }
    let path = folder.path().join("run/checkpoints/step-2");
    let mut files = Files::from(&checkpoint(2, &trained(3, 2, 1)));
    let state = String::from_utf8(files.state).expect("JSON");
    files.state = state.replace("\"format\": 1", "\"format\": 2").into_bytes();
    let line = super::files::sum(STATE, &files.state);
    std::fs::write(path.join(STATE), &files.state).expect("written");
    std::fs::write(path.join(SUMS), format!("0123  what-else.safetensors\n{line}\n")).expect("written");
    let error = checkpoints.newest().expect_err("newer");
    assert_eq!(error.exit_code(), 2);
    assert!(error.message.contains("step-2: has format 2, which a newer version of aevb wrote"), "{error}");
    // One that only looks newer is damaged.
    std::fs::write(path.join(SUMS), "0123  state.json\n").expect("written");
    assert_eq!(newest(&checkpoints).expect("the older").state.position.step, 1);
}

#[test]
fn a_checkpoint_under_another_name_is_refused() {
    let (folder, checkpoints) = run();
    checkpoints.save(&checkpoint(2, &trained(3, 2, 1))).expect("saved");
    let path = folder.path().join("run/checkpoints");
    std::fs::rename(path.join("step-2"), path.join("step-3")).expect("renamed");
    let Newest { checkpoint, damaged } = checkpoints.newest().expect("no newer format");
    assert_eq!((checkpoint, damaged), (None, vec![("step-3".to_owned(), "is that of step 2".to_owned())]));
    for other in ["step-", "step-x", "step-007", "step--1", "step-99999999999999999999", "unfinished"] {
        std::fs::create_dir(path.join(other)).expect("made");
    }
    assert_eq!(checkpoints.steps().expect("readable"), [3]);
    checkpoints.put_aside_after(2).expect("moved");
    assert!(checkpoints.steps().expect("readable").is_empty());
    assert!(path.join("damaged-step-3").is_dir());
}

/// A disk that is full after so many bytes.
fn full_after(mut left: usize) -> impl FnMut(&Path, &[u8]) -> io::Result<()> {
    move |path, content| {
        let fits = content.len().min(left);
        left -= fits;
        if fits == content.len() {
            return std::fs::write(path, content);
        }
        std::fs::write(path, &content[..fits])?;
        Err(io::Error::new(io::ErrorKind::StorageFull, "no space left on device"))
    }
}

#[test]
fn a_disk_that_is_full_at_any_byte_leaves_the_checkpoint_before() {
    let (folder, checkpoints) = run();
    let (first, second) = (checkpoint(1, &trained(3, 2, 1)), checkpoint(2, &trained(3, 2, 1)));
    checkpoints.save(&first).expect("saved");
    let mut whole = Files::from(&second);
    let size: usize = files(&mut whole).iter().map(|(_, content)| content.len()).sum();
    for bytes in 0..size {
        let error = checkpoints.save_by(&second, &mut full_after(bytes)).expect_err("full");
        assert!(error.message.ends_with("step-2: no space left on device"), "{error}");
        assert_eq!(newest(&checkpoints).as_ref(), Some(&first), "{bytes} bytes");
        assert_eq!(std::fs::read_dir(folder.path().join("run/checkpoints")).expect("there").count(), 1);
    }
    checkpoints.save_by(&second, &mut full_after(size)).expect("just room enough");
    assert_eq!(newest(&checkpoints), Some(second));
}

#[test]
fn what_a_killed_writer_left_is_in_nobodys_way() {
    let (folder, checkpoints) = run();
    let (first, second) = (checkpoint(1, &trained(3, 2, 1)), checkpoint(2, &trained(3, 2, 1)));
    checkpoints.save(&first).expect("saved");
    let left = folder.path().join("run/checkpoints/unfinished");
    std::fs::create_dir(&left).expect("made");
    write_synced(&left.join(MODEL), b"half of").expect("written");
    assert_eq!(newest(&checkpoints).as_ref(), Some(&first));
    checkpoints.save(&second).expect("saved");
    assert!(!left.exists());
    assert_eq!(newest(&checkpoints), Some(second));
}

#[test]
fn an_error_of_the_disk_is_no_damage_elsewhere() {
    let files = Files::read(Path::new("no/such/folder"));
    assert!(matches!(files, Err(Unusable::Damaged(problem)) if problem.contains("SHA256SUMS")));
}
