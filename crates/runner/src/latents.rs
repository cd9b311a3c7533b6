//! Latent vectors as files that other programs read: NumPy's `.npy`, CSV, TSV, and the pair of files that TensorFlow's
//! embedding projector loads.

use std::path::{Path, PathBuf};

use crate::clusters::Components;
use crate::communities::Communities;
use crate::error::{Error, Result};
use crate::{npy, table};

/// What the columns of components are called.
const COMPONENT_COLUMNS: [&str; 2] = ["component", "component_probability"];

/// How the name of the table of communities ends.
const COMMUNITIES: &str = "communities.csv";

/// Posteriors of nodes or images, a diagonal Gaussian each; without `deviation` they are codes.
#[derive(Clone, Debug, PartialEq)]
pub struct Latents {
    /// What each row is called, where rows have names.
    pub ids: Option<Vec<String>>,
    /// The class of each row, where it is known; empty where it is not.
    pub labels: Option<Vec<String>>,
    /// The part of the data that each row belongs to, where rows are of several.
    pub parts: Option<Vec<String>>,
    /// `[rows, width]`
    pub mean: Vec<f32>,
    /// Standard deviations, `[rows, width]`.
    pub deviation: Option<Vec<f32>>,
    /// The dimension of the latent space.
    pub width: usize,
    /// What communities the rows belong to, where the decoder knows of any.
    pub communities: Option<Communities>,
    /// What component of the prior is responsible for each, where that is a mixture.
    pub components: Option<Components>,
    /// Whether the first half of a row is of a node as the source of edges, and the second as their target.
    pub are_roles: bool,
}

/// How latent vectors are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LatentFormat {
    /// NumPy arrays: NAME.npy of means, NAME.std.npy, and beside them NAME.ids.txt, NAME.labels.txt and NAME.parts.txt
    Npy,
    /// A table with the columns id, label, part, z0, …, std0, …
    Csv,
    /// The same, by tabs
    Tsv,
    /// NAME.tsv of means and NAME.metadata.tsv, for projector.tensorflow.org
    Projector,
    /// The columns of `csv` as a Parquet file
    #[cfg(feature = "parquet")]
    Parquet,
}

impl LatentFormat {
    /// The format that a file's name asks for.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "npy" => Some(Self::Npy),
            "csv" => Some(Self::Csv),
            "tsv" => Some(Self::Tsv),
            #[cfg(feature = "parquet")]
            "parquet" => Some(Self::Parquet),
            _ => None,
        }
    }

    /// All files that it may take, the one called `path` first. Communities have one of their own.
    pub fn paths(self, path: &Path) -> Vec<PathBuf> {
        let beside: &[&str] = match self {
            Self::Npy => &["std.npy", "ids.txt", "labels.txt", "parts.txt", "components.csv"],
            Self::Projector => &["metadata.tsv"],
            Self::Csv | Self::Tsv => &[],
            #[cfg(feature = "parquet")]
            Self::Parquet => &[],
        };
        let beside = beside.iter().chain([&COMMUNITIES]).map(|ending| path.with_extension(ending));
        std::iter::once(path.to_owned()).chain(beside).collect()
    }

    /// The name of the file in a run's folder.
    pub fn default_name(self) -> &'static str {
        match self {
            Self::Npy => "latents.npy",
            Self::Csv => "latents.csv",
            Self::Tsv | Self::Projector => "latents.tsv",
            #[cfg(feature = "parquet")]
            Self::Parquet => "latents.parquet",
        }
    }
}

impl Latents {
    /// The number of vectors.
    pub fn rows(&self) -> usize {
        self.mean.len() / self.width
    }

    /// Makes sure that every number is finite.
    ///
    /// # Errors
    /// Names the first row of which one is not.
    pub fn check(&self) -> Result<()> {
        let finite = |values: &[f32]| values.iter().position(|value| !value.is_finite());
        match finite(&self.mean).or_else(|| self.deviation.as_deref().and_then(finite)) {
            None => Ok(()),
            Some(at) => {
                let row = at / self.width;
                let name = self.ids.as_ref().map_or_else(|| row.to_string(), |ids| ids[row].clone());
                Err(Error::failed(format!("the latent vector of `{name}` is not finite"))
                    .with_hint(
                        "look for huge values among what it is placed by; where there are none, train with a smaller \
                         optimizer.learning_rate",
                    ))
            }
        }
    }

    /// The files of a format, the one called `path` first.
    pub fn files(&self, format: LatentFormat, path: &Path) -> Vec<(PathBuf, Vec<u8>)> {
        let name = |row: usize| self.ids.as_ref().map_or_else(|| row.to_string(), |ids| ids[row].clone());
        let communities = self.communities.iter().map(|communities| communities.to_table(name));
        let communities = communities.map(|table| (path.with_extension(COMMUNITIES), table));
        self.files_of_vectors(format, path).into_iter().chain(communities).collect()
    }

    fn files_of_vectors(&self, format: LatentFormat, path: &Path) -> Vec<(PathBuf, Vec<u8>)> {
        let beside = |ending: &str| path.with_extension(ending);
        match format {
            LatentFormat::Npy => {
                let mut files = vec![(path.to_owned(), npy::file(&self.mean, self.width))];
                let deviation = self.deviation.as_ref();
                files.extend(deviation.map(|values| (beside("std.npy"), npy::file(values, self.width))));
                let texts = self.texts().into_iter();
                files.extend(texts.map(|(name, texts)| (beside(&format!("{name}s.txt")), lines(texts))));
                files.extend(
                    self.components
                        .iter()
                        .map(|components| (beside("components.csv"), components_table(components))),
                );
                files
            }
            LatentFormat::Csv => vec![(path.to_owned(), self.to_table(','))],
            LatentFormat::Tsv => vec![(path.to_owned(), self.to_table('\t'))],
            LatentFormat::Projector => {
                let vectors: Vec<String> =
                    self.mean.chunks_exact(self.width).map(|row| join(row, "\t")).collect();
                vec![(path.to_owned(), lines(&vectors)), (beside("metadata.tsv"), self.metadata())]
            }
            #[cfg(feature = "parquet")]
            LatentFormat::Parquet => vec![(path.to_owned(), self.to_parquet())],
        }
    }

    /// What a column of numbers is called.
    fn column(&self, name: &str, unit: usize) -> String {
        let half = self.width / 2;
        match (self.are_roles, unit < half) {
            (false, _) => format!("{name}{unit}"),
            (true, true) => format!("source_{name}{unit}"),
            (true, false) => format!("target_{name}{}", unit - half),
        }
    }

    /// What tells the rows, by the name of its column.
    fn texts(&self) -> Vec<(&'static str, &[String])> {
        let texts = [("id", &self.ids), ("label", &self.labels), ("part", &self.parts)].into_iter();
        texts.filter_map(|(name, texts)| Some((name, texts.as_deref()?))).collect()
    }

    /// A line of names, then one a row.
    fn to_table(&self, mark: char) -> Vec<u8> {
        let mut writer = table::Writer::new(mark);
        let numbered = |name: &'static str| (0..self.width).map(move |column| self.column(name, column));
        let texts = self.texts();
        let of_components = if self.components.is_some() { &COMPONENT_COLUMNS[..] } else { &[] };
        let columns = texts.iter().map(|(name, _)| *name).chain(of_components.iter().copied());
        let columns = columns.map(str::to_owned).chain(numbered("z"));
        writer.row(columns.chain(self.deviation.iter().flat_map(|_| numbered("std"))));
        for row in 0..self.rows() {
            let values = |values: &[f32]| -> Vec<String> {
                values[row * self.width..][..self.width].iter().map(f32::to_string).collect()
            };
            let names = texts.iter().map(|(_, texts)| texts[row].clone());
            let deviation = self.deviation.as_deref().map(values).unwrap_or_default();
            let component = self.components.iter().flat_map(|components| components.texts(row));
            writer.row(names.chain(component).chain(values(&self.mean)).chain(deviation));
        }
        writer.finish()
    }

    /// The columns of the table, with their types.
    #[cfg(feature = "parquet")]
    fn to_parquet(&self) -> Vec<u8> {
        use aevb_data::parquet::{Column, file};
        let texts = self.texts().into_iter();
        let texts = texts.map(|(name, texts)| (name.to_owned(), Column::Text(texts.to_vec())));
        let numbers = [("z", Some(&self.mean)), ("std", self.deviation.as_ref())].into_iter();
        let numbers = numbers.filter_map(|(name, values)| values.map(|values| (name, values)));
        let numbers = numbers.flat_map(|(name, values)| {
            (0..self.width).map(move |unit| {
                let column = values.iter().skip(unit).step_by(self.width).copied().collect();
                (self.column(name, unit), Column::Single(column))
            })
        });
        file(&texts.chain(numbers).collect::<Vec<_>>()).expect("columns of one length and of valid names")
    }

    /// The projector wants a header only over two columns or more, and knows no quotes.
    fn metadata(&self) -> Vec<u8> {
        let numbers: Vec<String>;
        let mut texts = self.texts();
        if self.ids.is_none() {
            numbers = (0..self.rows()).map(|row| row.to_string()).collect();
            texts.insert(0, ("id", &numbers));
        }
        let row = |row: usize| {
            texts.iter().map(|(_, texts)| texts[row].replace('\t', " ")).collect::<Vec<_>>().join("\t")
        };
        let header = texts.iter().map(|(name, _)| *name).collect::<Vec<_>>().join("\t");
        let header = (texts.len() > 1).then_some(header);
        lines(&header.into_iter().chain((0..self.rows()).map(row)).collect::<Vec<_>>())
    }
}

/// A line for each row.
fn components_table(components: &Components) -> Vec<u8> {
    let mut writer = table::Writer::new(',');
    writer.row(COMPONENT_COLUMNS.map(str::to_owned));
    (0..components.of.len()).for_each(|row| writer.row(components.texts(row)));
    writer.finish()
}

fn join(values: &[f32], mark: &str) -> String {
    values.iter().map(f32::to_string).collect::<Vec<_>>().join(mark)
}

fn lines(values: &[String]) -> Vec<u8> {
    (values.join("\n") + "\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn latents() -> Latents {
        Latents {
            ids: Some(vec!["a".into(), "b, \"c\"".into()]),
            labels: Some(vec!["red".into(), String::new()]),
            parts: None,
            mean: vec![1.5, -2.0, 0.25, 1e-9],
            deviation: Some(vec![0.5, 1.0, 2.0, 4.0]),
            width: 2,
            communities: None,
            components: None,
            are_roles: false,
        }
    }

    fn text(latents: &Latents, format: LatentFormat) -> Vec<(String, String)> {
        let files = latents.files(format, Path::new("a/z.tsv")).into_iter();
        files
            .map(|(path, bytes)| (path.display().to_string(), String::from_utf8(bytes).expect("text")))
            .collect()
    }

    #[test]
    fn tables_have_ids_labels_means_and_deviations() {
        let csv = "id,label,z0,z1,std0,std1\na,red,1.5,-2,0.5,1\n\"b, \"\"c\"\"\",,0.25,0.000000001,2,4\n";
        assert_eq!(text(&latents(), LatentFormat::Csv), [("a/z.tsv".to_owned(), csv.to_owned())]);
        let codes = Latents { ids: None, labels: None, deviation: None, ..latents() };
        assert_eq!(text(&codes, LatentFormat::Tsv)[0].1, "z0\tz1\n1.5\t-2\n0.25\t0.000000001\n");
        let of_roles = &text(&Latents { are_roles: true, ..latents() }, LatentFormat::Csv)[0].1;
        assert!(
            of_roles.starts_with("id,label,source_z0,target_z0,source_std0,target_std0\na,red,1.5,-2,"),
            "{of_roles}"
        );
    }

    #[test]
    fn the_projector_gets_vectors_and_metadata() {
        let [vectors, metadata] = &text(&latents(), LatentFormat::Projector)[..] else { panic!("two files") };
        assert_eq!((vectors.0.as_str(), vectors.1.as_str()), ("a/z.tsv", "1.5\t-2\n0.25\t0.000000001\n"));
        assert_eq!(metadata.0, "a/z.metadata.tsv");
        assert_eq!(metadata.1, "id\tlabel\na\tred\nb, \"c\"\t\n");
        let plain = Latents { labels: None, ids: None, ..latents() };
        assert_eq!(text(&plain, LatentFormat::Projector)[1].1, "0\n1\n");
    }

    #[test]
    fn arrays_have_their_names_beside_them() {
        let files = latents().files(LatentFormat::Npy, Path::new("z.npy"));
        let names: Vec<_> = files.iter().map(|(path, _)| path.display().to_string()).collect();
        assert_eq!(names, ["z.npy", "z.std.npy", "z.ids.txt", "z.labels.txt"]);
        assert_eq!((&files[2].1[..], &files[3].1[..]), (&b"a\nb, \"c\"\n"[..], &b"red\n\n"[..]));
    }

    #[test]
    fn parts_stand_beside_labels() {
        let latents = Latents { parts: Some(vec!["train".into(), "test".into()]), ..latents() };
        let csv = &text(&latents, LatentFormat::Csv)[0].1;
        assert!(csv.starts_with("id,label,part,z0,z1,std0,std1\na,red,train,1.5,"), "{csv}");
        let metadata = &text(&latents, LatentFormat::Projector)[1].1;
        assert_eq!(metadata, "id\tlabel\tpart\na\tred\ttrain\nb, \"c\"\t\ttest\n");
        let files = latents.files(LatentFormat::Npy, Path::new("z.npy"));
        assert_eq!(files[4], (PathBuf::from("z.parts.txt"), b"train\ntest\n".to_vec()));
        assert!(files.iter().all(|(path, _)| LatentFormat::Npy.paths(Path::new("z.npy")).contains(path)));
    }

    #[test]
    fn numbers_that_are_not_finite_are_refused_by_name() {
        latents().check().expect("finite");
        let broken = Latents { deviation: Some(vec![0.5, 1.0, f32::NAN, 4.0]), ..latents() };
        assert!(broken.check().expect_err("NaN").message.contains("`b, \"c\"` is not finite"));
    }
}
