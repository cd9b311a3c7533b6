use burn::module::{Content, Module, ModuleDisplay, ModuleDisplayDefault, ModuleMapper, ModuleVisitor};
use burn::tensor::Device;

use super::linear::Linear;

/// Last layers over the same hidden ones, each by its name: the paths of their parameters have that name, where those of a
/// list would have a number.
#[derive(Clone, Debug)]
pub struct Heads {
    /// The layers, each with its name.
    pub layers: Vec<(&'static str, Linear)>,
}

impl Heads {
    const CONTAINER: &'static str = "Heads";

    /// The layer of a name.
    pub fn get(&self, name: &str) -> Option<&Linear> {
        self.layers.iter().find(|(known, _)| *known == name).map(|(_, layer)| layer)
    }

    fn each(self, change: impl Fn(Linear) -> Linear) -> Self {
        Self { layers: self.layers.into_iter().map(|(name, layer)| (name, change(layer))).collect() }
    }
}

impl Module for Heads {
    fn collect_devices(&self, devices: Vec<Device>) -> Vec<Device> {
        self.layers.iter().fold(devices, |devices, (_, layer)| layer.collect_devices(devices))
    }

    fn fork(self, device: &Device) -> Self {
        self.each(|layer| layer.fork(device))
    }

    fn to_device(self, device: &Device) -> Self {
        self.each(|layer| layer.to_device(device))
    }

    fn train(self) -> Self {
        self.each(Module::train)
    }

    fn valid(&self) -> Self {
        self.clone().each(|layer| layer.valid())
    }

    fn materialize(self) -> Self {
        self.each(Module::materialize)
    }

    fn visit<V: ModuleVisitor>(&self, visitor: &mut V) {
        for (name, layer) in &self.layers {
            visitor.enter_module(name, Self::CONTAINER);
            layer.visit(visitor);
            visitor.exit_module(name, Self::CONTAINER);
        }
    }

    fn map<M: ModuleMapper>(self, mapper: &mut M) -> Self {
        let layers = self.layers.into_iter().map(|(name, layer)| {
            mapper.enter_module(name, Self::CONTAINER);
            let layer = layer.map(mapper);
            mapper.exit_module(name, Self::CONTAINER);
            (name, layer)
        });
        Self { layers: layers.collect() }
    }
}

impl ModuleDisplayDefault for Heads {
    fn content(&self, content: Content) -> Option<Content> {
        self.layers.iter().fold(content, |content, (name, layer)| content.add(name, layer)).optional()
    }
}

impl ModuleDisplay for Heads {}
