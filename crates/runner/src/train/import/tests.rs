use aevb_models::nn::{DataShape, HiddenActivation, InitialWeights, WeightShape};
use aevb_models::vae::{AutoencoderConfig, GaussianLikelihood, Likelihood, PixelMean, Vae};
use burn::tensor::Device;
use rand::Rng;
use rand_mt::Mt;

use super::*;
use crate::export::{self, Format, Part, Weights};
use crate::zip::{self, Zip};

const STATE_DICT: &[u8] = include_bytes!("../../../../../tests/golden/state_dict_vae.pt");
const VIEWS: &[u8] = include_bytes!("../../../../../tests/golden/state_dict_views.pt");
const SAFETENSORS: &[u8] = include_bytes!("../../../../../tests/golden/state_dict_vae.safetensors");

/// Nothing that a file could leave as it was.
struct Constant(f32, Mt);

impl InitialWeights for Constant {
    fn weight(&mut self, shape: &WeightShape) -> Vec<f32> {
        vec![self.0; shape.count()]
    }

    fn bias(&mut self, _fan_in: usize, values: usize) -> Vec<f32> {
        vec![self.0; values]
    }

    fn random(&mut self) -> &mut dyn Rng {
        &mut self.1
    }
}

/// The model of `tests/golden/state_dict.py`.
fn vae() -> Vae {
    let likelihood =
        Likelihood::Gaussian(GaussianLikelihood { mean: PixelMean::Sigmoid, variance_floor: 0.0 });
    let config =
        AutoencoderConfig::new(DataShape::Columns(6), vec![5], 2, HiddenActivation::Tanh, likelihood);
    config.init_vae(&mut Constant(7.0, Mt::new(0)), &Device::flex().autodiff()).expect("valid sizes")
}

fn import(file: &[u8]) -> Result<Vec<u8>> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("weights");
    std::fs::write(&path, file).expect("written");
    load(vae(), &path, None).map(|model| weights::to_bytes(&model))
}

#[track_caller]
fn refused(file: &[u8], message: &str) {
    let error = import(file).expect_err(message);
    assert_eq!(error.exit_code(), 2, "{error}");
    assert!(error.message.contains(message) && error.hint.is_some(), "{error} does not say: {message}");
}

/// The entries of a file of PyTorch with one of them replaced.
fn with_entry(file: &[u8], name: &str, content: &[u8]) -> Vec<u8> {
    let zip = Zip::read(file).expect("whole");
    let entry = |known| if known == name { content } else { zip.get(known).expect("listed") };
    zip::store(zip.names().map(|known| (known, entry(known)))).expect("small")
}

const PICKLE: &str = "state_dict_vae/data.pkl";

fn with_pickle(content: &[u8]) -> Vec<u8> {
    with_entry(STATE_DICT, PICKLE, content)
}

/// The golden pickle with the first of some bytes replaced by as many others.
fn with_pickle_part(old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut pickle = Zip::read(STATE_DICT).expect("whole").get(PICKLE).expect("an entry").to_vec();
    let at = pickle.windows(old.len()).position(|part| part == old).expect("it is there");
    pickle.splice(at..at + old.len(), new.iter().copied());
    with_pickle(&pickle)
}

#[test]
fn a_state_dict_has_the_weights_that_pytorch_says() {
    let expected = import(SAFETENSORS).expect("well formed");
    assert_ne!(expected, weights::to_bytes(&vae()));
    assert_eq!(import(STATE_DICT).expect("well formed"), expected);
    assert_eq!(import(VIEWS).expect("well formed"), expected);
}

#[test]
fn what_is_exported_is_imported_to_the_bit() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("model.safetensors");
    let bytes = import(SAFETENSORS).expect("well formed");
    std::fs::write(&path, &bytes).expect("written");
    let weights = Weights::read(&path).expect("well formed").part(Part::Whole);
    let exported = export::arrays(&weights.into_arrays(), Format::Safetensors).expect("small");
    assert_eq!(exported, bytes, "the file of weights is the export");
    assert_eq!(import(&exported).expect("well formed"), bytes);
}

#[test]
fn a_damaged_file_is_never_another_model() {
    for file in [STATE_DICT, SAFETENSORS] {
        let expected = import(file).expect("well formed");
        for length in (0..file.len()).step_by(31).chain(file.len() - 70..file.len()) {
            assert!(import(&file[..length]).is_err(), "{length} bytes of {}", file.len());
        }
        // Only PyTorch's file has checksums; a changed number of a safetensors file is a number.
        let header = if file == STATE_DICT { file.len() } else { 8 };
        for at in (0..header).step_by(3) {
            let mut changed = file.to_vec();
            changed[at] ^= 1 << (at % 8);
            if let Ok(model) = import(&changed) {
                assert_eq!(model, expected, "byte {at}");
            }
        }
    }
}

#[test]
fn files_of_other_kinds_are_refused() {
    refused(b"", "is neither a safetensors file");
    refused(b"\xff\xff\xff\xff\xff\xff\xff\x7f{}", "is neither a safetensors file");
    refused(b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.", "before version 1.6");
    refused(b"PK\x03\x04 and no more", "is no whole zip file");
    refused(&zip::store([("a/model.json", &b"{}"[..])]).expect("small"), "holds no data.pkl");
    refused(&vec![0; 2 << 20], "longer than");
    refused(&with_entry(STATE_DICT, "state_dict_vae/byteorder", b"big"), "big-endian");
    // The method of the first entry in the list: deflate.
    let mut compressed = STATE_DICT.to_vec();
    let list = compressed.windows(4).position(|part| part == b"PK\x01\x02").expect("a list");
    compressed[list + 10] = 8;
    refused(&compressed, "is compressed");
}

#[test]
fn pickles_that_would_run_something_are_refused() {
    refused(&with_pickle(b"\x80\x02cposix\nsystem\nX\x02\x00\x00\x00id\x85R."), "`posix.system` is refused");
    refused(&with_pickle(b"\x80\x02cbuiltins\neval\n)R."), "`builtins.eval` is refused");
    refused(&with_pickle(b"\x80\x02ccollections\nOrderedDict\nK\x01\x85R."), "a call of OrderedDict");
    refused(&with_pickle(b"\x80\x02(iposix\nsystem\n."), "the opcode 0x69 is refused");
    refused(&with_pickle(b"\x80\x04\x95"), "not a pickle of protocol 2");
    refused(&with_pickle(b"\x80\x02."), "the stack is empty");
    refused(&with_pickle(b"\x80\x02}h\x05."), "never put");
    refused(&with_pickle(b"\x80\x02K\x01."), "no dictionary of tensors");
    refused(&with_pickle(b"\x80\x02}X\x01\x00\x00\x00aK\x01s."), "`a` is no tensor");
    refused(&with_pickle(b"\x80\x02}K\x01K\x01s."), "is no string");
    refused(&with_pickle(b"\x80\x02X\xff\xff\xff\xff"), "ends in the middle");
    refused(&with_pickle(&[b"\x80\x02", &[b')'; 4000][..]].concat()), "more empty values");
    refused(&with_pickle(&[b"\x80\x02}", &[b'('; 4000][..], b"u."].concat()), "the stack is empty");
}

#[test]
fn tensors_that_do_not_fit_are_refused() {
    let other = |name: &str| format!("{name} is float64 [5, 6], not float32 [5, 6]");
    let double = with_pickle_part(b"ctorch\nFloatStorage\n", b"ctorch\nDoubleStorage\n");
    refused(&double, &other("encoder.hidden.layers.0.weight"));
    let half = with_pickle_part(b"ctorch\nFloatStorage\n", b"ctorch\nHalfStorage\n");
    refused(&half, "is float16");
    // The shape (5, 6) of the first weight as (6, 5), as many numbers; then its strides; then its storage.
    refused(&with_pickle_part(b"K\x05K\x06\x86", b"K\x06K\x05\x86"), "[6, 5], not float32 [5, 6]");
    refused(&with_pickle_part(b"K\x06K\x01\x86", b"K\x07K\x01\x86"), "reaches beyond its storage");
    refused(
        &with_pickle_part(b"K\x06K\x01\x86", b"J\xff\xff\xff\x7fK\x01\x86"),
        "reaches beyond its storage",
    );
    refused(
        &with_pickle_part(b"K\x06K\x01\x86", b"J\xff\xff\xff\xffK\x01\x86"),
        "no tuple of at most four sizes",
    );
    refused(&with_pickle_part(b"tq\x08QK\x00", b"tq\x08QK\x01"), "reaches beyond its storage");
    refused(&with_pickle_part(b"cpuq\x07K\x1e", b"cpuq\x07K\x1f"), "120 bytes for 31 numbers");
    refused(&with_entry(STATE_DICT, "state_dict_vae/data/0", &[0; 119]), "119 bytes for 30 numbers");
    let not_a_number = [f32::NAN.to_le_bytes().as_slice(), &[0; 116]].concat();
    refused(&with_entry(STATE_DICT, "state_dict_vae/data/0", &not_a_number), "layers.0.weight holds NaN");
    refused(&with_pickle_part(b"encoder.mean.bias", b"encoder.mean.bios"), "lacks encoder.mean.bias");
}

/// A safetensors file of one tensor more, or one changed.
fn safetensors_with(name: &str, dtype: safetensors::Dtype, shape: &[usize], fill: &[u8]) -> Vec<u8> {
    let file = SafeTensors::deserialize(SAFETENSORS).expect("well formed");
    let elements: usize = shape.iter().product();
    let content = fill.repeat(elements);
    let changed = safetensors::tensor::TensorView::new(dtype, shape.to_vec(), &content).expect("it fits");
    let others = file.tensors().into_iter().filter(|(known, _)| known != name);
    safetensors::serialize(others.chain([(name.to_owned(), changed)]), None).expect("well formed")
}

#[test]
fn safetensors_that_do_not_fit_are_refused() {
    use safetensors::Dtype::{BF16, F32, F64};
    const NAME: &str = "encoder.mean.weight";
    refused(&safetensors_with(NAME, F32, &[2, 5], &[0; 4]), "is F32 [2, 5], not F32 [5, 2]");
    refused(&safetensors_with(NAME, F64, &[5, 2], &[0; 8]), "is F64 [5, 2], not F32 [5, 2]");
    refused(&safetensors_with(NAME, BF16, &[5, 2], &[0; 2]), "is BF16 [5, 2], not F32 [5, 2]");
    refused(&safetensors_with(NAME, F32, &[5, 2], &f32::INFINITY.to_le_bytes()), "weight holds inf");
    refused(&safetensors_with("other", F32, &[1], &[0; 4]), "holds other, which the model has not");
}

#[test]
fn a_file_that_changed_since_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("weights");
    std::fs::write(&path, SAFETENSORS).expect("written");
    load(vae(), &path, Some(&hash::sha256(SAFETENSORS))).expect("the same file");
    let error = load(vae(), &path, Some(&hash::sha256(STATE_DICT))).expect_err("another file");
    assert!(error.message.contains("its SHA-256 is"), "{error}");
}
