use super::tags::Tags;
use crate::error::{Error, Result};

/// So many examples, with a label and a name each where these are known.
pub trait ExampleSet: Sized {
    /// What several of them are called: images or rows.
    fn plural(&self) -> &'static str;

    /// How many they are, and their labels and names.
    fn tags(&self) -> &Tags;

    /// The same, to change; they stay as many.
    #[doc(hidden)]
    fn tags_mut(&mut self) -> &mut Tags;

    /// The examples named by `indices`, in that order; an index may occur again.
    ///
    /// # Panics
    /// If `indices` is empty or names an example that is not there.
    #[must_use]
    fn select(&self, indices: &[u32]) -> Self;

    /// The number of examples, at least 1.
    fn count(&self) -> usize {
        self.tags().count
    }

    /// The label of each, where labels are known.
    fn labels(&self) -> Option<&[u8]> {
        self.tags().labels.as_deref()
    }

    /// The name of each label, where labels have names.
    fn label_names(&self) -> Option<&[String]> {
        self.tags().label_names.as_deref()
    }

    /// What their source calls each.
    fn names(&self) -> Option<&[String]> {
        self.tags().names.as_deref()
    }

    /// What the label of an example says, its name where labels have names; none where labels are not known.
    ///
    /// # Panics
    /// If there is no such example.
    fn label_text(&self, index: usize) -> Option<String> {
        let label = self.labels()?[index];
        let names = self.label_names();
        Some(names.map_or_else(|| label.to_string(), |names| names[usize::from(label)].clone()))
    }

    /// The examples with a label each.
    ///
    /// # Errors
    /// If there are more or fewer labels than examples.
    fn with_labels(mut self, labels: Vec<u8>) -> Result<Self> {
        if labels.len() != self.count() {
            let message = format!("{} labels for {} {}", labels.len(), self.count(), self.plural());
            return Err(
                Error::mismatch("labels", message).with_hint("take both files from the same data set")
            );
        }
        self.tags_mut().labels = Some(labels);
        Ok(self)
    }

    /// The examples with a name for each label.
    ///
    /// # Errors
    /// If a label has no name.
    fn with_label_names(mut self, names: Vec<String>) -> Result<Self> {
        match self.labels().into_iter().flatten().find(|label| usize::from(**label) >= names.len()) {
            None => {
                self.tags_mut().label_names = Some(names);
                Ok(self)
            }
            Some(label) => {
                let message = format!("{} for the label {label}", names.len());
                Err(Error::mismatch("label names", message).with_hint("name every label"))
            }
        }
    }

    /// The same examples without labels.
    #[must_use]
    fn without_labels(mut self) -> Self {
        let tags = self.tags_mut();
        (tags.labels, tags.label_names) = (None, None);
        self
    }

    /// The examples with a name each.
    ///
    /// # Errors
    /// If there are more or fewer names than examples.
    fn with_names(mut self, names: Vec<String>) -> Result<Self> {
        if names.len() != self.count() {
            let message = format!("{} names for {} {}", names.len(), self.count(), self.plural());
            return Err(Error::mismatch("names", message).with_hint("give one each"));
        }
        self.tags_mut().names = Some(names);
        Ok(self)
    }

    /// The same examples; what has no names is known by its number in its file, from 0: parts are drawn at random, and other
    /// files are of their own.
    #[must_use]
    fn numbered(mut self) -> Self {
        let count = self.count();
        let numbers = || (0..count).map(|number| number.to_string()).collect();
        self.tags_mut().names.get_or_insert_with(numbers);
        self
    }
}
