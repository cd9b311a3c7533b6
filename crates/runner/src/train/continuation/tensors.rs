//! One run's weights in the shapes of another's.

use std::collections::{BTreeMap, HashMap};

use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::axes::Axes;
use super::names::Names;

/// What an axis of a tensor counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sort {
    Feature,
    Node,
    Column,
}

impl Sort {
    fn plural(self) -> &'static str {
        match self {
            Self::Feature => "features",
            Self::Node => "nodes",
            Self::Column => "columns",
        }
    }
}

/// Where each of the new run's things was in the old one.
struct Places {
    /// `None` of what is new.
    old: Vec<Option<usize>>,
    /// How many the old run has.
    count: usize,
    by_name: bool,
}

impl Places {
    fn kept(&self) -> usize {
        self.old.iter().flatten().count()
    }
}

/// How what is counted in one run is found in the other.
pub(super) struct Mapping<'a> {
    now: &'a Names,
    then: &'a Names,
    /// What the old run is called.
    run: &'a str,
    places: BTreeMap<Sort, Places>,
}

impl<'a> Mapping<'a> {
    /// Of two runs' names.
    pub fn new(now: &'a Names, then: &'a Names, run: &'a str) -> Self {
        Self { now, then, run, places: BTreeMap::new() }
    }

    /// The old weights in the new shapes, as a safetensors file; where there are none the drawn ones stay.
    ///
    /// # Errors
    /// If a tensor is missing, is too many, or differs in what does not grow with the data.
    pub fn weights(&mut self, old: &[u8], drawn: &[u8], axes: &Axes) -> Result<Vec<u8>, String> {
        let read = |bytes| SafeTensors::deserialize(bytes).map_err(|error| error.to_string());
        let (old, drawn) = (read(old)?, read(drawn)?);
        let mut names = drawn.names();
        names.sort_unstable();
        if let Some(name) = old.names().into_iter().find(|name| !names.contains(name)) {
            return Err(format!(
                "holds {}, which this model has not",
                name.chars().take(80).collect::<String>()
            ));
        }
        let mut made: BTreeMap<&str, (Vec<usize>, Vec<u8>)> = BTreeMap::new();
        for name in names {
            let new = drawn.tensor(name).map_err(|error| error.to_string())?;
            let known = old.tensor(name).map_err(|_| format!("lacks {name}, which this model has"))?;
            let (shape, before) = (new.shape(), known.shape());
            let growing = axes.growing(name);
            let is_alike = known.dtype() == Dtype::F32
                && shape.len() == before.len()
                && (0..shape.len())
                    .all(|at| shape[at] == before[at] || growing.is_some_and(|(axis, _)| axis == at));
            if !is_alike {
                return Err(format!("{name} is {:?} {before:?}, and F32 {shape:?} here", known.dtype()));
            }
            let mut bytes = new.data().to_vec();
            match growing {
                None => bytes.copy_from_slice(known.data()),
                Some((axis, sort)) => {
                    let places = self.places(sort, shape[axis], before[axis])?;
                    // A block is what lies behind one place of the axis: 4 bytes a value.
                    let block = 4 * shape[axis + 1..].iter().product::<usize>();
                    for outer in 0..shape[..axis].iter().product::<usize>() {
                        for (place, old) in places.old.iter().enumerate() {
                            let Some(old) = old else { continue };
                            let to = (outer * shape[axis] + place) * block;
                            let from = (outer * before[axis] + old) * block;
                            bytes[to..to + block].copy_from_slice(&known.data()[from..from + block]);
                        }
                    }
                }
            }
            made.insert(name, (shape.to_vec(), bytes));
        }
        let views = made.iter().map(|(name, (shape, bytes))| {
            (*name, TensorView::new(Dtype::F32, shape.clone(), bytes).expect("the bytes fill the shape"))
        });
        Ok(safetensors::serialize(views, None).expect("names and views are well formed"))
    }

    /// Where `now` things of a sort are among the `then` of the old run.
    fn places(&mut self, sort: Sort, now: usize, then: usize) -> Result<&Places, String> {
        if !self.places.contains_key(&sort) {
            let places = self.find(sort, now, then)?;
            if places.kept() == 0 {
                return Err(format!("none of its {} {} is one of this run's", places.count, sort.plural()));
            }
            self.places.insert(sort, places);
        }
        let places = &self.places[&sort];
        if (places.old.len(), places.count) == (now, then) {
            return Ok(places);
        }
        let (count, plural) = (places.count, sort.plural());
        Err(format!("its weights are of {then} {plural} in one place and of {count} in another"))
    }

    fn find(&self, sort: Sort, now: usize, then: usize) -> Result<Places, String> {
        let [new, old] = [self.now, self.then].map(|names| match sort {
            Sort::Feature => names.features.as_ref(),
            Sort::Node => names.nodes.as_ref(),
            Sort::Column => names.columns.as_ref(),
        });
        let plural = sort.plural();
        let (Some(new), Some(old)) = (new, old) else {
            if now == then {
                return Ok(Places { old: (0..now).map(Some).collect(), count: then, by_name: false });
            }
            return Err(format!(
                "has {then} {plural}, and this run {now}, which cannot be told apart: {} names for them",
                if new.is_none() && old.is_none() { "neither has" } else { "only one of the two has" }
            ));
        };
        if (new.len(), old.len()) != (now, then) {
            return Err(format!("has weights of {then} {plural}, and names of {}", old.len()));
        }
        let there: HashMap<&str, usize> = old.iter().map(String::as_str).zip(0..).collect();
        let old = new.iter().map(|name| there.get(name.as_str()).copied()).collect();
        Ok(Places { old, count: then, by_name: true })
    }

    /// The new run's node of each of the old run's; `None` where nodes cannot be told apart.
    pub fn nodes(&self, now: usize, then: usize) -> Option<Vec<Option<u32>>> {
        let places = self.find(Sort::Node, now, then).ok()?;
        let mut new = vec![None; then];
        for (place, old) in (0..).zip(&places.old) {
            if let Some(old) = old {
                new[*old] = Some(place);
            }
        }
        Some(new)
    }

    /// How many of each are known, new and gone.
    pub fn messages(&self) -> Vec<String> {
        let run = self.run;
        let line = |(sort, places): (&Sort, &Places)| {
            let (count, kept, plural) = (places.old.len(), places.kept(), sort.plural());
            if !places.by_name {
                return format!(
                    "the {count} {plural} are taken for those of {run} in their order: they have no names"
                );
            }
            let are = |count: usize| if count == 1 { "is" } else { "are" };
            let known = match count - kept {
                0 => format!("all {count} {plural} are those of {run}"),
                new => format!("{kept} of {count} {plural} are those of {run}, {new} {} new", are(new)),
            };
            match places.count - kept {
                0 => known,
                gone => format!("{known}; {gone} of {run} {} gone", are(gone)),
            }
        };
        let lines: Vec<String> = self.places.iter().map(line).collect();
        if lines.is_empty() { vec![format!("all weights are those of {run}")] } else { lines }
    }

    /// What there is to say of features or columns that are standardised otherwise than in the old run.
    pub fn scales(&self) -> Option<String> {
        let sort = [Sort::Column, Sort::Feature].into_iter().find(|sort| self.places.contains_key(sort))?;
        let places = &self.places[&sort];
        let is_other = |place: usize, old: usize| {
            let of = |names: &Names, place: usize| match &names.scales {
                Some((means, deviations)) => {
                    [means.get(place), deviations.get(place)].map(|value| value.copied())
                }
                None => [Some(0.0), Some(1.0)],
            };
            let ([Some(mean), Some(deviation)], [Some(other), Some(spread)]) =
                (of(self.now, place), of(self.then, old))
            else {
                return true;
            };
            (mean - other).abs() > 0.1 * spread || !(0.9..=1.1).contains(&(deviation / spread))
        };
        let known = places.old.iter().enumerate().filter_map(|(place, old)| Some((place, (*old)?)));
        let others = known.filter(|&(place, old)| is_other(place, old)).count();
        (others > 0).then(|| {
            let plural = sort.plural();
            format!(
                "{others} of the {plural} have another mean or deviation than in {}, by more than a tenth: their weights \
                 have to adapt",
                self.run
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(tensors: &[(&str, &[usize], &[f32])]) -> Vec<u8> {
        let bytes: Vec<Vec<u8>> = tensors
            .iter()
            .map(|(_, _, values)| values.iter().flat_map(|value| value.to_le_bytes()).collect())
            .collect();
        let views = tensors.iter().zip(&bytes).map(|((name, shape, _), bytes)| {
            (*name, TensorView::new(Dtype::F32, shape.to_vec(), bytes).expect("well formed"))
        });
        safetensors::serialize(views, None).expect("well formed")
    }

    fn values(bytes: &[u8], name: &str) -> Vec<f32> {
        let file = SafeTensors::deserialize(bytes).expect("well formed");
        let (words, _) = file.tensor(name).expect("there").data().as_chunks::<4>();
        words.iter().map(|word| f32::from_le_bytes(*word)).collect()
    }

    fn named(names: &[&str]) -> Option<Vec<String>> {
        Some(names.iter().map(|&name| name.to_owned()).collect())
    }

    /// Of a table's model with one hidden layer.
    fn table() -> Axes {
        let first = [("encoder.hidden.layers.0.weight", (0, Sort::Column))];
        let output =
            [("decoder.output.weight", (1, Sort::Column)), ("decoder.output.bias", (0, Sort::Column))];
        Axes(first.into_iter().chain(output).map(|(name, axis)| (name.to_owned(), axis)).collect())
    }

    #[test]
    fn rows_and_columns_follow_their_names() {
        let then = Names { columns: named(&["a", "b"]), ..Names::default() };
        let now = Names { columns: named(&["b", "new", "a"]), ..Names::default() };
        let old = file(&[
            ("decoder.output.bias", &[2], &[1.0, 2.0]),
            ("decoder.output.weight", &[2, 2], &[1.0, 2.0, 3.0, 4.0]),
            ("encoder.hidden.layers.0.weight", &[2, 2], &[1.0, 2.0, 3.0, 4.0]),
            ("encoder.mean.weight", &[2, 1], &[7.0, 8.0]),
        ]);
        let drawn = file(&[
            ("decoder.output.bias", &[3], &[-1.0; 3]),
            ("decoder.output.weight", &[2, 3], &[-1.0; 6]),
            ("encoder.hidden.layers.0.weight", &[3, 2], &[-1.0; 6]),
            ("encoder.mean.weight", &[2, 1], &[-1.0; 2]),
        ]);
        let mut mapping = Mapping::new(&now, &then, "runs/a");
        let made = mapping.weights(&old, &drawn, &table()).expect("alike");
        assert_eq!(values(&made, "decoder.output.bias"), [2.0, -1.0, 1.0]);
        assert_eq!(values(&made, "decoder.output.weight"), [2.0, -1.0, 1.0, 4.0, -1.0, 3.0]);
        assert_eq!(values(&made, "encoder.hidden.layers.0.weight"), [3.0, 4.0, -1.0, -1.0, 1.0, 2.0]);
        assert_eq!(values(&made, "encoder.mean.weight"), [7.0, 8.0]);
        assert_eq!(mapping.messages(), ["2 of 3 columns are those of runs/a, 1 is new"]);
    }

    #[test]
    fn what_differs_is_named() {
        let names = Names { columns: named(&["a"]), ..Names::default() };
        let old = file(&[("encoder.hidden.layers.0.weight", &[1, 2], &[1.0, 2.0]), ("x", &[1], &[0.0])]);
        let problem = |old: &[u8], drawn: &[u8], now: &Names| {
            Mapping::new(now, &names, "runs/a").weights(old, drawn, &table()).expect_err("refused")
        };
        let drawn = file(&[("encoder.hidden.layers.0.weight", &[1, 3], &[0.0; 3]), ("x", &[1], &[0.0])]);
        let expected = "encoder.hidden.layers.0.weight is F32 [1, 2], and F32 [1, 3] here";
        assert_eq!(problem(&old, &drawn, &names), expected);
        let less = file(&[("encoder.hidden.layers.0.weight", &[1, 2], &[0.0; 2])]);
        assert_eq!(problem(&old, &less, &names), "holds x, which this model has not");
        assert_eq!(problem(&less, &old, &names), "lacks x, which this model has");
        let others = Names { columns: named(&["b"]), ..Names::default() };
        assert_eq!(problem(&old, &old, &others), "none of its 1 columns is one of this run's");
        let more = file(&[("encoder.hidden.layers.0.weight", &[2, 2], &[0.0; 4]), ("x", &[1], &[0.0])]);
        let unnamed = problem(&old, &more, &Names::default());
        assert!(unnamed.ends_with("only one of the two has names for them"), "{unnamed}");
    }

    #[test]
    fn without_names_places_count_where_there_are_as_many() {
        let axes = Axes([("hidden.0.weight".to_owned(), (0, Sort::Node))].into());
        let names = Names::default();
        let old = file(&[("hidden.0.weight", &[2, 1], &[1.0, 2.0])]);
        let mut mapping = Mapping::new(&names, &names, "runs/a");
        assert_eq!(mapping.weights(&old, &old, &axes).expect("as many"), old);
        assert!(mapping.messages()[0].contains("in their order"), "{:?}", mapping.messages());
        let more = file(&[("hidden.0.weight", &[3, 1], &[0.0; 3])]);
        let problem = Mapping::new(&names, &names, "runs/a").weights(&old, &more, &axes).expect_err("grown");
        assert!(problem.ends_with("neither has names for them"), "{problem}");
    }
}
