//! Which two columns of a header hold the ends of edges.

/// Words for the two ends, in a few languages.
const PAIRS: [[&str; 2]; 57] = [
    ["source", "target"],
    ["from", "to"],
    ["src", "dst"],
    ["src", "dest"],
    ["src", "tgt"],
    ["source", "destination"],
    ["source", "dest"],
    ["source", "sink"],
    ["origin", "destination"],
    ["origin", "dest"],
    ["orig", "dest"],
    ["start", "end"],
    ["head", "tail"],
    ["tail", "head"],
    ["citing", "cited"],
    ["sender", "receiver"],
    ["sender", "recipient"],
    ["follower", "followee"],
    ["follower", "followed"],
    ["ego", "alter"],
    ["parent", "child"],
    ["rater", "ratee"],
    ["subject", "object"],
    ["left", "right"],
    ["caller", "callee"],
    ["buyer", "seller"],
    ["u", "v"],
    ["i", "j"],
    ["a", "b"],
    ["x", "y"],
    ["1", "2"],
    ["0", "1"],
    ["quelle", "ziel"],
    ["von", "nach"],
    ["von", "zu"],
    ["origine", "destination"],
    ["source", "cible"],
    ["origen", "destino"],
    ["origem", "destino"],
    ["origine", "destinazione"],
    ["bron", "doel"],
    ["van", "naar"],
    ["sorgente", "bersaglio"],
    ["sorgente", "destinazione"],
    ["fuente", "destino"],
    ["desde", "hasta"],
    ["fonte", "alvo"],
    ["fonte", "destino"],
    ["start", "ziel"],
    ["quelle", "senke"],
    ["de", "vers"],
    ["départ", "arrivée"],
    ["źródło", "cel"],
    ["источник", "цель"],
    ["от", "до"],
    ["源", "目标"],
    ["起点", "终点"],
];

/// Words that say what sort of name a column holds; a pair with these alone beside it is preferred.
const NAMES: [&str; 8] = ["id", "ids", "node", "nodeid", "vertex", "key", "no", "nr"];

/// The columns of a header that hold the source and the target, where two of its names say so. Of several such pairs the
/// one with fewest other words.
pub(in crate::graph) fn ends(header: &[String]) -> Option<(usize, usize)> {
    // So that wide tables do not take the square of their width, few columns are looked at.
    const MOST: usize = 200;
    let words: Vec<Vec<String>> = header.iter().map(|name| words(name)).collect();
    let with_one_of = |side: usize| {
        let is_end = move |word: &String| PAIRS.iter().any(|pair| pair[side] == word);
        words.iter().enumerate().filter(move |(_, words)| words.iter().any(is_end)).take(MOST)
    };
    let mut best: Option<(usize, (usize, usize))> = None;
    for (from, source) in with_one_of(0) {
        for (to, target) in with_one_of(1).filter(|(to, _)| *to != from) {
            if let Some(rank) = rank(source, target)
                && best.is_none_or(|(known, _)| rank < known)
            {
                best = Some((rank, (from, to)));
            }
        }
    }
    best.map(|(_, pair)| pair)
}

/// How many words two names have beside a pair of ends, which must be the same words; `None` where they are no pair. A
/// letter or number alone needs another word, or is the whole name.
fn rank(source: &[String], target: &[String]) -> Option<usize> {
    if source.len() != target.len() || source.is_empty() {
        return None;
    }
    let mut different = source.iter().zip(target).filter(|(a, b)| a != b);
    let (a, b) = different.next()?;
    if different.next().is_some() || !PAIRS.iter().any(|[from, to]| a == from && b == to) {
        return None;
    }
    if source.len() == 1 && a.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(source.iter().filter(|word| *word != a && !NAMES.contains(&word.as_str())).count())
}

/// What sort of thing a column of this name names, where it is known: all people are of one.
pub(super) fn kind(name: &str) -> Option<&'static str> {
    const PEOPLE: [&str; 14] = [
        "user", "customer", "person", "member", "reader", "viewer", "author", "actor", "student", "patient",
        "employee", "player", "client", "visitor",
    ];
    const THINGS: [&str; 36] = [
        "item",
        "movie",
        "film",
        "product",
        "book",
        "paper",
        "article",
        "song",
        "track",
        "page",
        "club",
        "group",
        "team",
        "course",
        "event",
        "venue",
        "tag",
        "city",
        "company",
        "gene",
        "drug",
        "disease",
        "protein",
        "category",
        "genre",
        "playlist",
        "board",
        "post",
        "project",
        "repo",
        "repository",
        "conference",
        "journal",
        "module",
        "artist",
        "business",
    ];
    words(name).iter().find_map(|word| {
        let plain = word.strip_suffix("id").filter(|rest| rest.len() > 2).unwrap_or(word);
        let is = |known: &&str| plain == *known || plain.strip_suffix('s') == Some(known);
        match PEOPLE.iter().any(is) {
            true => Some("people"),
            false => THINGS.iter().copied().find(|known| is(known)),
        }
    })
}

/// The words of a name, in lower case: apart at other signs, between letters and digits, and before capitals.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for letter in name.chars() {
        if letter.is_alphanumeric() {
            let begins = !before.is_alphanumeric()
                || before.is_numeric() != letter.is_numeric()
                || (before.is_lowercase() && letter.is_uppercase());
            if begins {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.extend(letter.to_lowercase());
            }
        }
        before = letter;
    }
    // One word of two: fromid, nodeto.
    let apart = |word: String| -> Vec<String> {
        let known = |word: &str| PAIRS.iter().flatten().any(|end| *end == word && end.len() > 1);
        for name in NAMES.iter().filter(|name| name.len() > 1) {
            if let Some(end) = word.strip_suffix(name).filter(|end| known(end)) {
                return vec![end.to_owned(), (*name).to_owned()];
            }
            if let Some(end) = word.strip_prefix(name).filter(|end| known(end)) {
                return vec![(*name).to_owned(), end.to_owned()];
            }
        }
        vec![word]
    };
    words.into_iter().flat_map(apart).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_are_found_wherever_they_stand() {
        for (header, expected) in [
            ("id,source,target,weight", Some((1, 2))),
            ("Weight,Target,Source", Some((2, 1))),
            ("EdgeId,Source,Target", Some((1, 2))),
            ("id_1,id_2", Some((0, 1))),
            ("edge,node1,node2", Some((1, 2))),
            ("FromNodeId,ToNodeId", Some((0, 1))),
            ("time,fromid,toid", Some((1, 2))),
            ("source_name,target_name,source_id,target_id", Some((2, 3))),
            ("Gewicht;Quelle;Ziel", Some((1, 2))),
            ("user_a,user_b,since", Some((0, 1))),
            ("combined score,protein1,protein2", Some((1, 2))),
            ("1,2,3", None),
            ("a,c", None),
            ("id,name,class", None),
        ] {
            let fields: Vec<String> = header.split([',', ';']).map(str::to_owned).collect();
            assert_eq!(ends(&fields), expected, "{header}");
        }
    }
}
