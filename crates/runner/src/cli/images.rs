//! How images of the user's own are read.

use aevb_data::image::{Axes, Background, Classes, ImageReading, Orientation};
use clap::Args;

use super::named;
use crate::error::{Error, Result};
use crate::experiment::is_range;

/// How images are read, where their files do not tell.
#[derive(Clone, Debug, Default, Args)]
pub struct ImageReadingArguments {
    /// The size that images are brought to, or the shape of flat rows
    #[arg(long, value_name = "HEIGHT,WIDTH", value_parser = pair::<usize>)]
    pub size: Option<Pair<usize>>,
    /// What transparent pixels are laid on: white or black [default: white]
    #[arg(long, value_name = "COLOUR", value_parser = named::<Background>)]
    pub background: Option<Background>,
    /// The values in the files that become black and white
    #[arg(long, value_name = "LOW,HIGH", allow_hyphen_values = true, value_parser = pair::<f64>)]
    pub range: Option<Pair<f64>>,
    /// Which axis of an array is which, a letter each, such as NCHW or HWN
    #[arg(long, value_name = "AXES", value_parser = named::<Axes>)]
    pub axes: Option<Axes>,
    /// The array of an .npz that holds the images
    #[arg(long, value_name = "NAME")]
    pub array: Option<String>,
    /// Which folder is a picture's class: auto, first, last, path or none
    #[arg(long, value_name = "FOLDER", value_parser = named::<Classes>)]
    pub classes: Option<Classes>,
    /// Whether pictures are turned: exif or stored [default: exif]
    #[arg(long, value_name = "WHICH", value_parser = named::<Orientation>)]
    pub orientation: Option<Orientation>,
}

/// Two numbers.
pub type Pair<T> = (T, T);

fn pair<T: std::str::FromStr>(text: &str) -> Result<Pair<T>, String> {
    let inner = text.trim().trim_start_matches('[').trim_end_matches(']');
    let numbers: Option<Vec<T>> = inner.split(',').map(|number| number.trim().parse().ok()).collect();
    let numbers = numbers.and_then(|numbers| <[T; 2]>::try_from(numbers).ok());
    numbers.map(|[one, other]| (one, other)).ok_or_else(|| "two numbers are needed, such as 28,28".to_owned())
}

impl ImageReadingArguments {
    /// Whether any is given.
    pub fn is_given(&self) -> bool {
        let Self { size, background, range, axes, array, classes, orientation } = self;
        let has_numbers = size.is_some() || range.is_some();
        let has_names = background.is_some() || axes.is_some() || array.is_some();
        has_numbers || has_names || classes.is_some() || orientation.is_some()
    }

    /// What they say.
    ///
    /// # Errors
    ///
    /// A size of nothing, or a range of nothing.
    pub fn reading(&self) -> Result<ImageReading> {
        const LARGEST: usize = 1 << 16;
        let size = self.size.map(|(height, width)| [height, width]);
        if !size.iter().flatten().all(|size| (1..=LARGEST).contains(size)) {
            return Err(Error::usage(format!("--size must be two numbers between 1 and {LARGEST}"))
                .with_hint("height and width, such as 28,28"));
        }
        let range = self.range.map(|(low, high)| [low, high]);
        if !range.is_none_or(is_range) {
            return Err(Error::usage("--range must be two numbers, the first below the second".to_owned())
                .with_hint("the values that become black and white, such as 0,4095"));
        }
        Ok(ImageReading {
            size,
            background: self.background.unwrap_or_default(),
            range,
            axes: self.axes.clone(),
            array: self.array.clone(),
            classes: self.classes.unwrap_or_default(),
            orientation: self.orientation.unwrap_or_default(),
        })
    }
}
