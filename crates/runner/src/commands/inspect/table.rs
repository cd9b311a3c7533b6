use std::path::Path;

use aevb_data::table::Table;

use super::command::set;
use crate::error::Result;
use crate::output;

/// Looks into a table of the user's own.
pub(super) fn inspect(path: &Path, id: Option<&str>, json: bool) -> Result<()> {
    let table = Table::read(path, id)?;
    let named = id.map_or_else(String::new, |id| format!(" {}", set("data.id", id)));
    if json {
        return output::print_json(&serde_json::json!({"rows": table.rows(), "columns": table.columns}));
    }
    let (path, data) = (path.display(), set("data.path", path));
    output::print(&format!(
        "{path}\n\
         rows        {}\n\
         columns     {}\n\
         training    a tenth validates, a tenth tests; columns are standardised\n\
         command     aevb train vae-table {data}{named}\n",
        table.rows(),
        table.columns.join(", ")
    ))
}
