//! `[data]`, `[model]` and `[objective]` for images.

use std::path::{Path, PathBuf};

use aevb_data::binarize::Binarization;
use aevb_data::catalog;
use aevb_data::image::{Axes, Background, Classes, ImageReading, Orientation, TrainingPart};
use aevb_data::table::{Decimal, Header, IndexColumn, TableReading};
use aevb_models::nn::{Activation, BodyConfig, DataShape};
use aevb_models::prior::PriorConfig;
use aevb_models::vae::{AutoencoderConfig, Estimator, Likelihood, Misfit, Values};
use serde::{Deserialize, Serialize};

use super::data::is_default;
use super::read::Invalid;

/// Images of the catalog or of the user's own, or a table of the user's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ImageData {
    /// A name of the catalog, as `aevb data list` shows it.
    pub name: String,
    /// A folder of pictures or a file of images to read in place of a set of the catalog. The name is then that of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// A file with the class of each, which outputs then name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<PathBuf>,
    /// A folder or a file of images, or a table, that tests, in place of a tenth of what `path` names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<PathBuf>,
    /// A file with the class of each of those.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test_labels: Option<PathBuf>,
    /// Height and width that images of the user's own are brought to; without it they must be of one size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<[usize; 2]>,
    /// What transparent pixels of the user's own pictures are laid on.
    #[serde(skip_serializing_if = "is_default")]
    pub background: Background,
    /// The values of the user's own files that become black and white.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<[f64; 2]>,
    /// Which axis of an array is which.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub axes: Option<Axes>,
    /// The array of an `.npz` that holds the images.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub array: Option<String>,
    /// Which folder's name is the class of a picture.
    #[serde(skip_serializing_if = "is_default")]
    pub classes: Classes,
    /// Whether pictures are turned as their EXIF says.
    #[serde(skip_serializing_if = "is_default")]
    pub orientation: Orientation,
    /// How a table is read.
    #[serde(skip)]
    pub table: TableReading,
    /// How much of the training set trains: `standard` sets some aside to validate, `all` does not.
    pub train: TrainingPart,
    /// How grey pixels become the likelihood's data.
    pub binarization: Binarization,
    /// On which images the bounds of `metrics.jsonl` are measured while training.
    pub curve: Part,
}

/// Whether two numbers are a least and a greatest value.
pub fn is_range([low, high]: [f64; 2]) -> bool {
    low.is_finite() && high.is_finite() && low < high
}

/// A part of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Portion {
    /// What is trained on.
    Train,
    /// What is not.
    HeldOut(Part),
}

impl Portion {
    /// All parts.
    pub const ALL: [Self; 3] = [Self::Train, Self::HeldOut(Part::Validation), Self::HeldOut(Part::Test)];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::HeldOut(Part::Validation) => "validation",
            Self::HeldOut(Part::Test) => "test",
        }
    }
}

/// A part of the data that is not trained on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// The validation images, where there are any.
    #[default]
    Validation,
    /// The test images. No choice is made on them, so watching them takes nothing from the result.
    Test,
}

/// An auto-encoder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ImageModel {
    /// The width of each hidden layer of the encoder, from the pixels on; the decoder has the same in reverse.
    pub hidden: Vec<usize>,
    /// The dimension of the latent space.
    pub latent: usize,
    /// What follows each hidden layer.
    pub activation: Activation,
    /// The distribution of the first weights.
    pub initial_weights: InitialWeights,
    /// What the hidden layers are.
    #[serde(skip_serializing_if = "is_default")]
    pub body: BodyConfig,
    /// The family of p(x|z).
    pub likelihood: Likelihood,
    /// The prior p(z); absent for a plain auto-encoder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prior: Option<PriorConfig>,
}

/// The distribution of the first weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InitialWeights {
    /// U(−b, b) with b = √(6/(inputs + outputs)); biases 0.
    Glorot,
    /// N(0, 0.01²), biases too, as in arXiv 1312.6114.
    Normal,
    /// U(−1/√inputs, 1/√inputs), biases too, the numbers themselves those of PyTorch's `nn.Linear` after
    /// `torch.manual_seed(seed)`.
    #[default]
    Pytorch,
}

/// The stochastic gradient variational Bayes objective.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SgvbObjective {
    /// `a` or `b`, equations 6 and 7 of arXiv 1312.6114.
    pub estimator: Estimator,
    /// L, the samples of z a datapoint.
    pub samples: usize,
    /// What the divergence is multiplied by; 1 is the bound.
    pub beta: f64,
    /// Over so many epochs the divergence's factor rises from 0 to beta, step by step.
    pub kl_warm_up_epochs: usize,
    /// Adds the prior N(0, I) over the decoder's parameters: −‖θ‖²/(2N) a datapoint.
    pub map: bool,
}

/// The importance-weighted bound of arXiv 1509.00519, equation 8.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IwaeObjective {
    /// K, the samples of z a datapoint; 1 is the variational bound.
    pub samples: usize,
}

impl Default for ImageData {
    fn default() -> Self {
        Self {
            name: "mnist-5k".to_owned(),
            path: None,
            labels: None,
            test: None,
            test_labels: None,
            size: None,
            background: Background::default(),
            range: None,
            axes: None,
            array: None,
            classes: Classes::default(),
            orientation: Orientation::default(),
            table: TableReading::default(),
            train: TrainingPart::Standard,
            binarization: Binarization::Grey,
            curve: Part::Validation,
        }
    }
}

impl Default for ImageModel {
    fn default() -> Self {
        Self {
            hidden: vec![500],
            latent: 20,
            activation: Activation::Tanh,
            initial_weights: InitialWeights::Pytorch,
            body: BodyConfig::default(),
            likelihood: Likelihood::default(),
            prior: None,
        }
    }
}

impl Default for SgvbObjective {
    fn default() -> Self {
        Self { estimator: Estimator::B, samples: 1, beta: 1.0, kl_warm_up_epochs: 0, map: false }
    }
}

impl Default for IwaeObjective {
    fn default() -> Self {
        Self { samples: 5 }
    }
}

/// A table of numbers, of the user's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TableData {
    /// The file: CSV, TSV, `.npy` or `.npz`.
    path: PathBuf,
    /// A file with the class of each row.
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<PathBuf>,
    /// A table with the same columns that tests, in place of a tenth of the rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    test: Option<PathBuf>,
    /// A file with the class of each of its rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    test_labels: Option<PathBuf>,
    /// The column that names the rows, where one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// Whether the first row names the columns.
    #[serde(default, skip_serializing_if = "is_default")]
    header: Header,
    /// What becomes of a column that numbers the rows.
    #[serde(default, skip_serializing_if = "is_default")]
    index: IndexColumn,
    /// What stands before decimals.
    #[serde(default, skip_serializing_if = "is_default")]
    decimal: Decimal,
    /// On which rows the bounds of `metrics.jsonl` are measured while training.
    #[serde(default)]
    curve: Part,
}

impl From<TableData> for ImageData {
    fn from(data: TableData) -> Self {
        let TableData { path, labels, test, test_labels, id, header, index, decimal, curve } = data;
        let table = TableReading { id, header, index, decimal };
        let binarization = Binarization::Standardized;
        let path = Some(path);
        Self { path, labels, test, test_labels, table, curve, binarization, ..Self::default() }
    }
}

impl ImageData {
    /// What was read as a table, as it was written.
    pub(super) fn as_table(&self) -> Option<TableData> {
        let path = self.path.clone().filter(|_| self.is_table())?;
        let TableReading { id, header, index, decimal } = self.table.clone();
        let Self { labels, test, test_labels, curve, .. } = self.clone();
        Some(TableData { path, labels, test, test_labels, id, header, index, decimal, curve })
    }

    /// The paths in it, by key.
    pub(super) fn paths_mut(&mut self) -> impl Iterator<Item = (&'static str, &mut PathBuf)> {
        let Self { path, labels, test, test_labels, .. } = self;
        let paths = [
            ("data.path", path),
            ("data.labels", labels),
            ("data.test", test),
            ("data.test_labels", test_labels),
        ];
        paths.into_iter().filter_map(|(key, path)| Some((key, path.as_mut()?)))
    }

    /// Whether they are rows of a table.
    pub fn is_table(&self) -> bool {
        self.binarization == Binarization::Standardized
    }

    /// How the user's own images are read.
    pub fn reading(&self) -> ImageReading {
        let Self { size, background, range, axes, array, classes, orientation, .. } = self.clone();
        ImageReading { size, background, range, axes, array, classes, orientation }
    }

    /// What the values of one of them are.
    pub fn values(&self) -> Values {
        match self.binarization {
            Binarization::Standardized => Values::Standardized,
            Binarization::Grey => Values::Grey,
            Binarization::Threshold => Values::Binary("threshold"),
            Binarization::Fixed => Values::Binary("fixed"),
            Binarization::Dynamic => Values::Binary("dynamic"),
        }
    }

    /// What one of them is called.
    pub fn example(&self) -> &'static str {
        if self.is_table() { "row" } else { "image" }
    }

    fn check_own(&self, path: &Path) -> Result<(), Invalid> {
        const LARGEST: usize = 1 << 16;
        let hint = "a folder of PNG or JPEG files, or a file of NumPy's or of IDX";
        Invalid::unless(!path.as_os_str().is_empty(), "data.path", "must name a folder or a file", hint)?;
        for (key, path, hint) in [
            ("data.labels", &self.labels, "a file with a label for each, in order or by name"),
            ("data.test", &self.test, "what tests, as data.path names what trains"),
            ("data.test_labels", &self.test_labels, "a file with a label for each of data.test"),
        ] {
            let is_named = path.as_ref().is_none_or(|path| !path.as_os_str().is_empty());
            Invalid::unless(is_named, key, "must name a file", hint)?;
        }
        Invalid::unless(
            self.test.is_some() || self.test_labels.is_none(),
            "data.test_labels",
            "means something only beside data.test",
            "without that, a tenth of data.path tests, with the labels of data.labels",
        )?;
        let message = "`all` would leave none to validate";
        Invalid::unless(self.train == TrainingPart::Standard, "data.train", message, "take standard")?;
        let sound = self.size.iter().flatten().all(|size| (1..=LARGEST).contains(size));
        let message = format!("must be two numbers between 1 and {LARGEST}");
        Invalid::unless(sound, "data.size", &message, "height and width, such as [28, 28]")?;
        Invalid::unless(
            self.range.is_none_or(is_range),
            "data.range",
            "must be two numbers, the first below the second",
            "the values that become black and white, such as [0, 4095]",
        )
    }

    pub(super) fn check(&self) -> Result<(), Invalid> {
        if let Some(path) = &self.path {
            return self.check_own(path);
        }
        let (reading, none) = (self.reading(), ImageReading::default());
        for (key, is_given) in [
            ("data.labels", self.labels.is_some()),
            ("data.test", self.test.is_some()),
            ("data.test_labels", self.test_labels.is_some()),
            ("data.size", reading.size.is_some()),
            ("data.background", reading.background != none.background),
            ("data.range", reading.range.is_some()),
            ("data.axes", reading.axes.is_some()),
            ("data.array", reading.array.is_some()),
            ("data.classes", reading.classes != none.classes),
            ("data.orientation", reading.orientation != none.orientation),
        ] {
            Invalid::unless(!is_given, key, "means something only beside data.path", "leave it out")?;
        }
        let message = "`standardized` is for tables";
        Invalid::unless(
            !self.is_table(),
            "data.binarization",
            message,
            "take data.kind = \"table\" and data.path",
        )?;
        let sets = catalog::all().iter().filter(|set| !set.is_graph());
        let names: Vec<_> = sets.map(|set| set.name).collect();
        let hint = format!("the image sets are {}", names.join(", "));
        let message = format!("`{}` names no image set", self.name);
        Invalid::unless(names.contains(&self.name.as_str()), "data.name", &message, &hint)?;
        let has_choice = self.name.starts_with("mnist") && self.name != "mnist-binarized";
        Invalid::unless(
            has_choice || self.train == TrainingPart::Standard,
            "data.train",
            &format!("`all` cannot be had of {}, whose validation images are apart", self.name),
            "take standard, or mnist or mnist-5k",
        )?;
        Invalid::unless(
            self.train == TrainingPart::Standard || self.curve == Part::Test,
            "data.curve",
            "`validation` has no images where data.train is `all`",
            "take data.curve = \"test\"",
        )?;
        let comes_binary = self.name == "mnist-binarized";
        let suits = comes_binary == (self.binarization == Binarization::Fixed);
        let hint = if comes_binary { "take fixed" } else { "take grey, threshold or dynamic" };
        let message = format!("`{}` does not suit {}", self.binarization, self.name);
        Invalid::unless(suits, "data.binarization", &message, hint)
    }
}

impl ImageModel {
    /// The model of a VAE, whose prior has a default.
    pub(super) fn with_prior(self) -> Self {
        Self { prior: self.prior.or(Some(PriorConfig::default())), ..self }
    }

    /// The model's own configuration, for data of a shape; a plain auto-encoder, which has no prior, is given the default.
    pub fn config(&self, data: DataShape) -> AutoencoderConfig {
        let Self { hidden, latent, activation, body, likelihood, prior, .. } = self.clone();
        AutoencoderConfig::new(data, hidden, latent, activation, likelihood)
            .with_body(body)
            .with_prior(prior.unwrap_or_default())
    }

    pub(super) fn check(&self, data: &ImageData) -> Result<(), Invalid> {
        super::model::check_widths(&self.hidden, self.latent, "the paper uses [500]", "the paper uses 20")?;
        self.likelihood.check(data.values()).map_err(|Misfit { key, problem, hint }| Invalid {
            path: format!("model.likelihood.{key}").into(),
            message: problem,
            hint: hint.to_owned(),
        })
    }

    /// A plain auto-encoder has no prior to choose.
    pub(super) fn check_no_prior(&self) -> Result<(), Invalid> {
        Invalid::unless(
            self.prior.is_none(),
            "model.prior",
            "is not for an `ae`, which has none",
            "leave it out, or take model.kind = \"vae\"",
        )
    }
}

fn check_samples(samples: usize, hint: &str) -> Result<(), Invalid> {
    const MOST_SAMPLES: usize = 10_000;
    Invalid::unless(
        (1..=MOST_SAMPLES).contains(&samples),
        "objective.samples",
        &format!("must lie between 1 and {MOST_SAMPLES}"),
        hint,
    )
}

impl IwaeObjective {
    pub(super) fn check(&self) -> Result<(), Invalid> {
        check_samples(self.samples, "the paper uses 1, 5 and 50 with batches of 20")
    }
}

const CONSTANTS: &str = "between 1e-30 and 1e30";

/// Whether arithmetic in single precision can use the number.
fn is_constant(x: f64) -> bool {
    (1e-30..=1e30).contains(&x)
}

impl SgvbObjective {
    pub(super) fn check(&self) -> Result<(), Invalid> {
        check_samples(self.samples, "the paper uses 1 with batches of 100")?;
        Invalid::unless(
            self.beta == 0.0 || is_constant(self.beta),
            "objective.beta",
            &format!("must be 0 or lie {CONSTANTS}"),
            "1 is the bound",
        )?;
        Invalid::unless(
            self.kl_warm_up_epochs <= super::training::LONGEST,
            "objective.kl_warm_up_epochs",
            &format!("must be at most {}", super::training::LONGEST),
            "0 is no warm-up",
        )
    }
}
