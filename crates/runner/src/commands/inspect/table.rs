use std::fmt::Write;
use std::path::Path;

use aevb_data::table::{Table, TableReading};

use super::command::{TrainCommand, in_configurations};
use crate::error::Result;
use crate::output;
use crate::train::Shape;

/// Columns and rows that are shown.
const SHOWN_COLUMNS: usize = 20;
const SHOWN_ROWS: usize = 3;

/// Looks into a table of the user's own.
pub(super) fn inspect(path: &Path, reading: &TableReading, labels: Option<&Path>, json: bool) -> Result<()> {
    let table = Table::read(path, reading)?;
    let shape = Shape::Table { rows: table.rows(), columns: table.columns.len() };
    let mut command = command(path, reading);
    labels.into_iter().for_each(|labels| command.file("--labels", labels));
    let mut notes = notes(&table);
    notes.extend(command.refusal(shape));
    let width = table.columns.len();
    if json {
        let first: Vec<&[f64]> = table.values.chunks_exact(width).take(SHOWN_ROWS).collect();
        let types: Vec<&str> = table.types.iter().map(|kind| kind.name()).collect();
        return output::print_json(&serde_json::json!({
            "rows": table.rows(),
            "columns": table.columns,
            "types": types,
            "first_rows": first,
            "left_out": table.left_out,
            "notes": notes,
        }));
    }
    let named = if table.is_named { "named by the first row" } else { "without names in the file" };
    let mut text =
        format!("{}\nrows        {}\ncolumns     {width}, {named}\n", path.display(), table.rows());
    text += &first_rows(&table);
    if let Some(ids) = &table.ids {
        let shown: Vec<&str> = ids.iter().take(SHOWN_ROWS).map(String::as_str).collect();
        let _ = writeln!(
            text,
            "ids         {}{}",
            shown.join(", "),
            if ids.len() > SHOWN_ROWS { ", …" } else { "" }
        );
    }
    for note in notes {
        let _ = writeln!(text, "note        {note}");
    }
    let _ = writeln!(text, "training    a tenth validates, a tenth tests; columns are standardised");
    let _ = writeln!(text, "command     {command}");
    output::print(&text)
}

/// What training would say too, of all rows in place of those that train.
fn notes(table: &Table) -> Vec<String> {
    let mut notes = table.notes.clone();
    let constant: Vec<&str> = table.constant_columns().collect();
    let some = constant.iter().take(5).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let more = if constant.len() > 5 { ", …" } else { "" };
    match constant.len() {
        0 => {}
        1 => notes.push(format!("column {some} has one value in all rows; training leaves it out")),
        many => notes.push(format!(
            "{many} columns have one value in all rows; training leaves them out: {some}{more}"
        )),
    }
    notes
}

/// The columns below each other: name, type and first values.
fn first_rows(table: &Table) -> String {
    let width = table.columns.len();
    let of_column = |at: usize| {
        let values = table.values.iter().skip(at).step_by(width).take(SHOWN_ROWS).map(ToString::to_string);
        [table.columns[at].clone(), table.types[at].name().to_owned()]
            .into_iter()
            .chain(values)
            .collect::<Vec<_>>()
    };
    let lines: Vec<Vec<String>> = (0..width.min(SHOWN_COLUMNS)).map(of_column).collect();
    let widest =
        |at: usize| lines.iter().filter_map(|line| line.get(at)).map(|cell| cell.chars().count()).max();
    let mut text = String::new();
    for line in &lines {
        let cells =
            line.iter().enumerate().map(|(at, cell)| format!("{cell:<0$}", widest(at).unwrap_or_default()));
        let _ = writeln!(text, "            {}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
    if width > SHOWN_COLUMNS {
        let _ = writeln!(text, "            … and {} more", width - SHOWN_COLUMNS);
    }
    text
}

/// What would train on this table, read in this way.
fn command(path: &Path, reading: &TableReading) -> TrainCommand {
    let TableReading { id, header, index, decimal } = reading;
    let mut command = TrainCommand::of("--table", path);
    id.iter().for_each(|id| command.set("data.id", id));
    let usual = TableReading::default();
    (*header != usual.header).then(|| command.set("data.header", in_configurations(header)));
    (*index != usual.index).then(|| command.set("data.index", in_configurations(index)));
    (*decimal != usual.decimal).then(|| command.set("data.decimal", in_configurations(decimal)));
    command
}
