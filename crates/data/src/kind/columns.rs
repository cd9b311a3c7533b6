//! Whether the columns of a text hold edges or rows of numbers.

use std::collections::HashSet;

use super::{Guess, Kind};
use crate::graph::TextSample;
use crate::missing::is_missing;

/// What most cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cells {
    /// Whole numbers of at least 0, as ids are.
    Whole,
    /// Other numbers.
    Number,
    /// Anything else.
    Word,
}

/// Of lists of edges hardly a pair of ends comes twice, or it does from either side; of tables of few values many do.
const MOST_REPEATED: f64 = 0.5;

/// What a text holds whose first rows are these.
pub(super) fn of(sample: &TextSample) -> Guess {
    let TextSample { rows, format, ends, has_weights, .. } = sample;
    // A matrix of other numbers of rows and columns is no adjacency.
    let is_square = || {
        let width = rows.iter().map(Vec::len).max().unwrap_or(0);
        !sample.is_whole || width.abs_diff(rows.len()) <= 1
    };
    if let Some(format) = format.as_ref().filter(|format| !format.is_matrix || is_square()) {
        return Guess {
            kind: Kind::Graph,
            why: format!("it is {}", format.name),
            is_doubtful: format.is_doubtful,
        };
    }
    let (header, body) = headed(rows);
    let width = body.iter().map(Vec::len).max().unwrap_or(0);
    let column = |at: usize| cells(body, at);
    let of = |end: &String| header.and_then(|names| names.iter().position(|name| name == end)).map(column);
    if let Some((from, to)) = ends
        && let Some(is_sure) = are_ends([from, to], width, *has_weights)
        && ![from, to].into_iter().any(|end| of(end) == Some(Cells::Number))
    {
        let why = format!("its columns '{from}' and '{to}' name the ends of edges");
        return Guess { kind: Kind::Graph, why, is_doubtful: !is_sure };
    }
    let table = |why: String| Guess::sure(Kind::Table, why);
    let numbers = format!("no two of its {width} columns hold the ends of edges");
    match (width, column(0), column(1)) {
        (0 | 1, ..) => Guess::doubtful(Kind::Table, "it has one column"),
        (_, Cells::Number, _) | (_, _, Cells::Number) => table(numbers),
        (2, Cells::Word, Cells::Word) => Guess::sure(Kind::Graph, "it has two columns of names"),
        (2, Cells::Whole, Cells::Whole) if repeats(body) > MOST_REPEATED => {
            Guess::doubtful(Kind::Table, "it has two columns of whole numbers, whose pairs repeat")
        }
        (2, Cells::Whole, Cells::Whole) if header.is_some_and(|names| !are_ids(names)) && !overlap(body) => {
            Guess::doubtful(Kind::Table, "no number of one of its two columns is in the other")
        }
        (2, ..) => Guess {
            kind: Kind::Graph,
            why: "it has two columns of ids".into(),
            is_doubtful: header.is_some(),
        },
        (_, Cells::Word, Cells::Word) => Guess::doubtful(Kind::Graph, "its first two columns are names"),
        (_, Cells::Whole, Cells::Whole) if *has_weights => {
            Guess::sure(Kind::Graph, "its first two columns are ids, and another is called weight")
        }
        (3 | 4, Cells::Whole, Cells::Whole)
            if header.is_none() && overlap(body) && repeats(body) <= MOST_REPEATED =>
        {
            Guess::doubtful(Kind::Graph, "its first two columns are whole numbers that occur in both")
        }
        (_, Cells::Word, _) => {
            Guess::doubtful(Kind::Table, format!("it has {width} columns, of which the first names the rows"))
        }
        (_, Cells::Whole, Cells::Whole) if header.is_some_and(|names| are_ids(names)) => {
            Guess::doubtful(Kind::Graph, "the names of its first two columns say ids")
        }
        _ => table(numbers),
    }
}

/// Whether two names that say the ends of edges surely mean them; `None` where they are as any columns are called: a letter,
/// as `a` and `b`, or a word with a number, as `x1` and `x2`, though `node1` and `node2` say what they number. Beside no
/// third column but a weight they may be meant.
fn are_ends(ends: [&String; 2], width: usize, has_weights: bool) -> Option<bool> {
    let [from, to] =
        ends.map(|end| end.trim_end_matches(|letter: char| letter.is_ascii_digit()).to_lowercase());
    let is_letter = ends.iter().any(|end| end.chars().count() == 1);
    let is_plain = is_letter || (from == to && !says_node(&from));
    let are_names = ends.iter().all(|end| end.starts_with(char::is_alphanumeric));
    (are_names && (!is_plain || width <= 2 || has_weights)).then_some(!is_plain)
}

/// Whether the first two names say ids: `user_id`, `movieId`, `node`.
fn are_ids(names: &[String]) -> bool {
    names.len() >= 2 && names[..2].iter().all(|name| says_node(&name.to_lowercase()))
}

/// Whether a name in lower case says what a graph has for nodes.
fn says_node(name: &str) -> bool {
    const NODES: [&str; 12] = [
        "node", "vertex", "user", "person", "people", "actor", "author", "page", "protein", "gene",
        "species", "team",
    ];
    let name = name.trim_end_matches(['_', '-', ' ', '.']);
    name.ends_with("id") || name.starts_with("id") || NODES.iter().any(|node| name.contains(node))
}

/// The first row where it names columns, and the others: where it has a word over numbers.
fn headed(rows: &[Vec<String>]) -> (Option<&Vec<String>>, &[Vec<String>]) {
    let Some((first, rest)) = rows.split_first() else { return (None, rows) };
    let names =
        |(at, name): (usize, &String)| cell(name) == Some(Cells::Word) && cells(rest, at) != Cells::Word;
    match !rest.is_empty() && first.iter().enumerate().any(names) {
        true => (Some(first), rest),
        false => (None, rows),
    }
}

fn cell(text: &str) -> Option<Cells> {
    let text = text.trim();
    if is_missing(text) {
        return None;
    }
    let is_number = text.parse::<f64>().is_ok() || text.replacen(',', ".", 1).parse::<f64>().is_ok();
    // Spreadsheets and pandas write ids as 7.0 and 1e+05 too.
    let is_whole = text.parse::<f64>().is_ok_and(|number| number >= 0.0 && number.fract() == 0.0);
    Some(match is_whole {
        true => Cells::Whole,
        false if is_number => Cells::Number,
        false => Cells::Word,
    })
}

/// What a column holds: words where a twentieth are, numbers where one cell is.
fn cells(rows: &[Vec<String>], at: usize) -> Cells {
    let mut counts = [0_usize; 3];
    for cell in rows.iter().filter_map(|row| cell(row.get(at)?)) {
        counts[cell as usize] += 1;
    }
    let [whole, numbers, words] = counts;
    if words * 20 > whole + numbers + words || whole + numbers == 0 {
        Cells::Word
    } else if numbers > 0 {
        Cells::Number
    } else {
        Cells::Whole
    }
}

/// The share of rows whose first two columns were there before.
fn repeats(rows: &[Vec<String>]) -> f64 {
    let pairs: HashSet<_> = rows.iter().map(|row| (row.first(), row.get(1))).collect();
    1.0 - pairs.len() as f64 / rows.len().max(1) as f64
}

/// Whether a tenth of the values of one of the first two columns are in the other too.
fn overlap(rows: &[Vec<String>]) -> bool {
    let values = |at: usize| rows.iter().filter_map(|row| row.get(at)).collect::<HashSet<_>>();
    let (first, second) = (values(0), values(1));
    let both = first.intersection(&second).count();
    both * 10 >= first.len().min(second.len()).max(1)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::super::{Kind, kind_of};

    fn kind(text: &str) -> (Kind, bool) {
        let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
        file.write_all(text.as_bytes()).expect("written");
        let guess = kind_of(file.path()).expect(text);
        (guess.kind, guess.is_doubtful)
    }

    #[test]
    fn edges_are_told_from_rows_of_numbers_by_their_columns() {
        let graphs = [
            "source,target\n1,2\n2,3\n",
            "id_1,id_2\n0,18427\n1,21708\n",
            "Source;Target;Weight\na;b;0.5\nb;c;1.5\n",
            "alice,bob\nbob,carol\ncarol,dave\n",
            "1 2\n2 3\n3 1\n",
            "# FromNodeId\tToNodeId\n0\t1\n0\t2\n3\t1\n",
            "1 2 1 1082040961\n3 4 1 1082155839\n5 2 1 1082414391\n2 3 1 1082439619\n",
            "a,b,0.3\nb,c,0.7\nc,a,0.1\n",
            "from,to,weight\n1,2,0.1\n2,3,0.4\n",
            "source,target\n1.0,2.0\n2.0,1e+05\n",
            "user_id,item_id,rating\n1,10,5\n2,11,3\n2,10,1\n",
            "a,b,weight\n1,2,0.5\n2,3,0.5\n",
            "%%MatrixMarket matrix coordinate pattern symmetric\n3 3 2\n2 1\n3 1\n",
            "*Vertices 3\n1 \"a\"\n2 \"b\"\n3 \"c\"\n*Edges\n1 2\n2 3\n",
        ];
        for text in graphs {
            assert_eq!(kind(text).0, Kind::Graph, "{text}");
        }
        let tables = [
            "alcohol,malic acid,ash\n14.23,1.71,2.43\n13.2,1.78,2.14\n",
            "x,y\n0.5,1.25\n-1.5,2.5\n",
            "5.1,3.5,1.4,0.2\n4.9,3.0,1.4,0.2\n",
            "id,height,weight\na,1.80,70\nb,1.60,55\nc,1.75,62\n",
            "5,1,1,1,2,1,3,1,1,2\n5,4,4,5,7,10,3,2,1,2\n3,1,1,1,2,2,3,1,1,2\n",
            "1,1,1,2\n1,1,2,1\n1,1,1,3\n1,1,2,2\n1,1,3,1\n",
            "3,4\n3,4\n5,2\n3,4\n5,2\n3,4\n",
            "label,pixel0,pixel1,pixel2,pixel3\n1,0,0,12,0\n0,0,3,9,1\n",
            "a,b,c\n1,2,3\n4,5,6\n7,8,10\n",
            "Größe;Gewicht\n1,80;70,5\n1,60;55,2\n",
            "x1,x2,y\n1,2,3\n4,5,6\n7,8,10\n",
            "year,month,count\n2001,1,7\n2001,2,9\n2001,3,4\n",
        ];
        for text in tables {
            assert_eq!(kind(text).0, Kind::Table, "{text}");
        }
    }

    #[test]
    fn what_may_be_either_is_doubtful() {
        assert!(!kind("source,target\n1,2\n2,3\n").1);
        assert!(!kind("14.23,1.71\n13.2,1.78\n").1);
        assert_eq!(kind("age,income\n31,1800\n25,1600\n44,1720\n"), (Kind::Table, true));
        assert_eq!(kind("user_id,movie_id\n31,1800\n25,1600\n44,1720\n").0, Kind::Graph);
        assert!(kind("age,height\n31,180\n25,160\n44,172\n").1);
        assert!(kind("x,y\n1,2\n2,3\n").1);
    }
}
