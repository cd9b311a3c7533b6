//! Parquet files as the text of a table, and columns as a Parquet file, by the crate `parquet`.

use std::fs::File;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use parquet::basic::CompressionCodec;
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, FloatType};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::record::reader::RowIter;
use parquet::record::{Field, Row};
use parquet::schema::parser::parse_message_type;

use crate::error::{Error, Result};
use crate::lines::most_unpacked;

/// More columns than any table here has.
const MOST_COLUMNS: usize = 1 << 16;

const HINT: &str = "write it anew, as pandas does: numbers and text in flat columns";

/// The rows of a file as CSV, a header first, read as they are asked for.
pub(crate) struct Text {
    rows: RowIter<'static>,
    line: Vec<u8>,
    read: usize,
}

impl Text {
    /// Opens a file.
    ///
    /// # Errors
    /// If it is damaged, or a column holds lists or records.
    pub fn open(path: &Path, file: File) -> Result<Self> {
        let malformed = |message: String| Error::malformed(path.display(), message).with_hint(HINT);
        let length = file.metadata().map_err(|error| Error::io(path, error))?.len();
        let reader = guarded(|| SerializedFileReader::new(file)).map_err(malformed)?;
        let chunks = || reader.metadata().row_groups().iter().flat_map(|group| group.columns());
        if let Some(codec) = chunks().map(|chunk| chunk.compression_codec()).find(|codec| !is_read(*codec)) {
            let message = format!("is packed by {codec:?}, which is not read here");
            return Err(Error::malformed(path.display(), message).with_hint(
                "pack it by snappy, gzip or zstd, as in pandas' to_parquet(other, compression=\"zstd\")",
            ));
        }
        let unpacked = chunks().map(|chunk| u64::try_from(chunk.uncompressed_size()).unwrap_or(u64::MAX));
        if unpacked.fold(0, u64::saturating_add) > most_unpacked(length) {
            return Err(Error::malformed(
                path.display(),
                format!("unpacks to more than {} bytes", most_unpacked(length)),
            )
            .with_hint("write it with less compression, if it is what you meant"));
        }
        let schema = reader.metadata().file_metadata().schema_descr_ptr();
        let columns = schema.columns();
        if columns.is_empty() || columns.len() > MOST_COLUMNS {
            return Err(malformed(format!(
                "{} columns; between 1 and {MOST_COLUMNS} are read",
                columns.len()
            )));
        }
        if let Some(nested) =
            columns.iter().find(|column| column.path().parts().len() > 1 || column.max_rep_level() > 0)
        {
            return Err(malformed(format!("column `{}` holds lists or records", nested.path())));
        }
        let mut line = Vec::new();
        write_line(&mut line, columns.iter().map(|column| column.name().to_owned()));
        let rows = guarded(|| Ok(RowIter::from_file_into(Box::new(reader)))).map_err(malformed)?;
        Ok(Self { rows, line, read: 0 })
    }
}

impl Read for Text {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read == self.line.len() {
            self.line.clear();
            self.read = 0;
            let damaged = |message| io::Error::new(io::ErrorKind::InvalidData, message);
            let next = guarded(|| self.rows.next().transpose()).map_err(damaged)?;
            let Some(row) = next else { return Ok(0) };
            write_line(&mut self.line, texts(&row).map_err(damaged)?.into_iter());
        }
        let count = buffer.len().min(self.line.len() - self.read);
        buffer[..count].copy_from_slice(&self.line[self.read..][..count]);
        self.read += count;
        Ok(count)
    }
}

/// The crate checks what it reads, but a file that was made to deceive it may find what it does not.
fn guarded<T>(read: impl FnOnce() -> parquet::errors::Result<T>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(_) => Err("is damaged".to_owned()),
    }
}

fn is_read(codec: CompressionCodec) -> bool {
    use CompressionCodec::{GZIP, SNAPPY, UNCOMPRESSED, ZSTD};
    matches!(codec, UNCOMPRESSED | SNAPPY | GZIP | ZSTD)
}

fn texts(row: &Row) -> Result<Vec<String>, String> {
    row.get_column_iter()
        .map(|(name, field)| match field {
            Field::Null => Ok(String::new()),
            Field::Bool(value) => Ok(u8::from(*value).to_string()),
            Field::Byte(value) => Ok(value.to_string()),
            Field::Short(value) => Ok(value.to_string()),
            Field::Int(value) => Ok(value.to_string()),
            Field::Long(value) => Ok(value.to_string()),
            Field::UByte(value) => Ok(value.to_string()),
            Field::UShort(value) => Ok(value.to_string()),
            Field::UInt(value) => Ok(value.to_string()),
            Field::ULong(value) => Ok(value.to_string()),
            Field::Float16(value) => Ok(value.to_string()),
            Field::Float(value) => Ok(value.to_string()),
            Field::Double(value) => Ok(value.to_string()),
            Field::Str(text) => Ok(text.clone()),
            other => Err(format!("column `{name}` holds {other}, which is no number and no text")),
        })
        .collect()
}

/// Fields that a reader of CSV could misread are quoted.
fn write_line(line: &mut Vec<u8>, fields: impl Iterator<Item = String>) {
    for (column, field) in fields.enumerate() {
        if column > 0 {
            line.push(b',');
        }
        let plain = !field.is_empty() && field.chars().all(|c| c.is_alphanumeric() || "._-+".contains(c));
        if plain {
            line.extend_from_slice(field.as_bytes());
        } else {
            line.extend_from_slice(format!("\"{}\"", field.replace('"', "\"\"")).as_bytes());
        }
    }
    line.push(b'\n');
}

/// The values of a column.
#[derive(Clone, Debug)]
pub enum Column {
    /// UTF-8.
    Text(Vec<String>),
    /// Single precision.
    Single(Vec<f32>),
    /// Double precision.
    Double(Vec<f64>),
    /// True or false.
    Flag(Vec<bool>),
}

/// A file of columns of one length; names are letters, digits and underscores.
///
/// # Errors
/// If there are more rows than a file holds.
pub fn file(columns: &[(String, Column)]) -> Result<Vec<u8>> {
    let failed = |message: String| Error::malformed("Parquet", message);
    guarded(|| {
        let declare = |(name, column): &(String, Column)| match column {
            Column::Text(_) => format!("REQUIRED BYTE_ARRAY {name} (UTF8);"),
            Column::Single(_) => format!("REQUIRED FLOAT {name};"),
            Column::Double(_) => format!("REQUIRED DOUBLE {name};"),
            Column::Flag(_) => format!("REQUIRED BOOLEAN {name};"),
        };
        let declared: String = columns.iter().map(declare).collect();
        let schema = Arc::new(parse_message_type(&format!("message rows {{ {declared} }}"))?);
        let mut bytes = Vec::new();
        let mut writer =
            SerializedFileWriter::new(&mut bytes, schema, Arc::new(WriterProperties::builder().build()))?;
        let mut group = writer.next_row_group()?;
        for (_, column) in columns {
            let mut writer = group.next_column()?.expect("a writer for each column of the schema");
            match column {
                Column::Text(values) => {
                    let values: Vec<ByteArray> = values.iter().map(|text| text.as_str().into()).collect();
                    writer.typed::<ByteArrayType>().write_batch(&values, None, None)?;
                }
                Column::Single(values) => {
                    writer.typed::<FloatType>().write_batch(values, None, None)?;
                }
                Column::Double(values) => {
                    writer.typed::<DoubleType>().write_batch(values, None, None)?;
                }
                Column::Flag(values) => {
                    writer.typed::<BoolType>().write_batch(values, None, None)?;
                }
            }
            writer.close()?;
        }
        group.close()?;
        writer.close()?;
        Ok(bytes)
    })
    .map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::GraphFiles;
    use crate::table::{Table, TableReading};

    fn columns() -> Vec<(String, Column)> {
        let text = |values: [&str; 3]| Column::Text(values.map(str::to_owned).to_vec());
        vec![
            ("name".to_owned(), text(["a", "b, \"c\"", "d"])),
            ("to".to_owned(), text(["d", "a", "b, \"c\""])),
            ("weight".to_owned(), Column::Double(vec![1.0, 0.1, 1e-9])),
        ]
    }

    fn written(bytes: &[u8]) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("file.parquet");
        std::fs::write(&path, bytes).expect("written");
        (folder, path)
    }

    #[test]
    fn edges_and_tables_are_read_as_from_text() {
        let (_folder, path) = written(&file(&columns()).expect("a file"));
        let graph = GraphFiles::from_edges(&path).read().expect("three edges").graph;
        assert_eq!((graph.nodes(), graph.edge_count()), (3, 3));
        assert_eq!(graph.names().expect("ids"), ["a", "d", "b, \"c\""]);
        let numbers = [
            ("name".to_owned(), columns()[0].1.clone()),
            ("x".to_owned(), Column::Single(vec![0.1, -2.0, 3e-8])),
        ];
        let (_folder, path) = written(&file(&numbers).expect("a file"));
        let table =
            Table::read(&path, &TableReading { id: Some("name".to_owned()), ..TableReading::default() })
                .expect("a table");
        assert_eq!((table.values, table.columns), (vec![0.1, -2.0, 3e-8], vec!["x".to_owned()]));
        assert_eq!(table.ids.expect("names"), ["a", "b, \"c\"", "d"]);
    }

    /// A file that `tests/golden/parquet.py` wrote with pandas.
    macro_rules! pandas {
        ($name:literal) => {
            written(include_bytes!(concat!("../../../tests/golden/parquet/", $name, ".parquet")))
        };
    }

    #[test]
    fn names_of_columns_are_never_values() {
        let (_edges, edges) = pandas!("edges");
        let read = GraphFiles::from_edges(&edges).read().expect("three edges").graph;
        assert_eq!(read.names().expect("ids"), ["ann", "bob", "cy", "dee"]);
        assert_eq!([[0, 1], [1, 2], [2, 3]].map(|[i, j]| read.weight(i, j)), [0.5, 2.0, 1.5].map(Some));
        let ((_features, features), (_labels, labels)) = (pandas!("features"), pandas!("labels"));
        let files =
            GraphFiles { features: Some(features), labels: Some(labels), ..GraphFiles::from_edges(&edges) };
        let graph = files.read().expect("four nodes").graph;
        assert_eq!(graph.nodes(), 4);
        assert_eq!(graph.feature_names().expect("names"), ["1", "2"]);
        assert_eq!(graph.labels().expect("classes").names, ["u", "v"]);
        let (_numbers, numbers) = pandas!("numbers");
        let read = GraphFiles::from_edges(&numbers).read().expect("three edges").graph;
        assert_eq!((read.nodes(), read.edge_count()), (4, 3));
        let table = Table::read(&numbers, &TableReading::default()).expect("a table");
        assert_eq!((table.rows(), table.columns), (3, vec!["0".to_owned(), "1".to_owned()]));
        let (_empty, empty) = pandas!("empty");
        let error = GraphFiles::from_edges(&empty).read().expect_err("no row");
        assert!(error.to_string().contains("holds no edge"), "{error}");
    }

    /// By the Python that `AEVB_PYTHON` names, with what `tests/requirements.txt` lists.
    #[test]
    #[ignore = "needs pandas and pyarrow: AEVB_PYTHON=python cargo test … -- --include-ignored"]
    fn pandas_reads_what_is_written() {
        const SCRIPT: &str = "import pandas, sys; table = pandas.read_parquet(sys.argv[1]); \
                              print(*table.dtypes, table.to_json(orient='values', double_precision=15))";
        let mut columns = columns();
        columns.push(("z0".to_owned(), Column::Single(vec![0.5, -2.25, 4.0])));
        columns.push(("known".to_owned(), Column::Flag(vec![true, false, true])));
        let (_folder, path) = written(&file(&columns).expect("a file"));
        let python = std::env::var("AEVB_PYTHON").expect("AEVB_PYTHON names a Python");
        let output =
            std::process::Command::new(python).args(["-c", SCRIPT]).arg(path).output().expect("starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let known = r#"str str float64 float32 bool [["a","d",1.0,0.5,true],["b, \"c\"","a",0.1,-2.25,false],["d","b, \"c\"",0.000000001,4.0,true]]"#;
        assert_eq!(String::from_utf8(output.stdout).expect("UTF-8").trim(), known);
    }

    #[test]
    fn what_unpacks_to_far_more_or_not_at_all_is_refused() {
        let refused = |(_folder, path): (tempfile::TempDir, std::path::PathBuf)| {
            GraphFiles::from_edges(&path).read().expect_err("refused").to_string()
        };
        let bomb = refused(pandas!("bomb"));
        assert!(bomb.contains("unpacks to more than"), "{bomb}");
        let brotli = refused(pandas!("brotli"));
        assert!(brotli.contains("is packed by BROTLI, which is not read here"), "{brotli}");
    }

    #[test]
    fn damage_is_one_line_and_never_a_panic() {
        let bytes = file(&columns()).expect("a file");
        let check = |bytes: &[u8]| {
            let (_folder, path) = written(bytes);
            if let Err(error) = GraphFiles::from_edges(&path).read() {
                assert!(!error.to_string().contains('\n'), "{error}");
            }
        };
        (4..bytes.len()).for_each(|length| check(&bytes[..length]));
        for at in 4..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0xff;
            check(&damaged);
        }
    }
}
