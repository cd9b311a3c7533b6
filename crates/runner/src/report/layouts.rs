//! The planes in which codes are drawn, and how well near codes are of one class there.

use serde::Serialize;

use super::html::{base64_of, escape};
use super::neighbour_layout::{FEWEST_ROWS, MOST_ROWS, NEIGHBOURS, NeighbourLayout, neighbour_layout};
use super::neighbours::{Accuracy, class_accuracy};
use super::percent;
use super::principal_axes::principal_plane;

/// Codes in a plane.
pub(super) struct Layout {
    /// As the reader chooses it.
    pub name: &'static str,
    /// `[rows, 2]`
    pub points: Vec<f32>,
    /// The names of the axes.
    pub axes: [String; 2],
    /// What it is, where it is not exact in what, and why there is no other.
    pub about: String,
}

/// A layout as the page's scripts read it.
#[derive(Serialize)]
pub(super) struct LayoutData<'a> {
    name: &'a str,
    points: String,
    axes: &'a [String; 2],
    about: &'a str,
}

impl Layout {
    /// The layouts of codes `[rows, latent]`, the one to begin with first: the codes themselves where they have one or two
    /// dimensions; else by neighbours, where there are neither too few nor too many, and along the principal axes.
    pub(super) fn of(codes: &[f32], latent: usize) -> Vec<Self> {
        let plain = |name, axes: [&str; 2], points| {
            let about = "The latent dimensions themselves, as the model has them.".to_owned();
            vec![Self { name, points, axes: axes.map(str::to_owned), about }]
        };
        if latent == 2 {
            return plain("latent dimensions", ["z1", "z2"], codes.to_vec());
        }
        if latent == 1 {
            let points = codes.iter().flat_map(|&code| [code, 0.0]).collect();
            return plain("latent dimension", ["z1", ""], points);
        }
        let plane = principal_plane(codes, latent);
        let near =
            neighbour_layout(codes, latent, &plane.points).map(|near| Self::of_neighbours(near, latent));
        let axes = plane.axis_names();
        let about = principal_axes_text(plane.shares, latent, codes.len() / latent);
        near.into_iter().chain([Self { name: "principal axes", points: plane.points, axes, about }]).collect()
    }

    fn of_neighbours(NeighbourLayout { points, recall }: NeighbourLayout, latent: usize) -> Self {
        let sure = match recall {
            None => "exact".to_owned(),
            Some(share) => format!("approximate: {} of those of 100 sampled rows were found", percent(share)),
        };
        let about = format!(
            "UMAP of all {latent} latent dimensions: what is near in them is near here; distances between groups and the \
             axes mean little. Each row's {NEIGHBOURS} nearest neighbours are {sure}."
        );
        let axes = ["UMAP 1 (no unit)", "UMAP 2 (no unit)"].map(str::to_owned);
        Self { name: "by neighbours (UMAP)", points, axes, about }
    }

    /// Its first rows for the page.
    pub(super) fn data(&self, rows: usize) -> LayoutData<'_> {
        let points = base64_of(&self.points[..2 * rows], f32::to_le_bytes);
        LayoutData { name: self.name, points, axes: &self.axes, about: &self.about }
    }
}

fn principal_axes_text(shares: [f64; 2], latent: usize, rows: usize) -> String {
    let alone = match rows {
        rows if rows > MOST_ROWS => {
            format!(" More than {MOST_ROWS} rows are not laid out by neighbours (UMAP).")
        }
        rows if rows < FEWEST_ROWS => {
            format!(" Fewer than {FEWEST_ROWS} rows are not laid out by neighbours (UMAP).")
        }
        _ => String::new(),
    };
    format!(
        "The plane in which the codes vary most: a projection that shows {} of the variance in {latent} latent dimensions.{alone}",
        percent(shares[0] + shares[1])
    )
}

/// What the layout that is shown is, which the page keeps up to date.
pub(super) fn layout_text(layouts: &[Layout]) -> String {
    format!("<p class=\"hint\" id=\"about-layout\">{}</p>\n", escape(&layouts[0].about))
}

/// A choice between layouts, where there is one.
pub(super) fn layout_choice(layouts: &[Layout]) -> String {
    if layouts.len() < 2 {
        return String::new();
    }
    let option =
        |(index, layout): (usize, &Layout)| format!("<option value=\"{index}\">{}</option>", layout.name);
    let options: String = layouts.iter().enumerate().map(option).collect();
    format!("<label>Layout <select id=\"layout\">{options}</select></label>\n")
}

/// In how many of the rows the five nearest neighbours name the class: in all dimensions, and in each layout.
pub(super) fn accuracy_text(
    codes: &[f32],
    latent: usize,
    layouts: &[Layout],
    classes: &[Option<u16>],
    row: &str,
) -> String {
    let accuracy = |values, columns| match classes {
        [] => None,
        classes => class_accuracy(values, columns, classes),
    };
    let Some(Accuracy { share, known, every }) = accuracy(codes, latent) else { return String::new() };
    let all = percent(share);
    let of = if known == classes.len() {
        format!("all {row}s")
    } else {
        format!("the {known} {row}s with a class")
    };
    let of = if every == 1 { of } else { format!("{of} (one in {every} was asked)") };
    if latent <= 2 {
        return format!("The five nearest neighbours of a {row} name its class for {all} of {of}.");
    }
    let drawn: Vec<String> = layouts
        .iter()
        .filter_map(|layout| {
            Some(format!("{} in the layout “{}”", percent(accuracy(&layout.points, 2)?.share), layout.name))
        })
        .collect();
    format!(
        "The five nearest neighbours of a {row} name its class for {all} of {of} in all {latent} dimensions, for {}.",
        drawn.join(" and ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_dimensions_are_drawn_as_they_are_and_more_in_two_ways() {
        let codes: Vec<f32> = (0..120).map(|index| (index * 37 % 101) as f32).collect();
        let names = |latent| Layout::of(&codes, latent).iter().map(|layout| layout.name).collect::<Vec<_>>();
        assert_eq!(names(2), ["latent dimensions"]);
        assert_eq!(names(3), ["by neighbours (UMAP)", "principal axes"]);
        assert_eq!(names(1), ["latent dimension"]);
        // 12 rows are too few for neighbours.
        assert_eq!(names(10), ["principal axes"]);
        assert!(layout_choice(&Layout::of(&codes, 3)).contains("<option value=\"1\">principal axes"));
    }

    #[test]
    fn without_classes_nothing_is_said_of_them() {
        assert_eq!(accuracy_text(&[0.0; 20], 2, &[], &[], "node"), "");
        let text = accuracy_text(&[0.0; 20], 2, &[], &[Some(1); 10], "node");
        assert_eq!(text, "The five nearest neighbours of a node name its class for 100.00 % of all nodes.");
        let classes: Vec<_> = (0..10).map(|row| (row < 7).then_some(1)).collect();
        let text = accuracy_text(&[0.0; 20], 2, &[], &classes, "node");
        assert!(text.ends_with("for 100.00 % of the 7 nodes with a class."), "{text}");
        let text = accuracy_text(&[0.0; 20_002], 1, &[], &[Some(1); 20_002], "image");
        assert!(text.ends_with("of all images (one in 3 was asked)."), "{text}");
    }
}
