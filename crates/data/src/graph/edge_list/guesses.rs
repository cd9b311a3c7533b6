//! Which columns are the ends, where no header says so, told by what the others hold: weights, times, kinds of ties.

use std::collections::HashSet;

use super::roles;
use crate::graph::files::header::heads_weights;
use crate::graph::node_ids::number;

/// Fewer rows tell nothing.
const FEWEST: usize = 3;

/// Which columns the ends are, and what there is to say of it.
pub(super) struct Guess {
    pub ends: (usize, usize),
    /// A column of numbers that may be weights.
    pub third: Option<usize>,
    /// Whether the first row is sure to name the columns.
    pub is_headed: bool,
    pub note: String,
}

/// The columns beside a first or second one whose name says that it holds weights or times, and that does.
pub(super) fn beside_quantities_by_name(names: &[String], rows: &[Vec<String>]) -> Option<Guess> {
    let body = rows.get(1..).filter(|body| !body.is_empty())?;
    if names.len() < 3 || names.iter().any(|name| name.parse::<f64>().is_ok()) {
        return None;
    }
    let is_quantity = |at: &usize| {
        (heads_weights(&names[*at]) || heads_times(&names[*at]))
            && body.iter().all(|row| row.get(*at).is_some_and(|text| is_number(text) || is_date(text)))
    };
    if !is_quantity(&0) && !is_quantity(&1) {
        return None;
    }
    let ends: Vec<usize> = (0..names.len()).filter(|at| !is_quantity(at)).collect();
    let [from, to, ..] = ends[..] else { return None };
    let passed = usize::from(!is_quantity(&0));
    let note = format!(
        "`{}` names no end of an edge: edges are from `{}` to `{}`; data.source and data.target name other columns",
        names[passed], names[from], names[to]
    );
    Some(Guess { ends: (from, to), third: None, is_headed: true, note })
}

/// What the first columns hold, where one of them holds no names of nodes.
pub(super) enum Quantity {
    None,
    /// The ends are the two other columns.
    Beside(Guess),
    /// It is taken for an end all the same.
    Doubtful(String),
}

/// Looks for decimals or dates in the first or the second column, but not in both.
pub(super) fn beside_quantities(rows: &[Vec<String>], width: usize) -> Quantity {
    let body = rows.get(1..).unwrap_or(&[]);
    if body.len() < FEWEST || width < 2 || body.iter().any(|row| row.len() < width.min(3)) {
        return Quantity::None;
    }
    let kind = |at: usize| {
        let texts = || body.iter().map(|row| row[at].as_str());
        if texts().all(is_date) {
            Some("dates")
        } else if texts().all(is_number)
            && texts().any(|text| text.parse::<f64>().is_ok_and(|value| value.fract() != 0.0))
            && !texts().all(is_of_arxiv)
        {
            Some("decimals")
        } else {
            None
        }
    };
    let (at, what) = match (kind(0), kind(1)) {
        (Some(what), None) => (0, what),
        (None, Some(what)) => (1, what),
        _ => return Quantity::None,
    };
    let other = 1 - at;
    let distinct = |at: usize| body.iter().map(|row| row[at].as_str()).collect::<HashSet<&str>>();
    if width >= 3 && kind(2).is_none() {
        let (a, b) = (distinct(other), distinct(2));
        let shared = a.intersection(&b).count();
        if 2 * shared >= a.len().min(b.len()) {
            let note = format!(
                "column {} holds {what}, which name no nodes: edges are from column {} to column 3; data.source and data.target \
                 name other columns",
                at + 1,
                other + 1
            );
            let third = (what == "decimals").then_some(at);
            return Quantity::Beside(Guess { ends: (other, 2), third, is_headed: false, note });
        }
    }
    Quantity::Doubtful(format!(
        "column {} holds {what}, and is read as names of nodes; data.source and data.target name other columns, from 1",
        at + 1
    ))
}

/// What stands between two columns of nodes.
pub(super) enum Relation {
    None,
    /// Kinds of ties: the ends are the first and the third.
    Between(Guess),
    /// It may be one.
    Doubtful(String),
}

/// Looks at three columns, as in triples and in Cytoscape's SIF, or four of which the last is a full stop.
pub(super) fn around_relation(rows: &[Vec<String>]) -> Relation {
    const FEW: usize = 5;
    let body = rows.get(1..).unwrap_or(&[]);
    let is_triple = |row: &Vec<String>| row.len() == 3 || (row.len() == 4 && row[3] == ".");
    if body.len() < FEW || !rows.iter().all(is_triple) {
        return Relation::None;
    }
    let distinct = |at: usize| body.iter().map(|row| row[at].as_str()).collect::<HashSet<&str>>();
    let [heads, kinds, tails] = [distinct(0), distinct(1), distinct(2)];
    let of_words = |names: &HashSet<&str>| names.iter().all(|name| !is_number(name) && !is_date(name));
    if 3 * kinds.len() > body.len()
        || tails.len() <= kinds.len()
        || !of_words(&kinds)
        || !kinds.is_disjoint(&heads)
        || !kinds.is_disjoint(&tails)
    {
        return Relation::None;
    }
    let shared = heads.intersection(&tails).count();
    // A rating or a weight may be the number of a node by chance.
    let enough = match of_words(&tails) {
        true => heads.len().min(tails.len()),
        false => heads.len().max(tails.len()),
    };
    let kind = body[0][1].as_str();
    if 2 * shared >= enough {
        let note = format!(
            "the second column, such as `{kind}`, is taken for the kind of tie, as it holds few words and the third names nodes of \
             the first: edges are from column 1 to column 3; data.source=1 and data.target=2 take the second for nodes"
        );
        return Relation::Between(Guess { ends: (0, 2), third: None, is_headed: false, note });
    }
    if of_words(&tails) && tails.len() >= 3 * kinds.len() && 2 * tails.len() >= body.len() {
        return Relation::Doubtful(format!(
            "the second column holds few words, such as `{kind}`, which are read as nodes; if they are kinds of ties, \
             data.source=1 and data.target=3 take the others"
        ));
    }
    Relation::None
}

/// What there is to say of two columns that seem to name things of two kinds by the same numbers.
pub(super) fn two_kinds(names: &[String], ends: (usize, usize), rows: &[Vec<String>]) -> Option<String> {
    let body = rows.get(1..).unwrap_or(&[]);
    let distinct =
        |at: usize| body.iter().map(|row| row.get(at).map_or("", String::as_str)).collect::<HashSet<&str>>();
    let (left, right) = (distinct(ends.0), distinct(ends.1));
    let shared = left.intersection(&right).filter(|name| number(name).is_some()).count();
    let are_numbers = left.union(&right).all(|name| number(name).is_some());
    if shared == 0 || !are_numbers {
        return None;
    }
    let keep = "data.bipartite=yes keeps them apart, data.bipartite=no says that they are of one kind";
    let kind = |at: usize| names.get(at).and_then(|name| roles::kind(name));
    if let (Some(one), Some(other)) = (kind(ends.0), kind(ends.1))
        && one != other
    {
        return Some(format!(
            "`{}` and `{}` seem to name nodes of two kinds by the same numbers, and a number is read as one node on either side; {keep}",
            names[ends.0], names[ends.1]
        ));
    }
    let of = |row: &Vec<String>, at: usize| row[at].parse::<f64>().unwrap_or(f64::NAN);
    let is_rating = |row: &Vec<String>| {
        row.len() == 4
            && (0.5..=5.0).contains(&of(row, 2))
            && number(&row[3]).is_some_and(|time| time >= 10_000_000)
    };
    let are_ratings = body.len() >= 5 && ends == (0, 1) && body.iter().all(is_rating);
    are_ratings.then(|| {
        format!(
            "the columns look like users, items, ratings and times, and a number is read as one node on either side; {keep}"
        )
    })
}

/// Whether a column of this name holds times.
fn heads_times(name: &str) -> bool {
    const TIMES: [&str; 15] = [
        "time",
        "times",
        "timestamp",
        "unixtime",
        "date",
        "datetime",
        "year",
        "day",
        "zeit",
        "datum",
        "temps",
        "fecha",
        "tempo",
        "时间",
        "日期",
    ];
    let lower = name.to_lowercase();
    let mut words = lower.split(|letter: char| !letter.is_alphanumeric());
    words.any(|word| TIMES.contains(&word))
}

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(f64::is_finite)
}

/// Whether a text begins with a date: `2024-01-31`, `2024/01/31`, `31.01.2024`, `1/31/2024`.
fn is_date(text: &str) -> bool {
    let day = text.split([' ', 'T']).next().unwrap_or_default();
    ['-', '/', '.'].into_iter().any(|sign| {
        let parts: Vec<&str> = day.split(sign).collect();
        let are_digits =
            parts.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
        let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
        are_digits && matches!(lengths[..], [4, 1 | 2, 1 | 2] | [1 | 2, 1 | 2, 4])
    })
}

/// Whether a text is called like an article of arXiv's: `0704.0001`.
fn is_of_arxiv(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('.').is_some_and(|(month, number)| {
        month.len() == 4 && (4..=5).contains(&number.len()) && digits(month) && digits(number)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_numbers_of_articles_are_told() {
        for text in ["2024-01-31", "2024/1/31 10:00", "31.01.2024", "2024-01-31T10:00:00Z"] {
            assert!(is_date(text), "{text}");
        }
        for text in ["1.2.3", "2024", "192.168.0.1", "12-34", "2024-01-xx"] {
            assert!(!is_date(text), "{text}");
        }
        assert!(is_of_arxiv("0704.0001") && is_of_arxiv("2401.12345") && !is_of_arxiv("0.4"));
        assert!(heads_times("unix time") && heads_times("Date") && !heads_times("sometimes"));
    }
}
