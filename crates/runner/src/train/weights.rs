//! Weights as safetensors, named by their path in the model: `hidden.0.weight`, `mean.weight`, `log_sigma.weight`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use aevb_data::files::read_at_most;
use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::{Device, Tensor, TensorData};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use crate::error::{Error, Result};

const HINT: &str =
    "weights are written when a run ends or is interrupted; `--checkpoint latest` takes those before";

/// The weights in the order of their names, so that equal models give equal bytes.
pub(super) fn to_bytes(model: &impl Module) -> Vec<u8> {
    let mut collector = Collector::default();
    model.visit(&mut collector);
    let views = collector.tensors.iter().map(|(name, (shape, bytes))| {
        (name, TensorView::new(Dtype::F32, shape.clone(), bytes).expect("the bytes fill the shape"))
    });
    safetensors::serialize(views, None).expect("names and views are well formed")
}

/// The model with its weights replaced by those of a file.
///
/// # Errors
/// If the file is no safetensors file, or lacks a weight, or has one of another shape or type, or one too many.
pub(super) fn load<M: Module>(model: M, path: &Path) -> Result<M> {
    const HEADER: usize = 1 << 20;
    let bytes = read_at_most(path, (4 * model.num_params() + HEADER) as u64)
        .map_err(|error| Error::from(error).with_hint(HINT))?;
    from_bytes(model, &bytes, path)
}

/// The model with its weights replaced by those that a file holds.
///
/// # Errors
/// As [`load`].
pub(super) fn from_bytes<M: Module>(model: M, bytes: &[u8], path: &Path) -> Result<M> {
    let file = SafeTensors::deserialize(bytes)
        .map_err(|error| Error::failed(format!("{}: {error}", path.display())).with_hint(HINT))?;
    assign(model, &file).map_err(|problem| {
        Error::failed(format!("{}: {problem}", path.display()))
            .with_hint("the weights are those of another configuration")
    })
}

/// Where weights come from.
pub(super) trait Source {
    /// The names of all of them.
    fn names(&self) -> Vec<String>;

    /// The values of one, row-major.
    ///
    /// # Errors
    /// If there is none of this name, or it is of another shape or type.
    fn values(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, String>;
}

/// The model with its weights replaced by those of a source, which has no others.
pub(super) fn assign<M: Module>(model: M, source: &dyn Source) -> Result<M, String> {
    let mut loader = Loader { names: Names::default(), source, loaded: BTreeSet::new(), problem: None };
    let model = model.map(&mut loader);
    if let Some(problem) = loader.problem {
        return Err(problem);
    }
    match source.names().iter().find(|name| !loader.loaded.contains(*name)) {
        None => Ok(model),
        // A name may be anything, and long.
        Some(name) => {
            Err(format!("holds {}, which the model has not", name.chars().take(80).collect::<String>()))
        }
    }
}

impl Source for SafeTensors<'_> {
    fn names(&self) -> Vec<String> {
        SafeTensors::names(self).into_iter().map(str::to_owned).collect()
    }

    fn values(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, String> {
        let view = self.tensor(name).map_err(|_| format!("lacks {name}"))?;
        if view.dtype() != Dtype::F32 || view.shape() != shape {
            return Err(format!("{name} is {:?} {:?}, not F32 {shape:?}", view.dtype(), view.shape()));
        }
        let (words, _) = view.data().as_chunks::<4>();
        Ok(words.iter().map(|word| f32::from_le_bytes(*word)).collect())
    }
}

/// The rows of the first of these weights that is there.
///
/// # Errors
/// If the file is no safetensors file, or has none of them.
pub(super) fn rows(path: &Path, names: &[&str]) -> Result<usize> {
    const LARGEST: u64 = 1 << 33;
    let wrong = |problem: &dyn std::fmt::Display| Error::failed(format!("{}: {problem}", path.display()));
    let bytes = read_at_most(path, LARGEST)?;
    let file = SafeTensors::deserialize(&bytes).map_err(|error| wrong(&error))?;
    let found = names.iter().find_map(|name| file.tensor(name).ok());
    found
        .and_then(|weights| weights.shape().first().copied())
        .ok_or_else(|| wrong(&format!("lacks {}", names.join(" and "))))
}

/// A parameter of a model, without its value.
pub(super) struct Parameter {
    pub id: ParamId,
    /// Its path in the model, such as `hidden.0.weight`.
    pub path: String,
    pub shape: Vec<usize>,
    /// Where it is, without automatic differentiation.
    pub device: Device,
}

/// The parameters in the order in which the model holds them.
pub(super) fn parameters(model: &impl Module) -> Vec<Parameter> {
    let mut lister = Lister::default();
    model.visit(&mut lister);
    lister.parameters
}

#[derive(Default)]
struct Names(Vec<String>);

impl Names {
    /// A variant of an enum is no part of the name, nor is a decoder's list of heads, where each has a name, or its form.
    fn enter(&mut self, name: &str, container: &str) {
        const SILENT: [(&str, &str); 2] = [("Struct:Decoder", "heads"), ("Struct:PairDecoder", "form")];
        let is_silent = container.starts_with("Enum:") || SILENT.contains(&(container, name));
        self.0.push(if is_silent { String::new() } else { name.to_owned() });
    }

    fn path(&self) -> String {
        self.0.iter().filter(|name| !name.is_empty()).map(String::as_str).collect::<Vec<_>>().join(".")
    }
}

#[derive(Default)]
struct Collector {
    names: Names,
    tensors: BTreeMap<String, (Vec<usize>, Vec<u8>)>,
}

impl ModuleVisitor for Collector {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.names.enter(name, container);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.names.0.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let values = param.val().into_data().try_into_vec::<f32>().expect("weights are F32");
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        let before = self.tensors.insert(self.names.path(), (param.val().dims().to_vec(), bytes));
        assert!(before.is_none(), "{} names two parameters of the model", self.names.path());
    }
}

#[derive(Default)]
struct Lister {
    names: Names,
    parameters: Vec<Parameter>,
}

impl ModuleVisitor for Lister {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.names.enter(name, container);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.names.0.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = param.val();
        self.parameters.push(Parameter {
            id: param.id,
            path: self.names.path(),
            shape: value.dims().to_vec(),
            device: value.inner().device(),
        });
    }
}

struct Loader<'a> {
    names: Names,
    source: &'a dyn Source,
    loaded: BTreeSet<String>,
    problem: Option<String>,
}

impl ModuleMapper for Loader<'_> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.names.enter(name, container);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.names.0.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let name = self.names.path();
        match self.source.values(&name, &param.val().dims()) {
            Ok(values) => {
                self.loaded.insert(name);
                param.map(|tensor| {
                    let data = TensorData::new(values, tensor.dims());
                    Tensor::from_data(data, &tensor.device()).require_grad()
                })
            }
            Err(problem) => {
                self.problem.get_or_insert(problem);
                param
            }
        }
    }
}
