//! `[model.decoder]` of a graph: what latent vectors say of a pair of nodes, and what common neighbours do.

use aevb_models::vgae::{PairDecoderConfig, PairLink};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

use super::covariates::Covariates;
use super::graph::is_default;
use super::read::Invalid;

/// What tells links.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GraphDecoder {
    /// By latent vectors.
    pub form: PairDecoderConfig,
    /// By the training graph, beside them.
    pub covariates: Covariates,
}

impl GraphDecoder {
    pub(super) fn check(&self) -> Result<(), Invalid> {
        self.covariates.check()?;
        let kind = self.form.kind();
        let are_logits = kind.has_factors && kind.link == PairLink::Logistic;
        Invalid::unless(
            self.covariates.names.is_empty() || are_logits,
            "model.decoder.covariates",
            &format!("go with a decoder whose logits are inner products, and `{}` has none", kind.name),
            "leave them out, or set model.decoder.kind = \"scaled\"",
        )
    }
}

impl<'de> Deserialize<'de> for GraphDecoder {
    /// Its `kind` goes without saying where it is the inner product, as in `decoder.offset = true`.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut value = toml::Value::deserialize(deserializer)?;
        let mut of_covariates = toml::Table::new();
        if let toml::Value::Table(keys) = &mut value {
            for key in Covariates::KEYS {
                of_covariates.extend(keys.remove(key).map(|value| (key.to_owned(), value)));
            }
            keys.entry("kind").or_insert_with(|| PairDecoderConfig::default().kind().name.into());
        }
        let wrong = |error: toml::de::Error| de::Error::custom(error.message());
        let kind = value.get("kind").and_then(toml::Value::as_str).map(str::to_owned);
        let of_form = |error: toml::de::Error| {
            // Serde knows of the form's keys alone.
            let has_others = error.message().starts_with("unknown field")
                && !kind.is_some_and(|kind| ["mlp", "bernoulli-poisson"].contains(&kind.as_str()));
            let others = if has_others { ", `covariates`, `covariate_weights`" } else { "" };
            de::Error::custom(format!("{}{others}", error.message()))
        };
        Ok(Self {
            form: PairDecoderConfig::deserialize(value).map_err(of_form)?,
            covariates: Covariates::deserialize(of_covariates).map_err(wrong)?,
        })
    }
}

impl Serialize for GraphDecoder {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut keys = toml::Table::try_from(&self.form).map_err(ser::Error::custom)?;
        if !is_default(&self.covariates) {
            keys.extend(toml::Table::try_from(&self.covariates).map_err(ser::Error::custom)?);
        }
        keys.serialize(serializer)
    }
}
