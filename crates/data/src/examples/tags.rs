/// What is known of some examples beside their values.
#[derive(Clone, Debug, PartialEq)]
pub struct Tags {
    pub(super) count: usize,
    /// One each.
    pub(super) labels: Option<Vec<u8>>,
    /// One for each label.
    pub(super) label_names: Option<Vec<String>>,
    /// What each example is called.
    pub(super) names: Option<Vec<String>>,
}

impl Tags {
    /// Neither labels nor names of so many examples.
    pub(crate) fn none(count: usize) -> Self {
        Self { count, labels: None, label_names: None, names: None }
    }

    /// Those of the examples that `indices` name.
    ///
    /// # Panics
    /// If `indices` is empty or names an example that is not there.
    pub(crate) fn select(&self, indices: &[u32]) -> Self {
        assert!(!indices.is_empty(), "a selection holds at least one example");
        Self {
            count: indices.len(),
            labels: self.labels.as_ref().map(|labels| chosen(labels, 1, indices)),
            label_names: self.label_names.clone(),
            names: self.names.as_ref().map(|names| chosen(names, 1, indices)),
        }
    }

    /// Takes those of the examples from `start` on away and returns them.
    pub(crate) fn split_off(&mut self, start: usize) -> Self {
        let count = self.count - start;
        self.count = start;
        Self {
            count,
            labels: self.labels.as_mut().map(|labels| labels.split_off(start)),
            label_names: self.label_names.clone(),
            names: self.names.as_mut().map(|names| names.split_off(start)),
        }
    }
}

/// The examples of `size` values each that `indices` name.
pub(crate) fn chosen<T: Clone>(values: &[T], size: usize, indices: &[u32]) -> Vec<T> {
    let mut chosen = Vec::with_capacity(indices.len() * size);
    for index in indices {
        chosen.extend_from_slice(&values[*index as usize * size..][..size]);
    }
    chosen
}
