//! What a machine offers, and which of it a request means.

use std::cmp::Reverse;
use std::fmt;

use aevb_models::adapter::AdapterKind;
use serde::Serialize;

use super::Request;
use crate::error::{Error, Result};

/// A line of `aevb devices`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeviceRow {
    /// The name that `--device` takes.
    pub name: String,
    /// What sort of device it is.
    pub kind: Kind,
    /// The device's own name, and by what it is computed on.
    pub description: String,
    /// Why it is not computed on, where it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_used: Option<String>,
}

/// What sort of device it is, from the worst to the best for `auto`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The CPU, by a backend of its own.
    Cpu,
    /// The CPU behind a graphics driver, such as lavapipe.
    Software,
    /// An adapter whose driver does not say what it is.
    Other,
    /// A GPU lent to a virtual machine.
    Virtual,
    /// A GPU beside the CPU on one chip.
    Integrated,
    /// A graphics card.
    Discrete,
}

impl From<AdapterKind> for Kind {
    fn from(kind: AdapterKind) -> Self {
        match kind {
            AdapterKind::Software => Self::Software,
            AdapterKind::Other => Self::Other,
            AdapterKind::Virtual => Self::Virtual,
            AdapterKind::Integrated => Self::Integrated,
            AdapterKind::Discrete => Self::Discrete,
        }
    }
}

impl Kind {
    /// Whether `auto` and `wgpu` may choose it.
    fn is_hardware_gpu(self) -> bool {
        self >= Self::Virtual
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Cpu => "cpu",
            Self::Software => "software",
            Self::Other => "other",
            Self::Virtual => "virtual",
            Self::Integrated => "integrated",
            Self::Discrete => "discrete",
        })
    }
}

/// The row that a name means. `not_used` are those that are there and refused; they are asked for where no other is meant.
///
/// # Errors
///
/// A name that is none, a device that is not among the rows, and one that is not used; the hint lists those that are.
pub(super) fn choose(
    name: &str,
    rows: &[DeviceRow],
    not_used: impl FnOnce() -> Vec<DeviceRow>,
) -> Result<usize> {
    let request = Request::parse(name);
    let named = |name: &str| rows.iter().position(|row| row.name == name);
    let best_gpu = |interface: &str| {
        let gpus = rows.iter().enumerate().filter(|(_, row)| row.kind.is_hardware_gpu());
        let gpus = gpus.filter(|(_, row)| row.name.starts_with(interface));
        gpus.max_by_key(|(index, row)| (row.kind, Reverse(*index))).map(|(index, _)| index)
    };
    let chosen = match request {
        Some(Request::Auto) => best_gpu("").or_else(|| named("flex")),
        Some(Request::Wgpu) => best_gpu("wgpu"),
        Some(
            request @ (Request::Flex
            | Request::NdArray
            | Request::WgpuRow(_)
            | Request::Cuda(_)
            | Request::Rocm(_)),
        ) => named(&request.to_string()),
        None => None,
    };
    chosen.ok_or_else(|| {
        let not_used = not_used();
        let meant = request.map(|request| request.to_string());
        let refused = not_used.iter().find(|row| Some(&row.name) == meant.as_ref());
        let message = match (request, refused) {
            (None, _) => format!("device `{name}` is unknown"),
            (Some(_), Some(DeviceRow { description, not_used: Some(reason), .. })) => {
                format!("device `{name}`: {description}, is not used: {reason}")
            }
            (Some(Request::Wgpu), _) => format!("device `{name}`: no hardware GPU is to be found"),
            (Some(_), _) => format!("device `{name}`: there is no such device"),
        };
        Error::usage(message).with_hint(format!("here there are: {}", names(rows, &not_used)))
    })
}

/// The names with what they are: "flex, ndarray, wgpu:0 (software); not used: wgpu:1".
pub(super) fn names(rows: &[DeviceRow], not_used: &[DeviceRow]) -> String {
    let name = |row: &DeviceRow| match row.kind {
        Kind::Cpu => row.name.clone(),
        kind => format!("{} ({kind})", row.name),
    };
    let used = rows.iter().map(name).collect::<Vec<_>>().join(", ");
    match not_used {
        [] => used,
        not_used => {
            let names: Vec<_> = not_used.iter().map(|row| row.name.as_str()).collect();
            format!("{used}; not used: {}", names.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(gpus: &[Kind]) -> Vec<DeviceRow> {
        let row = |name: String, kind| DeviceRow { name, kind, description: String::new(), not_used: None };
        let cpus = [row("flex".into(), Kind::Cpu), row("ndarray".into(), Kind::Cpu)];
        let gpus = gpus.iter().enumerate().map(|(index, &kind)| row(format!("wgpu:{index}"), kind));
        cpus.into_iter().chain(gpus).collect()
    }

    fn chosen(name: &str, gpus: &[Kind]) -> Result<String> {
        let rows = machine(gpus);
        choose(name, &rows, Vec::new).map(|index| rows[index].name.clone())
    }

    /// A graphics card that is only reached by OpenGL, after one row by Vulkan.
    fn opengl() -> Vec<DeviceRow> {
        let (description, reason) = ("Card, by OpenGL".to_owned(), "it forgets NaNs".to_owned());
        let not_used = Some(reason);
        vec![DeviceRow { name: "wgpu:1".into(), kind: Kind::Discrete, description, not_used }]
    }

    #[test]
    fn what_is_not_used_is_never_chosen_and_refused_with_its_reason() {
        let rows = machine(&[Kind::Software]);
        let refused = |name: &str| choose(name, &rows, opengl).expect_err("refused");
        assert_eq!(
            refused("wgpu:1").message,
            "device `wgpu:1`: Card, by OpenGL, is not used: it forgets NaNs"
        );
        let hint = "here there are: flex, ndarray, wgpu:0 (software); not used: wgpu:1";
        for name in ["wgpu:1", "wgpu", "wgpu:2", "gpu"] {
            assert_eq!((refused(name).hint.as_deref(), refused(name).exit_code()), (Some(hint), 2), "{name}");
        }
        assert_eq!(refused("wgpu").message, "device `wgpu`: no hardware GPU is to be found");
        assert_eq!(choose("auto", &rows, opengl).map(|row| rows[row].name.as_str()), Ok("flex"));
        assert_eq!(choose("wgpu:0", &rows, opengl), Ok(2));
    }

    #[test]
    fn auto_takes_the_best_hardware_gpu_or_else_flex() {
        let all =
            [Kind::Software, Kind::Other, Kind::Integrated, Kind::Discrete, Kind::Discrete, Kind::Virtual];
        assert_eq!(chosen("auto", &all).as_deref(), Ok("wgpu:3"));
        assert_eq!(chosen("wgpu", &all).as_deref(), Ok("wgpu:3"));
        assert_eq!(chosen("auto", &[Kind::Software, Kind::Other]).as_deref(), Ok("flex"));
        assert_eq!(chosen("auto", &[]).as_deref(), Ok("flex"));
    }

    #[test]
    fn a_card_that_wgpu_does_not_reach_is_taken_by_its_makers_interface() {
        let cuda = DeviceRow {
            name: "cuda:0".into(),
            kind: Kind::Discrete,
            description: String::new(),
            not_used: None,
        };
        let with_cuda = |gpus: &[Kind]| machine(gpus).into_iter().chain([cuda.clone()]).collect::<Vec<_>>();
        let chosen = |name: &str, rows: &[DeviceRow]| {
            choose(name, rows, Vec::new).map(|index| rows[index].name.clone())
        };
        let both = with_cuda(&[Kind::Discrete]);
        assert_eq!(chosen("auto", &both).as_deref(), Ok("wgpu:0"));
        assert_eq!(chosen("cuda", &both).as_deref(), Ok("cuda:0"));
        let alone = with_cuda(&[Kind::Software]);
        assert_eq!(chosen("auto", &alone).as_deref(), Ok("cuda:0"));
        assert!(chosen("wgpu", &alone).is_err());
    }

    #[test]
    fn a_software_adapter_is_only_taken_by_its_row() {
        assert_eq!(chosen("wgpu:0", &[Kind::Software]).as_deref(), Ok("wgpu:0"));
        let error = chosen("wgpu", &[Kind::Software]).expect_err("no hardware");
        assert_eq!(
            (error.exit_code(), error.message.as_str()),
            (2, "device `wgpu`: no hardware GPU is to be found")
        );
        assert_eq!(error.hint.as_deref(), Some("here there are: flex, ndarray, wgpu:0 (software)"));
    }

    #[test]
    fn missing_and_unknown_devices_list_those_there_are() {
        let error = chosen("wgpu:1", &[Kind::Discrete]).expect_err("one row only");
        assert_eq!(error.message, "device `wgpu:1`: there is no such device");
        assert_eq!(error.hint.as_deref(), Some("here there are: flex, ndarray, wgpu:0 (discrete)"));
        assert_eq!(chosen("gpu", &[]).expect_err("unknown").message, "device `gpu` is unknown");
    }
}
